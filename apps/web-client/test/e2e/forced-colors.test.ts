import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { useSite } from "../support/fixture.ts";
import { ask, composer } from "../support/page.ts";

const site = useSite();

/** What `name` is in the palette that a person has chosen for all of their programs. */
const system = (page: Page, name: "Canvas" | "CanvasText" | "Highlight"): Promise<string> =>
  page.evaluate((color) => {
    const probe = document.createElement("p");
    document.body.append(probe);
    probe.style.color = color;
    const { color: resolved } = getComputedStyle(probe);
    probe.remove();
    return resolved;
  }, name);

type Property = "stroke" | "borderTopColor" | "outlineColor" | "outlineStyle" | "color";
const computed = (part: Locator, property: Property): Promise<string> =>
  part.evaluate((element, name) => getComputedStyle(element)[name], property);

describe.each(["light", "dark"] as const)("with the system's own colours, %s", (colorScheme) => {
  const options = { forcedColors: "active", colorScheme } as const;

  it("the chosen row is told from the others, also while the keyboard is elsewhere", async () => {
    const page = await site.openSession({}, options);
    await ask(page, "hello");
    await page.getByRole("region", { name: "Transcript" }).press("ArrowUp");
    const chosen = page.locator(".row.selected");
    await chosen.waitFor();
    await composer(page).focus();
    expect(await computed(chosen, "outlineStyle")).not.toBe("none");
    expect(await computed(chosen, "outlineColor")).toBe(await system(page, "Highlight"));
    const others = page.locator(".row:not(.selected)");
    expect(await others.count()).toBeGreaterThan(0);
    expect(await computed(others.first(), "outlineStyle")).toBe("none");
  });

  it("the keyboard is seen wherever it is, on what is chosen too", async () => {
    const page = await site.open(options);
    await page.getByRole("button", { name: "Log in" }).waitFor();
    const stops = 14;
    const marks = await page.evaluateHandle(() => new Map<Element, string>());
    for (let i = 0; i < stops; i++) {
      await page.keyboard.press("Tab");
      await marks.evaluate((seen) => {
        const { activeElement: element } = document;
        // A radio button shows it at the words beside it.
        const shown = element?.matches("[type=radio]") ? element.nextElementSibling : element;
        if (shown && shown !== document.body) seen.set(shown, getComputedStyle(shown).outline);
      });
    }
    const unseen = await marks.evaluate((seen) => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      return [...seen]
        .filter(
          ([shown, mark]) => mark.includes("none") || mark === getComputedStyle(shown).outline,
        )
        .map(([shown, mark]) => `${mark}: ${shown.outerHTML.slice(0, 80)}`);
    });
    expect(unseen).toEqual([]);
    expect(await marks.evaluate((seen) => seen.size)).toBeGreaterThan(10);
  });

  it("directions, badges and the plot are drawn in its colours", async () => {
    const page = await site.openSession({}, options);
    await ask(page, "one");
    await ask(page, "two");
    const [canvas, text] = [await system(page, "Canvas"), await system(page, "CanvasText")];
    expect(canvas).not.toBe(text);
    expect(await computed(page.locator(".plot polyline"), "stroke")).toBe(text);
    for (const part of [".sent .direction .icon", ".received .direction .icon", ".mark.good .icon"])
      expect([part, await computed(page.locator(part).last(), "stroke")]).toEqual([part, text]);
    for (const part of [".pill.ready", ".fact.tag", ".sent .payload", ".received .payload"])
      expect([part, await computed(page.locator(part).last(), "borderTopColor")]).not.toEqual([
        part,
        canvas,
      ]);
  });

  it("what is pressed or in view has a border that nothing else has", async () => {
    const page = await site.openSession({}, options);
    const highlight = await system(page, "Highlight");
    const toggle = page.getByRole("button", { name: "Frames", exact: true });
    expect(await computed(toggle, "borderTopColor")).not.toBe(highlight);
    await toggle.click();
    await expect.poll(() => computed(toggle, "borderTopColor")).toBe(highlight);
    await page.getByRole("button", { name: "New session beside this one" }).click();
    await page.getByLabel("User name").focus();
    const tabs = page.getByRole("tab");
    await expect.poll(() => computed(tabs.last(), "borderTopColor")).toBe(highlight);
    await expect.poll(() => computed(tabs.first(), "borderTopColor")).not.toBe(highlight);
  });
});
