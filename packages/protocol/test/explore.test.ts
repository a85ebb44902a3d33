import { describe, expect, it } from "vitest";
import { describeViolation, explore, type Model } from "./explore.ts";

/** Counts up by one or by two, to at most `most`; some counts may be wrong. */
const counter = (most: number, wrong: readonly number[] = []): Model<number> => ({
  start: 0,
  key: String,
  *moves(count) {
    for (const by of [1, 2]) {
      const to = count + by;
      const property = `never ${to}`;
      const broken = wrong.includes(to) ? [{ property, detail: `${count} + ${by}` }] : [];
      if (to <= most) yield { label: `+${by}`, to, broken };
    }
  },
});

describe("explore", () => {
  it("visits every state once and takes every edge", () => {
    expect(explore(counter(10))).toMatchObject({ states: 11, edges: 19 });
  });

  it("tells the shortest way to each broken property", () => {
    const { violations } = explore(counter(10, [4, 7]));
    expect([...violations.values()].map(describeViolation)).toEqual([
      "never 4: 2 + 2\n  after +2 → +2",
      "never 7: 5 + 2\n  after +1 → +2 → +2 → +2",
    ]);
  });

  it("checks each state in itself, also the first", () => {
    const check = (count: number): readonly { property: string; detail: string }[] =>
      count % 3 === 0 ? [{ property: "no third", detail: String(count) }] : [];
    const { violations } = explore({ ...counter(4), check });
    expect(violations.get("no third")).toMatchObject({ detail: "0", trace: [] });
  });

  it("may stop at the first violation of one property", () => {
    expect(explore(counter(1000, [4]), { until: "never 4" }).states).toBeLessThan(10);
  });

  it("refuses a model that is larger than agreed, rather than to look done", () => {
    expect(() => explore(counter(1000), { maxStates: 100 })).toThrow("more than 100 states");
  });
});
