import { describe, expect, it } from "vitest";
import { brokenConditions, parseCondition } from "../../src/bench/condition.ts";
import { resultOf } from "../../src/bench/result.ts";
import { countFailure, createTally, type Tally } from "../../src/bench/tally.ts";

const measured = (change: (tally: Tally) => void = () => undefined) => {
  const tally = createTally();
  tally.sent = 1000;
  tally.echoed = 990;
  tally.lost = 10;
  for (let ms = 1; ms <= 100; ms++) tally.latency.record(ms * 1e6);
  countFailure(tally, "HTTP 503");
  change(tally);
  const frame = {
    url: "ws://x",
    loop: "open",
    asked: 1,
    opened: 1,
    seconds: 2,
    sizeBytes: 8,
    slow: { asked: 0, opened: 0 },
  } as const;
  return resultOf({ readers: tally, slow: createTally() }, frame);
};
const broken = (text: string, result = measured()): readonly string[] => {
  const condition = parseCondition(text);
  if (!condition.ok) throw new Error(condition.error);
  return brokenConditions([condition.value], result);
};

describe("a condition", () => {
  it.each([
    "p99>50ms",
    "p99 >= 0.098 s",
    "max>99000us",
    "min<2ms",
    "lost>0",
    "lost>=1%",
    "failures>0",
    "rate<500",
  ])("that holds fails the run: %s", (text) => {
    expect(broken(text)).toEqual([expect.stringMatching(/: it was [\d.]+( \S+)?$/)]);
  });

  it.each([
    ["p99>50ms", "99.025 ms"],
    ["p99>0.05s", "0.099025 s"],
    ["min<2000us", "1000 us"],
    ["lost>0", "10"],
    ["lost>=0.5%", "1 %"],
    ["rate<500", "495 echoes/s"],
  ])("says the value with the unit that it was given in: %s", (text, value) => {
    expect(broken(text)).toEqual([`${text}: it was ${value}`]);
  });

  it.each([
    "p50>60ms",
    "max>101ms",
    "lost>1%",
    "doubled>0",
    "corrupt>=1",
    "failures>1",
    "rate<400",
  ])("that does not hold lets it pass: %s", (text) => {
    expect(broken(text)).toEqual([]);
  });

  it("about what was not measured fails the run, rather than pass unseen", () => {
    expect(broken("connect.p99>1s")).toEqual(["connect.p99>1s: nothing was measured"]);
    const connected = measured(({ connecting }) => connecting.record(3e6));
    expect(broken("connect.p99>1s", connected)).toEqual([]);
    expect(broken("connect.p99>1ms", connected)).toHaveLength(1);
  });

  it.each([
    ["", "is no condition"],
    ["p99", "is no condition"],
    ["p99>50", "needs a unit of time"],
    ["p99>50%", "needs a unit of time"],
    ["lost>1ms", "plain number"],
    ["connect.lost>1", "connect. goes before one of"],
    ["p12>1ms", 'there is no "p12"'],
    ["rate>1%", "plain number"],
  ])("of another form is refused: %s", (text, why) => {
    expect(parseCondition(text)).toMatchObject({
      ok: false,
      error: expect.stringContaining(why) as string,
    });
  });
});
