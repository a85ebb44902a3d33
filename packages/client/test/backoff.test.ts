import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultBackoff, retryDelay } from "../src/index.ts";

describe("the delay before a retry", () => {
  it("[K9] is bounded by a doubling that stops at the maximum", () => {
    const longest = (retries: number): number => retryDelay(retries, () => 0.999_999_999);
    expect([0, 1, 2, 5, 6, 7, 5000].map(longest)).toEqual([
      499, 999, 1999, 15_999, 29_999, 29_999, 29_999,
    ]);
  });

  it("[K9] may be anything from nothing to the bound, so that clients spread", () => {
    const any = fc.record({
      retries: fc.nat(100),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(any, ({ retries, random }) => {
        const delay = retryDelay(retries, () => random);
        const bound = Math.min(defaultBackoff.maxMs, defaultBackoff.baseMs * 2 ** retries);
        expect(delay).toBe(Math.floor(random * bound));
        expect(delay).toBeLessThan(bound);
      }),
    );
    expect(retryDelay(9, () => 0)).toBe(0);
  });
});
