import { describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { useSite } from "../support/fixture.ts";
import { composer, logIn } from "../support/page.ts";

const site = useSite();

describe("connections", () => {
  it("are saved without secrets, used again after a reload, and forgotten with all else", async () => {
    const page = await site.open();
    const server = page.getByLabel("Server", { exact: true });
    await server.fill("wss://example.org/chat?room=1&token=s3cret");
    await page.getByRole("radio", { name: "raw" }).check({ force: true });
    await page.getByLabel("Subprotocols").fill("chat, wsecho.bearer.s3cret");
    await page.getByRole("button", { name: "Keep this one" }).click();
    await page.getByRole("button", { name: /^example.org\/chat/ }).waitFor();
    const stored = () =>
      page.evaluate(() => JSON.stringify([...Object.entries(localStorage), location.href]));
    expect(await stored()).not.toContain("s3cret");
    await page.getByRole("combobox", { name: "Theme" }).selectOption("dark");
    await page.reload();
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
    await page.getByRole("button", { name: /^example.org\/chat/ }).click();
    expect(await server.inputValue()).toBe("wss://example.org/chat?room=1");
    expect(await page.getByLabel("Subprotocols").inputValue()).toBe("chat");
    await page.getByRole("button", { name: "Forget all" }).click();
    await page.getByText("None yet.").waitFor();
    expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
  });

  it("saved in one tab are there in the other, which takes none of them away", async () => {
    const one = await site.open();
    const other = await one.context().newPage();
    await other.goto(site.httpUrl);
    const save = async (page: Page, server: string): Promise<void> => {
      await page.getByLabel("Server", { exact: true }).fill(server);
      await page.getByRole("button", { name: "Keep this one" }).click();
    };
    await save(one, "wss://one.example/");
    await other.getByRole("button", { name: /^one.example/ }).waitFor();
    await save(other, "wss://two.example/");
    await one.getByRole("button", { name: /^two.example/ }).waitFor();
    await one.getByRole("button", { name: /^one.example/ }).waitFor();
  });

  it("are handed on by a link that fills in the form and does nothing else", async () => {
    const page = await site.open();
    await page.getByLabel("User name").fill("admin");
    await page.getByRole("button", { name: "Link to this connection" }).click();
    const link = await page.getByRole("textbox", { name: "Link to this connection" }).inputValue();
    let connections = 0;
    page.on("websocket", () => (connections += 1));
    await page.goto("about:blank");
    await page.goto(`${link}&draft=hello`);
    await page.getByRole("alert").getByText("Filled in from a link").waitFor();
    expect(await page.getByLabel("User name").inputValue()).toBe("admin");
    expect(connections).toBe(0);
    await logIn(page);
    await composer(page).waitFor();
    expect(await composer(page).inputValue()).toBe("hello");
    expect(await page.locator("[data-kind=sent]").count()).toBe(0);
  });

  it("are handed on with view and filter, as far as their words look like no secret", async () => {
    const page = await site.openSession();
    await page.getByRole("button", { name: "Filter" }).click();
    const search = page.getByRole("searchbox", { name: "Search" });
    await search.fill("token=s3cret");
    await page.getByRole("combobox", { name: "Direction" }).selectOption("received");
    await page.getByRole("button", { name: "Link", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Link to this connection" });
    const field = dialog.getByRole("textbox", { name: "Link to this connection" });
    await dialog.getByText("Leave it out where it holds a secret").waitFor();
    expect(await field.inputValue()).not.toMatch(/s3cret|direction/);
    await page.keyboard.press("Escape");
    await search.fill("hello");
    await page.getByRole("button", { name: "Frames", exact: true }).click();
    await page.getByRole("button", { name: "Link", exact: true }).click();
    const link = await field.inputValue();
    await page.goto("about:blank");
    await page.goto(link);
    await page.locator(".frames").waitFor();
    await page.getByRole("alert").getByText("Filled in from a link").waitFor();
    await logIn(page);
    await composer(page).waitFor();
    expect(await search.inputValue()).toBe("hello");
    expect(await page.getByRole("combobox", { name: "Direction" }).inputValue()).toBe("received");
    // One goes on with a message, and not with the filter.
    await expect
      .poll(() => composer(page).evaluate((box) => box === document.activeElement))
      .toBe(true);
  });

  it("offer a token in the handshake to this machine or over TLS only", async () => {
    const page = await site.open();
    let connections = 0;
    page.on("websocket", () => (connections += 1));
    await page.getByLabel("Server", { exact: true }).fill("ws://far.example/");
    await page.getByRole("radio", { name: "Bearer entry" }).check({ force: true });
    await page.getByRole("textbox", { name: "Token", exact: true }).fill("abc");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("alert").getByText("A token in the handshake goes over wss://").waitFor();
    expect(connections).toBe(0);
  });
});
