import axe from "axe-core";
import type { Page } from "playwright-core";

/** Waits for what was set in the last frame: a colour on its way to another is none that anybody reads. */
const changed = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    await new Promise(requestAnimationFrame);
    const moving = (): readonly Animation[] =>
      document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    for (let some = moving(); some.length > 0; some = moving())
      await Promise.allSettled(some.map(({ finished }) => finished));
  });

/** What axe objects to, with the elements. */
export const violations = async (page: Page): Promise<readonly string[]> => {
  await changed(page);
  await page.evaluate(axe.source);
  const results = await page.evaluate(() =>
    (globalThis as unknown as { readonly axe: typeof axe }).axe.run(document, {
      resultTypes: ["violations"],
    }),
  );
  return results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
  );
};

/**
 * What is wider than its place: the page itself, or something in it that is not meant to scroll.
 * Also the page where it is higher: only what is in it scrolls.
 */
export const tooWide = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    const overflowing = [...document.querySelectorAll("body, body *")].filter((element) => {
      const { overflowX, position } = getComputedStyle(element);
      if (overflowX === "hidden" || position === "absolute") return false;
      if (element.matches("pre, input, textarea, [role=tablist]") || element.clientWidth === 0)
        return false;
      return element.scrollWidth > element.clientWidth + 1;
    });
    const names = overflowing.map((element) => element.outerHTML.slice(0, 80));
    const large = scrollWidth > innerWidth || scrollHeight > innerHeight;
    return large ? [`the page: ${scrollWidth} × ${scrollHeight} px`, ...names] : names;
  });
