import { describe, expect, it } from "vitest";
import { createRepeater, type After } from "../../src/store/repeater.ts";

const createClock = () => {
  let next: { readonly ms: number; readonly run: () => void } | null = null;
  const after: After = (ms, run) => {
    const mine = { ms, run };
    next = mine;
    return () => {
      if (next === mine) next = null;
    };
  };
  return {
    after,
    waits: () => next?.ms ?? null,
    pass: () => {
      const due = next;
      next = null;
      due?.run();
    },
  };
};

describe("a repeater", () => {
  it("sends after the delay, then as often as it was told, and stops", () => {
    const { after, waits, pass } = createClock();
    const repeater = createRepeater(after);
    let sent = 0;
    repeater.start({ delayMs: 500, everyMs: 1, times: 2 }, () => ((sent += 1), true));
    expect([waits(), sent]).toEqual([500, 0]);
    pass();
    // No faster than a browser's timer.
    expect([waits(), sent]).toEqual([10, 1]);
    pass();
    expect([waits(), sent]).toEqual([null, 2]);
    expect(repeater.progress.value).toEqual({ done: 2, times: 2, running: false });
  });

  it("ends where a message cannot go, or a person says so", () => {
    const { after, waits, pass } = createClock();
    const repeater = createRepeater(after);
    repeater.start({ delayMs: 0, everyMs: 10, times: 9 }, () => false);
    pass();
    expect([waits(), repeater.progress.value?.running]).toEqual([null, false]);
    repeater.start({ delayMs: 0, everyMs: 10, times: 9 }, () => true);
    repeater.stop();
    expect([waits(), repeater.progress.value?.running]).toEqual([null, false]);
  });
});
