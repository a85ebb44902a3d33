import { readFile } from "node:fs/promises";
import { createFileReader, type WireRecord } from "@wsecho/wire";
import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { exportRecords } from "../../src/frames/exports.ts";
import { conversation, down, handshake, jsonl, recordsOf, up } from "../support/capture.ts";
import { frames, lit, openCapture, openFrames } from "../support/visit-frames.ts";
import { useSite } from "../support/fixture.ts";

const site = useSite();

const records = recordsOf(conversation);
const byte = (page: Page, at: number): Locator => page.locator(`[role=gridcell][data-at="${at}"]`);
const field = (page: Page, name: string): Locator => page.locator(`[data-field="${name}"]`);
const openView = async (options?: BrowserContextOptions): Promise<Page> => {
  const page = await site.open(options);
  await openFrames(page);
  return page;
};

describe("a capture", () => {
  it.each(["jsonl", "har", "pcapng"] as const)(
    "as %s is opened by dropping it anywhere on the page",
    async (format) => {
      const page = await site.open();
      await page.getByRole("button", { name: "Log in" }).waitFor();
      const pieces = exportRecords(records, format, { reveal: true, filter: null });
      const bytes = Buffer.from(await new Blob(pieces as BlobPart[]).arrayBuffer());
      const dataTransfer = await page.evaluateHandle(
        ({ base64, name }) => {
          const content = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([content], name));
          return transfer;
        },
        { base64: bytes.toString("base64"), name: `conversation.${format}` },
      );
      await page.dispatchEvent("body", "drop", { dataTransfer });
      await frames(page).getByText("Hello").first().waitFor();
      await page.getByText("from a capture").waitFor();
      await expect.poll(() => frames(page).count()).toBe(8);
      // What it brings of secrets is not shown.
      await page.getByText("GET /chat").click();
      expect(await page.locator(".inspector").innerText()).not.toContain("secret-token");
      await page.getByRole("checkbox", { name: "Show secrets" }).check();
      await expect
        .poll(() => page.locator(".inspector").innerText())
        .toContain("Bearer secret-token");
    },
  );

  it("that is none is said to be none", async () => {
    const page = await openView();
    await page.locator(".frames input[type=file]").setInputFiles({
      name: "picture.png",
      buffer: Buffer.from("\u0089PNG\r\n\u001a\n"),
      mimeType: "image/png",
    });
    await page.getByText("not a capture: known are JSON Lines").waitFor();
  });

  it("says what its watcher lost, and what was wrong in it", async () => {
    const page = await openView();
    const lost = {
      v: 1,
      k: "note",
      t: "2026-11-22T06:00:00.000000Z",
      us: 0,
      conn: 1,
      at: "server",
    };
    const line = JSON.stringify({ ...lost, code: "lost", says: "too slow", count: 1234 });
    await openCapture(page, `${jsonl(records)}${line}\nnonsense\n`);
    await page.getByText("1,234 lost").waitFor();
    await page.getByText("1 place in the file could not be read").waitFor();
    await page.getByText("the line is not JSON").waitFor();
  });
});

describe("the list", () => {
  it("folds heartbeats with their number, and opens them", async () => {
    const page = await openView();
    await openCapture(page, jsonl(records));
    const fold = page.getByRole("button", { name: "6 heartbeats" });
    expect(await fold.getAttribute("aria-expanded")).toBe("false");
    await page.getByText("Fold heartbeats (6)").waitFor();
    await fold.click();
    await page.getByText("beat 2").first().waitFor();
    await expect.poll(() => frames(page).count()).toBe(14);
    await fold.click();
    await expect.poll(() => frames(page).count()).toBe(8);
    await page.getByRole("checkbox", { name: "Fold heartbeats" }).uncheck();
    await expect.poll(() => frames(page).count()).toBe(14);
  });

  it("keeps the row in view whose details take room from it", async () => {
    const page = await openView();
    await openCapture(page, jsonl(records));
    // All of it has room, until the details come.
    const inView = (text: string): Promise<boolean> =>
      page.locator(".frame-row", { hasText: text }).evaluate(async (row) => {
        // Whatever watches sizes has its turn.
        for (let drawing = 0; drawing < 3; drawing++) await new Promise(requestAnimationFrame);
        const list = row.closest(".frame-scroller")?.getBoundingClientRect();
        const { top, bottom } = row.getBoundingClientRect();
        return list !== undefined && top >= list.top - 1 && bottom <= list.bottom + 1;
      });
    for (const text of ["bare", "GET /chat"]) {
      await page.locator(".frame-row", { hasText: text }).click();
      await page.locator(".inspector").waitFor();
      expect(await inView(text)).toBe(true);
      await page.getByRole("button", { name: "Close the details" }).click();
      await page.locator(".inspector").waitFor({ state: "detached" });
    }
  });

  it("shows what a filter wants, and says what is wrong with one", async () => {
    const page = await openView();
    await openCapture(page, jsonl(records));
    const filter = page.getByRole("searchbox", { name: "Filter" });
    await filter.fill("op:ping");
    await expect.poll(() => frames(page).count()).toBe(3);
    await filter.fill("op:");
    await page.getByText('Character 4: a value is missing behind "op:"').waitFor();
    await filter.press("Escape");
    await expect.poll(() => frames(page).count()).toBe(8);
    await page.getByRole("radio", { name: "To server" }).check({ force: true });
    await expect.poll(() => frames(page).count()).toBe(4);
    await page.getByRole("radio", { name: "Messages" }).check({ force: true });
    await expect.poll(() => page.locator("[data-kind=message]").count()).toBe(3);
  });

  it("is searched by a pattern that takes years without holding the page, which says so", async () => {
    const page = await openView();
    await openCapture(
      page,
      jsonl(recordsOf([...handshake, down("hello"), up(`${"a".repeat(40)}!`)])),
    );
    const filter = page.getByRole("searchbox", { name: "Filter" });
    await filter.fill("op:text /(a+)+$/");
    // A page that is held hears no key.
    const level = page.getByRole("radio", { name: "Frames" });
    await level.press("ArrowRight");
    await expect.poll(() => page.getByRole("radio", { name: "Messages" }).isChecked()).toBe(true);
    await page.getByRole("radio", { name: "Messages" }).press("ArrowLeft");
    await page.getByText("This pattern takes too long").waitFor();
    await expect.poll(() => frames(page).count()).toBe(2);
    await filter.fill("op:text /^a{40}!$/");
    await expect.poll(() => frames(page).count()).toBe(1);
    await frames(page).getByText("aaa").waitFor();
    await page.getByText("This pattern takes too long").waitFor({ state: "detached" });
  });

  it("scrolls through 10,000 frames with few rows in the page, none of them blank", async () => {
    const count = 10_000;
    const pieces = Array.from({ length: count }, (_, i) =>
      (i % 2 === 0 ? up : down)(`line ${i + 1} ${"x".repeat(i % 90)}`),
    );
    const page = await openView();
    await openCapture(page, jsonl(recordsOf([...handshake, ...pieces])));
    const rows = page.locator(".frame-scroller [role=list] > li");
    await expect
      .poll(() => rows.first().getAttribute("aria-setsize"), { timeout: 40_000 })
      .toBe(String(count + 2));
    for (const part of [0.5, 1, 0.13, 0.87, 0, 0.31]) {
      const seen = await page.locator(".frame-scroller").evaluate(async (scroller, to) => {
        scroller.scrollTop = to * (scroller.scrollHeight - scroller.clientHeight);
        const { top, bottom } = scroller.getBoundingClientRect();
        const rowsInView = () =>
          [...scroller.querySelectorAll<HTMLElement>("li")].filter((row) => {
            const box = row.getBoundingClientRect();
            return box.bottom > top && box.top < bottom && row.innerText.includes("line");
          });
        // The next drawing is the one that a person sees; slow machines may need some.
        let full = false;
        for (let drawing = 0; !full && drawing < 120; drawing++) {
          await new Promise(requestAnimationFrame);
          const height = rowsInView().reduce((sum, row) => sum + row.offsetHeight, 0);
          full = height > 0.75 * (bottom - top);
        }
        const places = rowsInView().map((row) => Number(row.getAttribute("aria-posinset")));
        return { full, places, drawn: scroller.querySelectorAll("*").length };
      }, part);
      expect(seen.full).toBe(true);
      expect(seen.drawn).toBeLessThan(1200);
      const middle = seen.places[Math.floor(seen.places.length / 2)] ?? 0;
      expect(Math.abs(middle - part * count)).toBeLessThan(100);
    }
    await page.locator("[data-row][tabindex='0']").focus();
    await page.keyboard.press("End");
    await page.locator("[data-row]:focus", { hasText: `line ${count} ` }).waitFor();
    await page.keyboard.press("Home");
    await page.locator("[data-row]:focus", { hasText: "GET /chat" }).waitFor();
  }, 60_000);
});

describe("a frame", () => {
  it("shows a byte's field, and a field's bytes", async () => {
    const page = await openView();
    await openCapture(page, jsonl(records));
    await frames(page).getByText("Hello").first().click();
    expect((await page.locator("[role=gridcell]").allInnerTexts()).join(" ")).toBe(
      "81 85 37 fa 21 3d 7f 9f 4d 51 58",
    );
    await byte(page, 1).hover();
    expect(await lit(page, "data-field")).toEqual(["MASK", "length"]);
    expect(await lit(page, "data-at")).toEqual(["1"]);
    await page.getByText("Byte 1: 85, MASK masked, length 5").waitFor();
    await byte(page, 7).hover();
    await page.getByText("9f ⊕ fa = 65 “e”").first().waitFor();
    await field(page, "masking key").hover();
    expect(await lit(page, "data-at")).toEqual(["2", "3", "4", "5"]);
    expect(await lit(page, "data-field")).toEqual(["masking key"]);
    await page.locator(".inspector-head").hover();
    await expect.poll(() => lit(page, "data-at")).toEqual([]);
  });

  it("is walked through from masked to plain, byte by byte", async () => {
    const page = await openView();
    await openCapture(page, jsonl(records));
    await frames(page).getByText("Hello").first().click();
    const reads = page.locator(".walk-reads output");
    const plain = page.locator(".walk-plain td:not(.walk-text)");
    expect(await reads.innerText()).toBe("Hello");
    await page.getByRole("button", { name: "From the start" }).click();
    expect(await plain.allInnerTexts()).toEqual(["··", "··", "··", "··", "··"]);
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByRole("button", { name: "Next" }).click();
    expect(await plain.allInnerTexts()).toEqual(["48", "65", "··", "··", "··"]);
    expect(await reads.innerText()).toBe("He");
    expect(await page.locator(".walk-bits .bits").allInnerTexts()).toEqual([
      "1001 1111",
      "1111 1010",
      "0110 0101",
    ]);
    const slider = page.getByRole("slider", { name: "Step" });
    await slider.press("ArrowRight");
    expect(await reads.innerText()).toBe("Hel");
    expect(await slider.getAttribute("aria-valuetext")).toBe("byte 3 of 5: 4d ⊕ 21 = 6c l");
  });

  it("leads to its message, and that to its frames", async () => {
    const page = await openView();
    await openCapture(page, jsonl(records));
    await frames(page).getByText("two").click();
    await page.getByRole("button", { name: "Part 2 of message 3" }).click();
    await page.getByRole("heading", { name: "Message 3 · text" }).waitFor();
    await page.locator(".payload", { hasText: "one, two" }).waitFor();
    await page.getByRole("button", { name: /^Frame 3/ }).click();
    await page.getByRole("heading", { name: "Frame 3 · text" }).waitFor();
  });

  it("that a proxy edited is shown as it came, and as it was sent on", async () => {
    const page = await openView();
    const edited = {
      hdr: Uint8Array.of(0x81, 0x82),
      key: Uint8Array.of(1, 2, 3, 4),
      raw: Uint8Array.of(0x4f ^ 1, 0x4b ^ 2),
    };
    const changed = records.map((record) =>
      record.k === "frame" && record.n === 1 ? { ...record, edited } : record,
    );
    await openCapture(page, jsonl(changed));
    await frames(page).getByText("edited on its way").click();
    const cells = page.locator("[role=gridcell]");
    expect((await cells.allInnerTexts()).join(" ")).toBe("81 85 37 fa 21 3d 7f 9f 4d 51 58");
    await page.getByRole("radio", { name: "As sent on" }).check({ force: true });
    await expect
      .poll(async () => (await cells.allInnerTexts()).join(" "))
      .toBe("81 82 01 02 03 04 4e 49");
    expect(await page.locator(".walk-reads output").innerText()).toBe("OK");
  });

  it("says which rule it breaks, and where that stands", async () => {
    const page = await openView();
    await openCapture(page, jsonl(records));
    await frames(page).getByText("1 rule broken").click();
    const lint = page.locator(".lint-list");
    expect(await lint.innerText()).toBe("Error: a client must mask every frame RFC 6455 5.1");
    await page.getByRole("combobox", { name: "Language" }).selectOption("zh-CN");
    await lint.getByText("客户端必须为每个帧加掩码").waitFor();
  });

  it("shows a payload as text and never as markup", async () => {
    const page = await openView();
    const markup = '<img src=x onerror="alert(1)"><b>bold</b>';
    await openCapture(page, jsonl(recordsOf([...handshake, up(markup)])));
    await frames(page).getByText(markup).click();
    expect(await page.locator(".inspector .payload").innerText()).toBe(markup);
    expect(await page.locator(".frames img, .frames b").count()).toBe(0);
  });
});

describe("an export", () => {
  it.each(["JSON Lines", "pcapng", "HAR"])("as %s is a file with the same frames", async (name) => {
    const page = await openView();
    await openCapture(page, jsonl(records));
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("radio", { name }).check({ force: true });
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save" }).click(),
    ]);
    const saved = await readFile(await download.path());
    expect(saved.includes("secret-token")).toBe(false);
    const read: WireRecord[] = [];
    const reader = createFileReader({
      emit: (record) => void read.push(record),
      problem: ({ says }) => expect.fail(says),
    });
    reader.push(saved);
    reader.end();
    const bytesOf = (all: readonly WireRecord[]) =>
      all.flatMap((record) =>
        record.k === "frame" ? [[record.dir, record.hdr, record.key, record.raw]] : [],
      );
    expect(bytesOf(read)).toEqual(bytesOf(records));
  });
});
