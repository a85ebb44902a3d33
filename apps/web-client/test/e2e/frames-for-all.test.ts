import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { conversation, jsonl, recordsOf } from "../support/capture.ts";
import { tooWide, violations } from "../support/checks.ts";
import { lit, openCapture, openFrames, visitFrames } from "../support/visit-frames.ts";
import { useSite } from "../support/fixture.ts";

const site = useSite();

const openView = async (options?: BrowserContextOptions): Promise<Page> => {
  const page = await site.open(options);
  await openFrames(page);
  return page;
};

describe.each(["light", "dark"] as const)("the Frames view in %s", (colorScheme) => {
  it.each(["en", "zh-CN"])("has nothing that axe objects to, in %s", async (locale) => {
    const found: string[] = [];
    const page = await openView({ colorScheme, locale });
    await visitFrames(page, async (where) => {
      found.push(...(await violations(page)).map((violation) => `${where}: ${violation}`));
    });
    expect(found).toEqual([]);
  });
});

describe("a narrow screen", () => {
  it.each(["en", "zh-CN"])("never scrolls sideways at 320 px, in %s", async (locale) => {
    const wide: string[] = [];
    const page = await openView({ viewport: { width: 320, height: 640 }, locale });
    await visitFrames(page, async (where) => {
      wide.push(...(await tooWide(page)).map((name) => `${where}: ${name}`));
    });
    expect(wide).toEqual([]);
    // The details are a sheet over all of the view, and nothing behind it can be reached.
    const [sheet, view] = await Promise.all(
      [".inspector", ".frames"].map((selector) => page.locator(selector).boundingBox()),
    );
    expect(sheet).toEqual(view);
    expect(await page.locator(".frame-list").isVisible()).toBe(false);
  });
});

describe("the keyboard alone", () => {
  it("goes from row to row, into the bytes and back", async () => {
    const page = await openView();
    await openCapture(page, jsonl(recordsOf(conversation)));
    const { keyboard } = page;
    await page.locator("[data-row][tabindex='0']").focus();
    for (let i = 0; i < 2; i++) await keyboard.press("ArrowDown");
    await page.locator("[data-row]:focus", { hasText: "Hello" }).waitFor();
    await keyboard.press("Enter");
    await page.getByRole("heading", { name: "Frame 1 · text" }).waitFor();
    await keyboard.press("ArrowDown");
    await page.getByRole("heading", { name: "Frame 2 · text" }).waitFor();
    await keyboard.press("ArrowUp");
    // Over the button that closes, the details themselves and the message, to the bytes.
    for (let i = 0; i < 4; i++) await keyboard.press("Tab");
    await keyboard.press("ArrowRight");
    await page.locator("[role=gridcell][data-at='1']:focus").waitFor();
    expect(await lit(page, "data-field")).toEqual(["MASK", "length"]);
    await keyboard.press("ArrowDown");
    await page.locator("[role=gridcell][data-at='9']:focus").waitFor();
    await keyboard.press("Tab");
    await keyboard.press("End");
    await page.locator("[data-field=payload]:focus").waitFor();
    expect(await lit(page, "data-at")).toEqual(["6", "7", "8", "9", "10"]);
    await keyboard.press("Escape");
    await page.locator("[data-row]:focus", { hasText: "Hello" }).waitFor();
    expect(await page.locator(".inspector").count()).toBe(0);
    await keyboard.press("/");
    await page.locator("#frames-filter:focus").waitFor();
  });
});
