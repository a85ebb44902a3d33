import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { followChanges } from "../../src/store/follow.ts";
import { changesPerPage, type ChangePage } from "../../src/store/queries/changes.ts";
import type { StoreChange } from "../../src/store/store.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A log that a test writes to. */
function createLog(): {
  readonly write: (name: string) => void;
  readonly read: (after: number) => Promise<ChangePage>;
  fails: boolean;
  reads: number;
} {
  const names: string[] = [];
  const log = {
    fails: false,
    reads: 0,
    write: (name: string): void => void names.push(name),
    read: async (after: number): Promise<ChangePage> => {
      log.reads++;
      // The answer takes a while, in which the log may grow.
      await Promise.resolve();
      if (log.fails) throw new Error("unavailable");
      const changes = names
        .map((subject, i) => ({ number: i + 1, kind: "user", subject }))
        .slice(after, after + changesPerPage);
      return { complete: true, changes, next: changes.at(-1)?.number ?? after };
    },
  };
  return log;
}

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

test("reads again where it was woken while it read", async () => {
  const log = createLog();
  const heard: string[] = [];
  const follower = followChanges(0, log.read, (change) => heard.push(JSON.stringify(change)));
  log.write("ada");
  follower.wake();
  follower.wake();
  follower.wake();
  await settle();
  // Three times, but not more often than needed.
  expect(log.reads).toBe(2);
  log.write("bob");
  follower.wake();
  await settle();
  expect(heard).toEqual(['{"type":"user","name":"ada"}', '{"type":"user","name":"bob"}']);
});

test("reads all pages of a long log", async () => {
  const log = createLog();
  let heard = 0;
  const follower = followChanges(0, log.read, () => heard++);
  for (let i = 0; i < 2 * changesPerPage + 1; i++) log.write(`user-${i}`);
  follower.wake();
  await settle();
  expect(heard).toBe(2 * changesPerPage + 1);
  expect(log.reads).toBe(3);
});

test("tries again by itself while the log cannot be read, and misses nothing", async () => {
  const log = createLog();
  const heard: StoreChange[] = [];
  const follower = followChanges(0, log.read, (change) => heard.push(change));
  log.fails = true;
  log.write("ada");
  follower.wake();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(log.reads).toBeGreaterThan(10);
  expect(heard).toEqual([]);
  log.fails = false;
  await vi.advanceTimersByTimeAsync(1000);
  expect(heard).toEqual([{ type: "user", name: "ada" }]);
});

test("says nothing more once it is stopped, also while it reads", async () => {
  const log = createLog();
  const heard: StoreChange[] = [];
  const follower = followChanges(0, log.read, (change) => heard.push(change));
  log.write("ada");
  follower.wake();
  follower.stop();
  await vi.advanceTimersByTimeAsync(10_000);
  follower.wake();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(heard).toEqual([]);
  expect(log.reads).toBe(1);
});

test("takes a kind of change that it does not know for a change of everything", async () => {
  const heard: StoreChange[] = [];
  const page = { complete: true, changes: [{ number: 1, kind: "later", subject: "" }], next: 1 };
  const read = (): Promise<ChangePage> => Promise.resolve(page);
  followChanges(0, read, (change) => heard.push(change)).wake();
  await settle();
  expect(heard).toEqual([{ type: "resync" }]);
});
