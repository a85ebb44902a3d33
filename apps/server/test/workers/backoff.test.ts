import { expect, test } from "vitest";
import { restartDelayMs } from "../../src/workers/backoff.ts";
import { shareRules } from "../../src/workers/shares.ts";

test("waits longer before each further worker that dies at once, up to ten seconds", () => {
  const delays = [0, 1, 2, 3, 7, 8, 100].map(restartDelayMs);
  expect(delays).toEqual([0, 100, 200, 400, 6400, 10_000, 10_000]);
});

test.each([
  [10_000, 4],
  [7, 3],
  [5, 5],
])("divides %i connections between %i workers, so that the shares add up", (all, workers) => {
  const shares = Array.from({ length: workers }, (_, i) => {
    const place = { number: i + 1, workers };
    return shareRules({ limits: { maxConnections: all } }, place).limits?.maxConnections ?? 0;
  });
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(all);
  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
});

test("rounds the share of one address up, and leaves everything else as it was", () => {
  const rules = { plain: false, limits: { maxConnectionsPerAddress: 1, maxAttempts: 2 } };
  expect(shareRules(rules, { number: 2, workers: 2 })).toMatchObject({
    plain: false,
    limits: { maxConnectionsPerAddress: 1, maxAttempts: 2 },
  });
});
