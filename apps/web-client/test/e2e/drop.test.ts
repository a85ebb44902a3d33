import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { conversation, jsonl, recordsOf } from "../support/capture.ts";
import { useSite } from "../support/fixture.ts";
import { composer, rows } from "../support/page.ts";
import { frames, openFrames } from "../support/visit-frames.ts";

const site = useSite();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wsecho-drop-"));
});
afterAll(() => rm(folder, { recursive: true }));

const fileOf = async (name: string, content: string | Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};
const form = (page: Page): Locator => page.getByRole("form", { name: "Message" });

/** Drags files over a part of the page as the system does: trusted events of the browser itself. */
const dragOver = async (page: Page, over: Locator, files: readonly string[]) => {
  const cdp = await page.context().newCDPSession(page);
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  const send = async (type: "dragEnter" | "dragOver" | "drop" | "dragCancel", to: Locator) => {
    const { x, y, width, height } = (await to.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await cdp.send("Input.dispatchDragEvent", { type, x: x + width / 2, y: y + height / 2, data });
  };
  const moveTo = async (to: Locator): Promise<void> => {
    // The first one only enters it; a hand that holds still goes on to say that it is there.
    for (let i = 0; i < 2; i++) await send("dragOver", to);
  };
  await send("dragEnter", over);
  await moveTo(over);
  return {
    moveTo,
    drop: (to = over) => send("drop", to),
    cancel: () => send("dragCancel", over),
  };
};

describe("a file that is dropped", () => {
  it("on the composer is its file; what will happen is said while it is dragged", async () => {
    const page = await site.openSession();
    await composer(page).fill("a draft");
    const path = await fileOf("bytes.bin", Uint8Array.of(1, 2, 255));
    const drag = await dragOver(page, form(page), [path]);
    const words = page.getByText("Drop it here to send it as one binary message, at most 1 MiB.");
    await words.waitFor();
    await drag.moveTo(page.getByRole("region", { name: "Transcript" }));
    await page.getByText("Dropped here, a file is opened as a capture, in Frames.").waitFor();
    await drag.moveTo(form(page));
    await page.getByText("Dropped here").waitFor({ state: "detached" });
    await drag.drop();
    await page.getByText("bytes.bin, 3 B").waitFor();
    expect(await words.count()).toBe(0);
    expect(await rows(page, "sent").count()).toBe(0);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await rows(page, "received").getByText("01 02 ff").waitFor();
    await rows(page, "received").getByText("identical").waitFor();
    // The text waits where it was.
    await page.getByRole("radio", { name: "Text" }).check({ force: true });
    expect(await composer(page).inputValue()).toBe("a draft");
  });

  it("is none where it is taken away again, is too large, or is several", async () => {
    const page = await site.openSession();
    const path = await fileOf("film", "");
    await truncate(path, 64 * 1024 * 1024 + 1);
    const left = await dragOver(page, form(page), [path]);
    await page.getByText("Drop it here").waitFor();
    await left.cancel();
    await page.getByText("Drop it here").waitFor({ state: "detached" });
    await composer(page).waitFor();
    await (await dragOver(page, form(page), [path])).drop();
    await page.getByText(/film is larger than 64 MiB/).waitFor();
    const others = [await fileOf("a", "a"), await fileOf("b", "b")];
    await (await dragOver(page, form(page), others)).drop();
    await page.getByText("One file at a time").waitFor();
    await page.getByRole("button", { name: "Send", exact: true }).press("Enter");
    expect(await rows(page, "sent").count()).toBe(0);
  });

  it("on the Frames view is still a capture, and the composer keeps its draft", async () => {
    const page = await site.openSession();
    await composer(page).fill("a draft");
    await openFrames(page);
    const path = await fileOf("a.jsonl", jsonl(recordsOf(conversation)));
    const drag = await dragOver(page, page.locator("#frames"), [path]);
    await page.getByText("Dropped here, a file is opened as a capture").waitFor();
    await drag.drop();
    await frames(page).getByText("Hello").first().waitFor();
    expect(await composer(page).inputValue()).toBe("a draft");
  });
});

describe("a file that is pasted", () => {
  it("is the composer's file, but the words of a table stay words", async () => {
    const page = await site.openSession();
    const paste = (text: string | null) =>
      composer(page).evaluate((field, words) => {
        const clipboardData = new DataTransfer();
        clipboardData.items.add(new File([Uint8Array.of(7, 8)], "picture.png"));
        if (words !== null) clipboardData.setData("text/plain", words);
        const event = new ClipboardEvent("paste", {
          clipboardData,
          bubbles: true,
          cancelable: true,
        });
        return field.dispatchEvent(event);
      }, text);
    expect(await paste("a\tb")).toBe(true);
    expect(await paste(null)).toBe(false);
    await page.getByText("picture.png, 2 B").waitFor();
    await page.keyboard.press("Enter");
    await rows(page, "received").getByText("07 08").waitFor();
  });
});
