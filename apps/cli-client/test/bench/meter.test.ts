import { expect, it } from "vitest";
import { createMeter } from "../../src/bench/meter.ts";
import { countFailure, createTally } from "../../src/bench/tally.ts";

it.each([20, 40, 120])(
  "a meter is one row of %d columns, which the next one takes away",
  (columns) => {
    const tally = createTally();
    tally.echoed = 512_345;
    tally.latency.record(3e6);
    countFailure(tally, "HTTP 503");
    const written: string[] = [];
    const stream = { isTTY: true, columns, write: (text: string) => written.push(text) };
    const meter = createMeter({ tally, asked: 1, quiet: false, stream });
    for (const phase of ["connecting", "sending"] as const)
      meter.show({ phase, opened: 1, seconds: 10 });
    meter.clear();
    const rows = written.map((text) => text.replace("\r\u001b[K", ""));
    expect(rows[1]).toContain("sending 10.0 s: ");
    expect(columns < 120 || rows[1]?.endsWith("p99 3.00 ms, 1 failed")).toBe(true);
    // A cursor behind the last column stands in the next row on some terminals.
    for (const row of rows) expect(row.length).toBeLessThan(columns);
  },
);
