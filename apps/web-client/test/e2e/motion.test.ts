import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { useSite } from "../support/fixture.ts";
import { composer, logIn } from "../support/page.ts";
import { openFrames } from "../support/visit-frames.ts";

const site = useSite();

/** What moves by itself, or would: transitions, animations, smooth scrolling by style or by script. */
const moving = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const { smooth = [] } = globalThis as { readonly smooth?: readonly string[] };
    const styled = [...document.querySelectorAll("*")].filter((element) => {
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(element);
      return (
        /[1-9]/.test(transitionDuration) || animationName !== "none" || scrollBehavior === "smooth"
      );
    });
    return [...smooth, ...styled.map((element) => element.outerHTML.slice(0, 80))];
  });

/** From login to a second session, with all that scrolls by itself; what moved on the way. */
const walk = async (reducedMotion: "reduce" | "no-preference"): Promise<readonly string[]> => {
  const page = await site.open({ reducedMotion });
  await page.evaluate(() => {
    const smooth: string[] = [];
    Object.assign(globalThis, { smooth });
    for (const name of ["scrollTo", "scrollBy", "scrollIntoView"] as const) {
      const original = Reflect.get(Element.prototype, name) as (...args: unknown[]) => void;
      Element.prototype[name] = function (this: Element, ...args: unknown[]) {
        if (JSON.stringify(args).includes("smooth")) smooth.push(name);
        original.apply(this, args);
      };
    }
  });
  const found = [...(await moving(page))];
  await logIn(page);
  await composer(page).waitFor();
  for (let i = 0; i < 6; i++) {
    await composer(page).fill("a line\n".repeat(8));
    await composer(page).press("Enter");
  }
  await page.getByText("13 entries").waitFor();
  await page.getByRole("region", { name: "Transcript" }).focus();
  for (const key of ["ArrowUp", "Home", "End", "Home", "Escape"]) await page.keyboard.press(key);
  await page.getByRole("button", { name: "Go to the end" }).click();
  found.push(...(await moving(page)));
  await page.getByRole("button", { name: "New session beside this one" }).click();
  await page.getByRole("tab").first().click();
  await openFrames(page);
  found.push(...(await moving(page)));
  return found;
};

describe("a person who wants less motion", () => {
  it("sees nothing move by itself", async () => {
    expect(await walk("reduce")).toEqual([]);
  });

  it("is heard: for others something does", async () => {
    expect(await walk("no-preference")).not.toEqual([]);
  });
});
