import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startAnyServer } from "../support/any-server.ts";
import { violations } from "../support/checks.ts";
import {
  closeBrowser,
  logIn,
  openPage,
  startServer,
  state,
  type Opened,
  type Running,
} from "../support/page.ts";

let running: Running;
let opened: Opened;

beforeAll(async () => {
  running = await startServer({ compress: true });
});
afterAll(async () => {
  await closeBrowser();
  await running.server.close();
});
afterEach(async () => {
  await opened.page.context().close();
  expect(opened.complaints).toEqual([]);
});

/** Opened by the keyboard. */
const openHandshake = async (page: Page): Promise<Locator> => {
  await page.getByRole("button", { name: "Handshake" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Handshake" });
  await dialog.getByText("What the server saw").waitFor();
  return dialog;
};
const fact = (dialog: Locator, name: string): Promise<string> =>
  dialog.locator(`dt:has-text("${name}") + dd`).innerText();

describe("the handshake of a session", () => {
  it("is what a browser tells, with the ways to the rest, while nobody watches", async () => {
    opened = await openPage(running.httpUrl);
    const { page } = opened;
    await logIn(page);
    await state(page, "Connected").waitFor();
    const dialog = await openHandshake(page);
    expect(await fact(dialog, "Subprotocols offered")).toBe("wsecho.v1");
    expect(await fact(dialog, "Subprotocol selected")).toBe("wsecho.v1");
    expect(await fact(dialog, "Extensions agreed on")).toContain("permessage-deflate");
    expect(await fact(dialog, "Time to open")).toMatch(/^[\d.,]+ (µs|ms|s)$/);
    await dialog.getByText(`wsecho inspect ${running.url}`).waitFor();
    // It saw no header, so it shows none.
    expect(await dialog.innerText()).not.toMatch(/HTTP\/1\.1|Sec-WebSocket/);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Open Frames" }).press("Enter");
    await page.getByText("this page keeps no password").waitFor();
  });

  it("with any server is what a browser tells, and the terminal's command", async () => {
    await using other = await startAnyServer();
    opened = await openPage(running.httpUrl);
    const { page } = opened;
    await page.getByLabel("Server", { exact: true }).fill(`${other.url}/?token=hidden`);
    await page.getByRole("radio", { name: "raw" }).check({ force: true });
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await state(page, "Connected").waitFor();
    const dialog = await openHandshake(page);
    expect(await fact(dialog, "Subprotocols offered")).toBe("none");
    await dialog.getByText("this page knows of no feed of this server").waitFor();
    await dialog.getByText(`wsecho inspect ${other.url}`).waitFor();
    expect(await dialog.innerText()).not.toContain("hidden");
  });
});
