import fc from "fast-check";
import { expect, test } from "vitest";
import { fullBucket, maxDebtMs, owedMs, spend } from "../src/rate.ts";

const rate = { perSecond: 100 };

test("lets a second's worth through at once, and then as much as a second earns", () => {
  const spent = spend(fullBucket(rate, 0), rate, 100, 0);
  expect(owedMs(spent, rate)).toBe(0);
  const over = spend(spent, rate, 10, 0);
  expect(owedMs(over, rate)).toBe(100);
  expect(owedMs(spend(over, rate, 0, 99), rate)).toBe(1);
  expect(owedMs(spend(over, rate, 0, 100), rate)).toBe(0);
});

test("saves up no more than a second's worth", () => {
  expect(spend(fullBucket(rate, 0), rate, 0, 3_600_000).tokens).toBe(100);
});

test("keeps nobody waiting for longer than half a minute, whatever came", () => {
  expect(owedMs(spend(fullBucket(rate, 0), rate, 1e12, 0), rate)).toBe(maxDebtMs);
});

test("earns nothing where the clock goes back", () => {
  expect(spend({ tokens: 5, atMs: 1000 }, rate, 1, 0)).toEqual({ tokens: 4, atMs: 0 });
});

test("holds the average of whoever waits off its debts, at any rate and whatever it sends", () => {
  const step = fc.record({ cost: fc.nat(5000), idleMs: fc.nat(500) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.array(step), (perSecond, steps) => {
      const own = { perSecond };
      let bucket = fullBucket(own, 0);
      let now = 0;
      let sent = 0;
      for (const { cost, idleMs } of steps) {
        // What is forgiven is not owed; see the test above.
        if (cost > perSecond * 20) continue;
        bucket = spend(bucket, own, cost, now);
        now += owedMs(bucket, own) + idleMs;
        sent += cost;
      }
      expect(sent).toBeLessThanOrEqual((now / 1000) * perSecond + perSecond + 1e-6);
    }),
  );
});
