import type { Clock } from "../../src/index.ts";

export interface FakeClock extends Clock {
  /** Lets `ms` pass: every timer that is due fires, in order. */
  readonly pass: (ms: number) => void;
  /** The delays that run, as they were asked for. */
  readonly delays: () => readonly number[];
  /** Resolves once a timer of `ms` runs. */
  readonly untilDelay: (ms: number) => Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly ms: number;
  readonly callback: () => void;
}

export function fakeClock(): FakeClock {
  let now = 0;
  const timers = new Set<Timer>();
  const waiting = new Set<() => void>();
  return {
    now: () => now,
    after: (ms, callback) => {
      const timer = { at: now + ms, ms, callback };
      timers.add(timer);
      for (const look of waiting) look();
      return () => timers.delete(timer);
    },
    pass: (ms) => {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        now = due.at;
        timers.delete(due);
        due.callback();
      }
      now = end;
    },
    delays: () => [...timers].map(({ ms }) => ms),
    untilDelay: (ms) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (![...timers].some((timer) => timer.ms === ms)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}
