import { expect, test } from "vitest";
import { shareRules } from "../../src/workers/shares.ts";

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
