import { describe, expect, it } from "vitest";
import { formatTable, summarize, type Sample } from "../src/report.ts";
import { areaUnderCurve, median, quantile, spread } from "../src/statistics.ts";

const sample = (cost: number): Sample => ({
  cost,
  messagesPerSecond: 1,
  p50Us: 1,
  p99Us: 2,
});
const workload = { name: "w", connections: 1, inFlight: 1, bytes: 1 };

describe("statistics", () => {
  it("takes the middle, or the mean of the two middle values", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it("tells the noise relative to the median", () => {
    expect(spread([8, 10, 12])).toBeCloseTo(0.2);
  });

  it("finds the value below which a part of all is", () => {
    const values = [3, 1, 2, 5, 4];
    expect([0, 0.5, 0.9, 1].map((q) => quantile(values, q))).toEqual([1, 3, 5, 5]);
  });

  it("tells how well two series can be told apart", () => {
    expect(areaUnderCurve([3, 4], [1, 2])).toBe(1);
    expect(areaUnderCurve([1, 2], [3, 4])).toBe(0);
    expect(areaUnderCurve([1, 2], [1, 2])).toBe(0.5);
  });
});

describe("summarize", () => {
  it("compares each round with the control of the same round", () => {
    const rows = summarize(
      [
        { peer: "control", workload, samples: [sample(10), sample(100), sample(20)] },
        { peer: "ours", workload, samples: [sample(20), sample(200), sample(30)] },
      ],
      "control",
    );
    expect(rows.map((row) => row.ratio)).toEqual([1, 2]);
    expect(formatTable(rows)).toContain("2.00");
  });
});
