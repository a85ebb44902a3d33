import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clockOffset, splitOf, type Exchange } from "../../src/frames/latency.ts";

/** An exchange of which everything is known: the server's clock is ahead by `ahead` ms. */
const exchange = (
  sentAt: number,
  [up, server, down]: readonly [number, number, number],
  ahead: number,
): Exchange => {
  const inAt = sentAt + up + ahead;
  const outAt = inAt + server;
  return { sentAt, inAt, outAt, receivedAt: outAt - ahead + down };
};

describe("the split of a round trip", () => {
  it("is found whatever the server's clock says, where both ways take the same", () => {
    const one = exchange(1000, [2, 0.5, 2], 86_400_000);
    const { up, server, down, uncertainty } = splitOf(one, [one]);
    expect(up).toBeCloseTo(2, 6);
    expect(server).toBeCloseTo(0.5, 6);
    expect(down).toBeCloseTo(2, 6);
    expect(uncertainty).toBeCloseTo(2.1, 6);
  });

  it("takes the clocks from the quickest exchange, and the drift since into the doubt", () => {
    const quick = exchange(1000, [0.5, 1, 0.5], -250);
    const slow = exchange(11_000, [80, 1, 20], -250);
    const { up, down, uncertainty } = splitOf(slow, [quick, slow]);
    expect(up).toBeCloseTo(80, 6);
    expect(down).toBeCloseTo(20, 6);
    // Half of what the quick one spent on the way, a step of the page's clock, ten seconds' drift.
    expect(uncertainty).toBeCloseTo(0.5 + 0.1 + 0.5, 6);
    // After hours the quick one tells less than the slow one itself.
    const late = exchange(10_000_000, [80, 1, 20], -250);
    expect(splitOf(late, [quick, late]).uncertainty).toBeCloseTo(50.1, 6);
  });

  it("is never off by more than it says, and always adds up", () => {
    const ms = fc.double({ min: 0, max: 500, noNaN: true });
    const ways = fc.tuple(ms, ms, ms);
    fc.assert(
      fc.property(
        fc.array(ways, { minLength: 1, maxLength: 20 }),
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        (all, ahead) => {
          const exchanges = all.map((way, i) => exchange(1e6 + i * 1000, way, ahead));
          for (const [i, one] of exchanges.entries()) {
            const split = splitOf(one, exchanges);
            const [up = 0, server = 0, down = 0] = all[i] ?? [];
            const rounding = 1e-4;
            expect(Math.abs(split.up - up)).toBeLessThanOrEqual(split.uncertainty + rounding);
            expect(Math.abs(split.server - server)).toBeLessThanOrEqual(rounding);
            const total = split.up + split.server + split.down;
            expect(Math.abs(total - (up + server + down))).toBeLessThanOrEqual(rounding);
          }
        },
      ),
    );
  });

  it("is not known without an exchange", () => {
    expect(clockOffset([], 0)).toBeNull();
  });
});
