import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import { violations } from "../support/checks.ts";
import { useSite } from "../support/fixture.ts";
import { ask, composer, importFile, logIn, openPage, rows, startServer } from "../support/page.ts";

const site = useSite();

const openSession = () =>
  site.openSession({}, { permissions: ["clipboard-read", "clipboard-write"] });
const line = (i: number): string =>
  JSON.stringify({
    ...{ v: 1, t: new Date(1e12 + i).toISOString(), type: "message" },
    ...{ dir: i % 2 ? "c2s" : "s2c", text: `message ${i}${i % 5 ? "" : "\nof two lines"}` },
  });
const focusedRow = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { activeElement } = document;
    return activeElement?.querySelector(".payload")?.textContent ?? activeElement?.className ?? "";
  });

describe("100,000 messages", () => {
  it("are scrolled, searched and walked through by the keyboard", { timeout: 60_000 }, async () => {
    const page = await openSession();
    const lines = Array.from({ length: 100_000 }, (_, i) => line(i + 1));
    await importFile(page, "many.jsonl", lines.join("\n"));
    await page.getByText("100,002 entries").waitFor();
    await page.getByText("message 100000").waitFor();

    const transcript = page.getByRole("region", { name: "Transcript" });
    await transcript.focus();
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => focusedRow(page)).toContain("message 100000");
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => focusedRow(page)).toBe("message 99999");
    await page.keyboard.press("Home");
    await expect.poll(() => focusedRow(page)).toBe("row selected");
    await page.keyboard.press("PageDown");
    await expect.poll(() => focusedRow(page)).toBe("message 9");
    // Nobody waits for a row to be drawn before the next key.
    for (const key of ["PageDown", "PageDown", "ArrowUp"]) await page.keyboard.press(key);
    await expect.poll(() => focusedRow(page)).toBe("message 28");
    for (const key of ["PageDown", "PageDown", "End"]) await page.keyboard.press(key);
    await expect.poll(() => focusedRow(page)).toContain("message 100000");
    expect(await page.locator("*").count()).toBeLessThan(400);
    await page.keyboard.press("Escape");

    // A search looks at every payload, whole; `/` leads to it.
    await page.keyboard.press("/");
    await page.getByRole("checkbox", { name: "Regular expression" }).check();
    const search = page.getByRole("searchbox", { name: "Search" });
    await search.fill("^message \\d*00\\nof two");
    await page.getByText("1,000 of 100,002 shown").waitFor();
    await page.getByRole("combobox", { name: "Direction" }).selectOption("sent");
    await page.getByText("0 of 100,002 shown").waitFor();
    await search.fill("message (");
    await page.getByText("Not a regular expression").waitFor();
    await page.getByRole("checkbox", { name: "Regular expression" }).press("Escape");
    await page.getByText("message 100000").waitFor();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.className))
      .toBe("scroller");
  });
});

describe("what a search found", () => {
  it("is marked in its message as text, and scrolled to where that is long", async () => {
    const page = await openSession();
    const lines = Array.from({ length: 300 }, (_, i) => `line ${i} <i>`);
    await ask(page, lines.join("\n"));
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("combobox", { name: "Direction" }).selectOption("received");
    await page.getByRole("searchbox", { name: "Search" }).fill("LINE 250 <i>");
    await page.getByText("1 of 3 shown").waitFor();
    const row = rows(page, "received");
    await row.getByRole("button", { name: /^Show all/ }).click();
    const hit = row.locator("mark");
    await expect.poll(() => hit.allInnerTexts()).toEqual(["line 250 <i>"]);
    const seen = (): Promise<boolean> =>
      hit.evaluate((mark) => {
        const block = mark.closest("pre")?.getBoundingClientRect();
        const { top, bottom } = mark.getBoundingClientRect();
        return block !== undefined && top >= block.top && bottom <= block.bottom;
      });
    await expect.poll(seen).toBe(true);
    expect(await violations(page)).toEqual([]);
    // A filter that goes on out of sight is still said.
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("search").waitFor({ state: "detached" });
    await page.getByRole("region", { name: "Session" }).getByText("1 of 3 shown").waitFor();
  });
});

describe("a regular expression that takes too long", () => {
  it("is given up and said so, while the page goes on; a good one then finds", async () => {
    const page = await openSession();
    await ask(page, `${"a".repeat(40)}!`);
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("checkbox", { name: "Regular expression" }).check();
    const search = page.getByRole("searchbox", { name: "Search" });
    await search.fill("(a+)+$");
    // For a page that is held it would take years.
    await page.getByText("This pattern takes too long").waitFor();
    await rows(page, "received").waitFor();
    await page.getByRole("checkbox", { name: "Pinned" }).check();
    await page.getByText("0 of 3 shown").waitFor();
    await page.getByRole("checkbox", { name: "Pinned" }).uncheck();
    await search.fill("^a{40}!$");
    await page.getByText("2 of 3 shown").waitFor();
  });
});

describe("a regular expression", () => {
  it("is searched by also when the page's server is gone", async () => {
    const own = await startServer();
    const { page } = await openPage("about:blank");
    const loaded = new Promise<void>((resolve) => {
      page.on("worker", (worker) => worker.on("close", () => resolve()));
    });
    await page.goto(own.httpUrl);
    await logIn(page);
    await composer(page).waitFor();
    await ask(page, "hello");
    await loaded;
    await own.server.close();
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("checkbox", { name: "Regular expression" }).check();
    await page.getByRole("searchbox", { name: "Search" }).fill("^h.l");
    await page.getByText(/^2 of \d+ shown$/).waitFor();
  });
});

describe("an entry", () => {
  it("is pinned, copied, shown otherwise and sent again by single keys and its actions", async () => {
    const page = await openSession();
    await ask(page, '{"a": [1, 2]}');
    await page.getByRole("region", { name: "Transcript" }).focus();
    const heard = page.locator("#app > [role=status]");
    const row = rows(page, "received").first();
    for (const key of ["ArrowUp", "p"]) await page.keyboard.press(key);
    await row.getByText("pinned", { exact: true }).waitFor();
    await heard.getByText("pinned", { exact: true }).waitFor();
    await page.keyboard.press("c");
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(clipboard).toBe('{"a": [1, 2]}');
    // A key says what it did: nothing else shows that something was copied.
    await row.getByText("Copied").waitFor();
    await heard.getByText("Copied").waitFor();
    await row.getByRole("button", { name: "Copy as command" }).click();
    await expect
      .poll(clipboard)
      .toBe(`printf '%s\\n' '{"a": [1, 2]}' | wsecho connect ${site.url} --user admin`);
    await row.getByRole("combobox", { name: "Show as" }).selectOption("json");
    await expect.poll(() => row.locator(".payload").textContent()).toContain('"a": [\n    1,');
    await row.getByRole("button", { name: "Send again" }).click();
    await rows(page, "received").nth(1).getByText("identical").waitFor();
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("checkbox", { name: "Pinned" }).check();
    await page.getByText("1 of 5 shown").waitFor();
    await row.locator(".direction").click();
    await row.getByRole("button", { name: "Unpin" }).click();
    await heard.getByText("no longer pinned").waitFor();
    await page.getByRole("button", { name: "Clear the transcript" }).click();
    await heard.getByText("Cleared").waitFor();
  });

  it("that is a note is pinned and copied as well, and says where it cannot be copied", async () => {
    const page = await openSession();
    await page.evaluate(() => {
      Clipboard.prototype.writeText = () => Promise.reject(new DOMException("no"));
    });
    const note = rows(page, "loggedIn");
    await note.waitFor();
    await page.getByRole("region", { name: "Transcript" }).focus();
    for (const key of ["ArrowUp", "p"]) await page.keyboard.press(key);
    await note.getByText("pinned").waitFor();
    await page.keyboard.press("c");
    await note.getByText("Could not be copied").waitFor();
  });

  it.each([
    [1280, 800],
    [768, 900],
    [320, 640],
  ])("that is long fits the view with its actions at %i × %i", async (width, height) => {
    const page = await site.openSession({}, { viewport: { width, height } });
    await ask(page, "a line of many\n".repeat(60));
    await page.getByRole("region", { name: "Transcript" }).focus();
    for (const key of ["ArrowUp", "Enter"]) await page.keyboard.press(key);
    const row = page.locator(".row.selected:has(.tall)");
    const beyond = () =>
      row.evaluate((element) => {
        const view = element.closest(".scroller")?.getBoundingClientRect() ?? new DOMRect();
        const { top, bottom } = element.getBoundingClientRect();
        return Math.max(0, Math.round(view.top - top), Math.round(bottom - view.bottom));
      });
    await row.getByRole("group", { name: "Actions for this message" }).waitFor();
    await expect.poll(beyond).toBe(0);
  });

  it("of bytes is decoded as MessagePack, CBOR or Protobuf", async () => {
    const page = await openSession();
    await page.getByRole("radio", { name: "Hex" }).check({ force: true });
    await ask(page, "08 96 01");
    await rows(page, "received").locator(".direction").click();
    const show = page.getByRole("combobox", { name: "Show as" });
    const payload = rows(page, "received").locator(".payload");
    await show.selectOption("protobuf");
    await expect.poll(() => payload.textContent()).toBe("1: 150");
    await show.selectOption("cbor");
    await page.getByText("It cannot be shown so").waitFor();
    await ask(page, "81 a1 61 01");
    await rows(page, "received").nth(1).locator(".direction").click();
    await show.selectOption("msgpack");
    await expect
      .poll(() => rows(page, "received").nth(1).locator(".payload").textContent())
      .toBe('{\n  "a": 1\n}');
  });

  it("keeps single keys to itself where a person switched them off", async () => {
    const page = await openSession();
    await ask(page, "hello");
    await page.getByRole("region", { name: "Transcript" }).focus();
    await page.keyboard.press("?");
    await page.getByRole("table").last().getByText("Session expired").first().waitFor();
    await page.getByRole("checkbox", { name: "Single keys do something" }).uncheck();
    await page.keyboard.press("Escape");
    await page.getByRole("region", { name: "Transcript" }).focus();
    for (const key of ["?", "/", "ArrowUp", "p"]) await page.keyboard.press(key);
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(await page.getByText("pinned").count()).toBe(0);
  });
});

describe("the transcript as a file", () => {
  it("is saved as JSON Lines and as HAR, without the login, and comes back", async () => {
    const page = await openSession();
    await ask(page, "hello");
    const save = async (name: string): Promise<string> => {
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name, exact: true }).click();
      return readFile(await (await download).path(), "utf8");
    };
    await page.getByRole("button", { name: "Files" }).click();
    const lines = await save("JSON Lines");
    const har = await save("HAR");
    await page.keyboard.press("Escape");
    for (const text of [lines, har]) {
      expect(text).toContain("hello");
      expect(text).not.toContain("123456");
    }
    await page.getByRole("button", { name: "Clear the transcript" }).click();
    await importFile(page, "a.jsonl", lines);
    await page.getByText("3 from a.jsonl").waitFor();
    await rows(page, "received").getByText("identical").waitFor();
    await importFile(page, "b.har", har);
    await page.getByText("2 from b.har").waitFor();
  });
});

describe("what the filter shows", () => {
  it("is saved once the search has seen everything", async () => {
    const { page } = await openPage("about:blank");
    const found = Promise.withResolvers<undefined>();
    // Nothing is matched before its worker is there.
    await page.route(/regex-worker/, async (route) => {
      await found.promise;
      await route.continue();
    });
    await page.goto(site.httpUrl);
    await logIn(page);
    await ask(page, "hello");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("searchbox", { name: "Search" }).fill("h.llo");
    await page.getByRole("checkbox", { name: "Regular expression" }).check();
    await page.getByRole("button", { name: "Files" }).click();
    const save = page.getByRole("button", { name: "JSON Lines" });
    const running = page.getByText("The search is still running");
    await running.waitFor();
    expect(await save.getAttribute("aria-disabled")).toBe("true");
    // What is not only shown need not wait for it.
    await page.getByRole("checkbox", { name: "Only what the filter shows" }).uncheck();
    await running.waitFor({ state: "detached" });
    await page.getByRole("checkbox", { name: "Only what the filter shows" }).check();
    await running.waitFor();
    let saved = 0;
    page.on("download", () => (saved += 1));
    await save.click({ force: true });
    found.resolve(undefined);
    await running.waitFor({ state: "detached" });
    const download = page.waitForEvent("download");
    await save.click();
    const lines = await readFile(await (await download).path(), "utf8");
    expect(lines.match(/h.llo/g)).toHaveLength(2);
    expect(saved).toBe(1);
  });
});

describe("a file that is gone when it is read", () => {
  it("is said to be", async () => {
    const page = await openSession();
    await page.evaluate(() => {
      File.prototype.text = () => Promise.reject(new DOMException("gone", "NotFoundError"));
    });
    await page.getByRole("button", { name: "Files" }).click();
    await page
      .getByLabel("File to import")
      .setInputFiles({ name: "a.jsonl", mimeType: "text/plain", buffer: Buffer.from("{}") });
    await page.getByText("a.jsonl cannot be read").waitFor();
  });
});

describe("a dialog", () => {
  it("leaves the keyboard to who went on with it while the dialog was closing", async () => {
    const page = await openSession();
    await page.getByRole("button", { name: "Files" }).click();
    await page.locator("dialog").evaluate((dialog: HTMLDialogElement) => {
      // As Escape does: the page is told a little later.
      dialog.close();
      document.querySelector<HTMLElement>(".scroller")?.focus();
    });
    await page.locator("dialog").waitFor({ state: "detached" });
    expect(await focusedRow(page)).toBe("scroller");
  });
});

describe("figures", () => {
  it("show traffic, echoes and the round trips' percentiles with a plot", async () => {
    const page = await openSession();
    await ask(page, "hello");
    await page.getByRole("img", { name: /The last 1 round trips: p50/ }).waitFor();
    await page.getByRole("button", { name: "Figures" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("1 messages, 5 B").first().waitFor();
    await dialog.getByText("p99", { exact: true }).waitFor();
  });
});
