import { expect, test } from "vitest";
import { restartDelayMs } from "../src/backoff.ts";

test("what ended at once waits longer each time, up to ten seconds", () => {
  const delays = [0, 1, 2, 3, 7, 8, 100].map(restartDelayMs);
  expect(delays).toEqual([0, 100, 200, 400, 6400, 10_000, 10_000]);
});
