import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultThrottle, waitMs } from "../src/throttle.ts";

const none = { count: 0, ageMs: Infinity };
const just = (count: number, ageMs = 0) => ({ count, ageMs });

describe("the wait before a further login", () => {
  test.each([
    [1, 0],
    [2, 0],
    [3, 1000],
    [4, 2000],
    [5, 4000],
    [10, 128_000],
    [13, 900_000],
    [10_000, 900_000],
  ])("of one user from one address, after %i failures: %i ms", (count, expected) => {
    expect(waitMs({ pair: just(count), address: none, all: none })).toBe(expected);
  });

  test.each([
    [20, 0],
    [21, 1000],
    [29, 256_000],
    [30, 300_000],
  ])("of one address, after %i failures: %i ms", (count, expected) => {
    expect(waitMs({ pair: none, address: just(count), all: none })).toBe(expected);
  });

  test("counts from the last failure, and ends", () => {
    const after = (ageMs: number): number =>
      waitMs({ pair: just(5, ageMs), address: none, all: none });
    expect([after(0), after(1500), after(3999.5), after(4000), after(1e9)]).toEqual([
      4000, 2500, 1, 0, 0,
    ]);
  });

  test("is the longer one of user and address", () => {
    expect(waitMs({ pair: just(3), address: just(23), all: none })).toBe(4000);
    expect(waitMs({ pair: just(6), address: just(21), all: none })).toBe(8000);
  });

  test("begins at the first failure while everybody is under siege", () => {
    const all = just(defaultThrottle.siege);
    expect(waitMs({ pair: just(1), address: just(1), all })).toBe(1000);
  });

  test("never keeps out who did not fail, whatever the others do", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), (count, ageMs) => {
        expect(waitMs({ pair: none, address: none, all: just(count, ageMs) })).toBe(0);
      }),
    );
  });

  test("is whole, bounded, and grows with the failures", () => {
    const counter = fc.record({
      count: fc.nat(20_000),
      ageMs: fc.double({ min: 0, max: 1e7, noNaN: true }),
    });
    fc.assert(
      fc.property(counter, counter, counter, (pair, address, all) => {
        const wait = waitMs({ pair, address, all });
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(defaultThrottle.pair.maxMs);
        const worse = waitMs({ pair: { ...pair, count: pair.count + 1 }, address, all });
        expect(worse).toBeGreaterThanOrEqual(wait);
      }),
    );
  });
});
