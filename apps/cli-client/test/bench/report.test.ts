import { expect, it } from "vitest";
import { formatResult } from "../../src/bench/report.ts";
import { resultOf } from "../../src/bench/result.ts";
import { countFailure, createTally } from "../../src/bench/tally.ts";

it.each([40, 80, 120])("a result fits into %d columns, with every figure", (columns) => {
  const tallies = { readers: createTally(), slow: createTally() };
  for (let ms = 1; ms <= 100; ms++) tallies.readers.latency.record(ms * 1e6);
  tallies.slow.latency.record(1e9);
  countFailure(tallies.slow, "closed 1013 (try again later)");
  const frame = { url: "ws://127.0.0.1:5678", loop: "open", seconds: 2, sizeBytes: 32 } as const;
  const slow = { asked: 2, opened: 2 };
  const result = resultOf(tallies, { ...frame, asked: 8, opened: 8, slow });
  const lines = formatResult(result, columns);
  for (const line of lines)
    expect({ line, fits: line.length <= columns }).toEqual({ line, fits: true });
  const text = lines.join("\n");
  expect(text).toContain("connect     nothing measured");
  expect(text).toMatch(columns < 76 ? /^p99 +99\.\d+$/m : /^round trip( +[\d.]+){8}$/m);
  expect(text).toMatch(/slow readers, counted apart: 2 of 2\s+opened/);
  expect(text).toContain("failures of slow readers\n  1 × closed 1013");
});
