import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  startTimer,
  stopTimer,
  stopTimers,
  type Timer,
  type TimerOwner,
} from "../src/socket-timers.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

class Owner implements TimerOwner<string> {
  timers: Timer<string> | null = null;
  readonly fired: string[] = [];

  onTimer(name: string): void {
    this.fired.push(`${name} ${performance.now()}`);
  }
}

const owner = (): Owner => new Owner();

test("fires once, at its time, and keeps one timer of Node's for all", () => {
  const owners = [owner(), owner(), owner()];
  for (const [i, each] of owners.entries()) startTimer(each, "idle", 300 - 100 * i);
  expect(vi.getTimerCount()).toBe(1);
  const began = performance.now();
  vi.advanceTimersByTime(199);
  expect(owners.map(({ fired }) => fired.length)).toEqual([0, 0, 1]);
  vi.advanceTimersByTime(1000);
  expect(owners.map(({ fired }) => fired)).toEqual(
    [300, 200, 100].map((ms) => [`idle ${began + ms}`]),
  );
});

test("waits from its last start, whatever the time was before", () => {
  const [again, longer, shorter] = [owner(), owner(), owner()];
  for (const each of [again, longer, shorter]) startTimer(each, "idle", 100);
  vi.advanceTimersByTime(60);
  startTimer(again, "idle", 100);
  startTimer(longer, "idle", 200);
  startTimer(shorter, "idle", 10);
  const now = performance.now();
  vi.advanceTimersByTime(1000);
  expect([again, longer, shorter].map(({ fired }) => fired)).toEqual(
    [100, 200, 10].map((ms) => [`idle ${now + ms}`]),
  );
});

test("goes on for the others where one throws", () => {
  const [bad, good] = [owner(), owner()];
  bad.onTimer = () => {
    throw new Error("on purpose");
  };
  startTimer(bad, "idle", 10);
  startTimer(good, "idle", 10);
  expect(() => vi.advanceTimersByTime(10)).toThrow("on purpose");
  vi.advanceTimersByTime(10);
  expect(good.fired).toHaveLength(1);
});

type Step =
  | { readonly do: "start"; readonly who: number; readonly name: string; readonly ms: number }
  | { readonly do: "stop"; readonly who: number; readonly name: string }
  | { readonly do: "stopAll"; readonly who: number }
  | { readonly do: "pass"; readonly ms: number };

const who = fc.nat(4);
const name = fc.constantFrom("idle", "auth", "close");
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant("start" as const),
      who,
      name,
      ms: fc.integer({ min: 1, max: 50 }),
    }),
    fc.record({ do: fc.constant("stop" as const), who, name }),
    fc.record({ do: fc.constant("stopAll" as const), who }),
    fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 40 }) }),
  ),
  { maxLength: 60 },
);

test("fires when as many timers of Node's would", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const ours = Array.from({ length: 5 }, owner);
      const theirs = Array.from({ length: 5 }, () => ({
        timers: new Map<string, NodeJS.Timeout>(),
        fired: [] as string[],
      }));
      const stop = (i: number, which: string): void => clearTimeout(theirs[i]?.timers.get(which));
      for (const step of list) {
        if (step.do === "pass") vi.advanceTimersByTime(step.ms);
        else {
          const [our, their] = [ours[step.who], theirs[step.who]];
          if (our === undefined || their === undefined) throw new Error("nobody has that number");
          switch (step.do) {
            case "start": {
              const { name: which, ms } = step;
              startTimer(our, which, ms);
              stop(step.who, which);
              const fire = (): void => void their.fired.push(`${which} ${performance.now()}`);
              their.timers.set(which, setTimeout(fire, ms));
              break;
            }
            case "stop":
              stopTimer(our, step.name);
              stop(step.who, step.name);
              break;
            case "stopAll":
              stopTimers(our);
              for (const which of their.timers.keys()) stop(step.who, which);
          }
        }
      }
      vi.advanceTimersByTime(100);
      // Which of two comes first that end at the same time is left open.
      expect(ours.map(({ fired }) => fired.toSorted())).toEqual(
        theirs.map(({ fired }) => fired.toSorted()),
      );
      expect(ours.every(({ timers }) => timers === null)).toBe(true);
    }),
  );
});
