import { describe, expect, it } from "vitest";
import { maxRoundTrips, noFigures, percentiles, tallyOn } from "../../src/session/figures.ts";

describe("figures", () => {
  it("count what happened, and keep the newest round trips", () => {
    const tally = tallyOn({ ...noFigures, roundTrips: [9] });
    tally.sent(5);
    tally.received(5, { id: 1, rttMs: 2, check: { kind: "identical" } });
    tally.received(3, { id: 2, rttMs: 3, check: { kind: "differs", atByte: 0 } });
    tally.received(1, null);
    tally.ended("lost");
    tally.ended("echoed");
    expect(tally.finish()).toEqual({
      ...{ sent: { messages: 1, bytes: 5 }, received: { messages: 3, bytes: 9 } },
      ...{ identical: 1, differing: 1, unprompted: 1, lost: 1, unsent: 0, refused: 0 },
      roundTrips: [9, 2, 3],
    });
    const many = tallyOn(noFigures);
    for (let i = 0; i < maxRoundTrips + 5; i++) many.received(1, { id: i, rttMs: i, check: null });
    const { roundTrips } = many.finish();
    expect([roundTrips.length, roundTrips.at(-1)]).toEqual([maxRoundTrips, maxRoundTrips + 4]);
  });

  it("have percentiles by the nearest rank, which are values that were measured", () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(percentiles(values)).toEqual({ p50: 50, p95: 95, p99: 99, max: 100 });
    expect(percentiles([7])).toEqual({ p50: 7, p95: 7, p99: 7, max: 7 });
    expect(percentiles([])).toBeNull();
  });
});
