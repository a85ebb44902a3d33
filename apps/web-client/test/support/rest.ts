import type { Locator } from "playwright-core";

/** What has to find a row at the same place before it counts as one that rests. */
const frames = 5;

/**
 * Where `row` is from the top of its list, in pixels, once it moves no more: rows are measured as they
 * are drawn, and what is read is then put back in its place. Both edges are of the same frame.
 */
export async function placeAtRest(row: Locator): Promise<number> {
  for (;;) {
    const place = await row.first().evaluate(async (element, enough) => {
      const top = (): number => {
        const list = element.closest(".scroller, .frame-scroller");
        const { top: edge = NaN } = list?.getBoundingClientRect() ?? {};
        return element.getBoundingClientRect().top - edge;
      };
      let last = NaN;
      for (let same = 0; same < enough;) {
        await new Promise(requestAnimationFrame);
        // Drawn anew, it is another element.
        if (!element.isConnected) return null;
        const now = top();
        same = now === last ? same + 1 : 0;
        last = now;
      }
      return last;
    }, frames);
    if (place !== null) return place;
  }
}
