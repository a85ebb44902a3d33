import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPace } from "../../src/bench/pace.ts";

describe("a pace", () => {
  it("makes the first message due at once, and each next one a step later", () => {
    const { dueBy, dueAt } = createPace(1000, 5e9);
    expect([4e9, 5e9, 5e9 + 999_999, 5e9 + 1_000_000, 6e9].map(dueBy)).toEqual([0, 1, 1, 2, 1001]);
    expect(dueAt(1000)).toBe(6e9);
  });

  it("has nothing due before its time", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.nat(), (rate, nowNs) => {
        const { dueBy, dueAt } = createPace(rate, 0);
        const count = dueBy(nowNs);
        expect(dueAt(count - 1)).toBeLessThanOrEqual(nowNs);
        // A rounding of the clock's last digit, no more.
        expect(dueAt(count)).toBeGreaterThan(nowNs - 1);
      }),
    );
  });
});
