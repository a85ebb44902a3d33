import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { tooWide, violations } from "../support/checks.ts";
import { cuttable } from "../support/cuttable.ts";
import { useSite } from "../support/fixture.ts";
import { ask, connectionFailed, openSession, rows } from "../support/page.ts";

const site = useSite({ allowed: [connectionFailed] });

const openWatched = async (url = site.httpUrl, options = {}): Promise<Page> => {
  const page = await openSession(url, { autoReconnect: true }, options);
  return page;
};
/** The feed has said whose connection it shows: what is sent now is in it. */
const live = (page: Page, connection = 0): Promise<void> =>
  page
    .locator(".frame-row[data-kind=note]", { hasText: "admin is logged in" })
    .nth(connection)
    .waitFor();
const openFrames = async (page: Page): Promise<void> => {
  await page.locator(".frames-toggle").click();
  await live(page);
};
const choose = async (row: Locator): Promise<Locator> => {
  await row.locator(".direction").click();
  return row.locator(".row-wire");
};
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => (document.activeElement as HTMLElement | null)?.innerText ?? "");
const shownBytes = async (page: Page): Promise<string> =>
  (await page.locator("[role=gridcell]").allInnerTexts()).join(" ");
const asHex = (page: Page): Promise<void> =>
  page.getByRole("radio", { name: "Hex" }).check({ force: true });

describe("a message of the transcript", () => {
  it("leads to its frames and back, by the keyboard alone", async () => {
    const page = await openWatched();
    await openFrames(page);
    await ask(page, "one");
    await ask(page, "two");
    await page.locator(".frame-row", { hasText: '"two"' }).nth(1).waitFor();
    await page.getByRole("region", { name: "Transcript" }).focus();
    for (const key of ["ArrowUp", "ArrowUp", "ArrowUp", "f"]) await page.keyboard.press(key);
    // The echo of the first.
    await expect.poll(() => focused(page)).toMatch(/to client[^]*"echo"[^]*"one"/i);
    await page.getByRole("heading", { name: /Frame \d+ · text/ }).waitFor();
    expect(await violations(page)).toEqual([]);

    const back = page.getByRole("button", { name: "Show in the transcript" });
    await back.focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => focused(page)).toMatch(/Received #1[^]*one/);
    // Up and down are parts of the same time, the server's is exact.
    await page.getByText(/up [\d.]+ ms ±[\d.]+ ms · server [\d.]+ ms · down [\d.]+ ms/).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Figures" }).click();
    const table = page.getByRole("dialog").locator(".split");
    await table.getByRole("row", { name: /^in the server/ }).waitFor();
    expect(await table.getByRole("cell", { name: /^[\d.]+ ms$/ }).count()).toBe(9);
  });

  it("of bytes leads to its own among equal ones, where Frames came late", async () => {
    const page = await openWatched();
    await asHex(page);
    await ask(page, "07 08");
    const early = await choose(rows(page, "sent").first());
    await early.getByText("Frames was not watching").waitFor();
    await early.getByRole("button", { name: "Open Frames" }).click();
    await live(page);
    await early.getByText("Not among what Frames saw").waitFor();
    await ask(page, "07 08");
    await ask(page, "07 09");
    await page.locator(".frame-row[data-kind=frame]").nth(3).waitFor();
    const late = await choose(rows(page, "received").nth(1));
    await late.getByRole("button", { name: "Show its frames" }).click();
    await expect.poll(() => shownBytes(page)).toBe("82 02 07 08");
    await page.getByRole("button", { name: "Show in the transcript" }).click();
    await expect.poll(() => focused(page)).toContain("Received #2");
  });

  it("is told from one with the same number before a reconnect", async () => {
    await using wire = await cuttable(site.port);
    const page = await openWatched(wire.url.replace("ws:", "http:"));
    await openFrames(page);
    await ask(page, "an anchor");
    await asHex(page);
    await ask(page, "01");
    await page.locator(".frame-row[data-kind=frame]").nth(3).waitFor();
    wire.cut();
    await rows(page, "loggedIn").nth(1).waitFor();
    await live(page, 1);
    await ask(page, "61");
    await ask(page, "02");
    const second = await choose(rows(page, "received").last());
    await second.getByRole("button", { name: "Show its frames" }).click();
    await expect.poll(() => shownBytes(page)).toBe("82 01 02");
    await page.getByRole("region", { name: "Transcript" }).focus();
    await page.keyboard.press("Escape");
    await page.getByRole("region", { name: "Transcript" }).evaluate((list) => list.scrollTo(0, 0));
    const first = await choose(rows(page, "received").nth(1));
    await first.getByRole("button", { name: "Show its frames" }).click();
    await expect.poll(() => shownBytes(page)).toBe("82 01 01");
  });

  it("gives way to its frames on a narrow screen, and comes back", async () => {
    const page = await openWatched(undefined, { viewport: { width: 320, height: 640 } });
    await openFrames(page);
    await page.locator(".frames-toggle").click();
    await ask(page, "narrow");
    const facts = await choose(rows(page, "received").first());
    await facts.getByText(/up .* down/).waitFor();
    expect(await tooWide(page)).toEqual([]);
    await facts.getByRole("button", { name: "Show its frames" }).click();
    await page.getByRole("button", { name: "Show in the transcript" }).click();
    await expect.poll(() => focused(page)).toMatch(/Received #1[^]*narrow/);
    expect(await page.locator(".frames").isVisible()).toBe(false);
  });
});
