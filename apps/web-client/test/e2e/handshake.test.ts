import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { startAnyServer } from "../support/any-server.ts";
import { tooWide, violations } from "../support/checks.ts";
import { conversation, jsonl, recordsOf } from "../support/capture.ts";
import { useSite } from "../support/fixture.ts";
import { ask, state } from "../support/page.ts";
import { frames, openFrames } from "../support/visit-frames.ts";

const site = useSite({ server: { compress: true } });

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
    const page = await site.openSession();
    const dialog = await openHandshake(page);
    expect(await fact(dialog, "Subprotocols offered")).toBe("wsecho.v1");
    expect(await fact(dialog, "Subprotocol selected")).toBe("wsecho.v1");
    expect(await fact(dialog, "Extensions agreed on")).toContain("permessage-deflate");
    expect(await fact(dialog, "Time to open")).toMatch(/^[\d.,]+ (µs|ms|s)$/);
    await dialog.getByText(`wsecho inspect ${site.url}`).waitFor();
    // It saw no header, so it shows none.
    expect(await dialog.innerText()).not.toMatch(/HTTP\/1\.1|Sec-WebSocket/);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Open Frames" }).press("Enter");
    await page.getByText("this page keeps no password").waitFor();
  });

  it("is both heads as the server saw them, secrets left out, once its feed is watched", async () => {
    const page = await site.openSession(
      { autoReconnect: true, server: `${site.url}/?token=hidden` },
      { viewport: { width: 320, height: 640 } },
    );
    await openFrames(page);
    await page.locator(".frames").getByText("Live", { exact: true }).first().waitFor();
    await page.locator(".frames-toggle").press("Enter");
    const dialog = await openHandshake(page);
    const request = dialog.getByRole("group", { name: "Head of the request" });
    expect(await request.innerText()).toMatch(/^GET \/\?\*\*\* HTTP\/1\.1\s/);
    expect(await request.innerText()).toContain("Sec-WebSocket-Protocol: wsecho.v1");
    const answer = dialog.getByRole("group", { name: "Head of the answer" });
    expect(await answer.innerText()).toContain("Sec-WebSocket-Accept: ");
    await dialog.getByText("Sec-WebSocket-Accept answers the key").waitFor();
    await dialog.getByText("client to server: window of 32 KiB, context not kept").waitFor();
    await dialog.getByText(/^It answered [\d.]+ (µs|ms) after/).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await tooWide(page)).toEqual([]);
  });

  it("with any server is what a browser tells, and the terminal's command", async () => {
    await using other = await startAnyServer();
    const page = await site.open();
    await page.getByLabel("Server", { exact: true }).fill(`${other.url}/?token=hidden`);
    await page.getByRole("radio", { name: "raw" }).check({ force: true });
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await state(page, "Connected").waitFor();
    const dialog = await openHandshake(page);
    expect(await fact(dialog, "Subprotocols offered")).toBe("none");
    await dialog.getByText("this page knows of no feed of this server").waitFor();
    await dialog.getByText(`wsecho inspect '${other.url}/?token=***'`).waitFor();
    expect(await dialog.innerText()).not.toContain("hidden");
  });
});

describe("a message that is not compressed", () => {
  it("says why: none was agreed on, or the sender chose so", async () => {
    const page = await site.openSession({ autoReconnect: true });
    await openFrames(page);
    await page.locator(".frames").getByText("Live", { exact: true }).first().waitFor();
    await ask(page, "short");
    // Chromium compresses whatever it may; the server what is worth it.
    await frames(page).getByText('"short"').nth(1).click();
    await page.getByText("but the sender decides for each message").waitFor();
    await page.locator(".frames input[type=file]").setInputFiles({
      name: "conversation.jsonl",
      buffer: Buffer.from(jsonl(recordsOf(conversation))),
      mimeType: "application/octet-stream",
    });
    await frames(page).getByText("Hello").first().click();
    await page.getByText("the handshake agreed on no compression").waitFor();
  });
});
