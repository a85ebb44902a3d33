import { expect, test } from "vitest";
import { createAttempts } from "../src/attempts.ts";
import { StoreUnavailableError } from "../src/store/errors.ts";
import type { Failures } from "../src/store/store.ts";
import type { Verdict } from "../src/verdict.ts";

const attempt = { user: "ada", address: "127.0.0.1" };
const wrong = (): Promise<Verdict> => Promise.resolve({ kind: "refused" });
const right = (): Promise<Verdict> =>
  Promise.resolve({ kind: "accepted", user: "ada", mechanism: "plain", version: 1 });

/** Counters that can be read at any time, and written while the disk has room. */
function makeFailures() {
  const disk = { full: false, failures: 0 };
  const counts = () => {
    const count = { count: disk.failures, ageMs: 0 };
    return { pair: count, address: count, all: count };
  };
  const write = async (change: () => void): Promise<void> => {
    await Promise.resolve();
    if (disk.full) throw new StoreUnavailableError("the disk is full");
    change();
  };
  const failures: Failures = {
    read: () => Promise.resolve(counts()),
    add: async () => {
      await write(() => disk.failures++);
      return counts();
    },
    forgive: () => write(() => (disk.failures = 0)),
    forget: () => Promise.resolve(),
  };
  return { disk, failures };
}

test("looks at no further password where the last failure could not be counted", async () => {
  const { disk, failures } = makeFailures();
  const attempts = createAttempts(failures);
  disk.full = true;
  await expect(attempts.judge(attempt, wrong)).rejects.toThrow("disk is full");
  // Otherwise the answer to a right one would tell it from a wrong one, as often as one likes.
  let looked = 0;
  for (const check of [right, wrong])
    await expect(
      attempts.judge(attempt, () => {
        looked++;
        return check();
      }),
    ).rejects.toThrow("disk is full");
  expect(looked).toBe(0);

  disk.full = false;
  expect(await attempts.judge(attempt, wrong)).toEqual({ kind: "refused", retryAfterMs: 0 });
  expect(disk.failures).toBe(1);
  expect(await attempts.judge(attempt, right)).toMatchObject({ kind: "accepted" });
  expect(disk.failures).toBe(0);
});

test("forgives at once what it counted before a right password", async () => {
  const { disk, failures } = makeFailures();
  const attempts = createAttempts(failures);
  disk.full = true;
  await expect(attempts.judge(attempt, wrong)).rejects.toThrow("disk is full");
  disk.full = false;
  expect(await attempts.judge(attempt, right)).toMatchObject({ kind: "accepted" });
  expect(disk.failures).toBe(0);
});

test("lets one address begin few logins at a time, and others beside it", async () => {
  const { failures } = makeFailures();
  const attempts = createAttempts(failures);
  let finish: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (finish = resolve));
  let running = 0;
  const begin = async (): Promise<Verdict> => {
    running++;
    await held;
    return { kind: "challenge", data: "" };
  };
  const many = Array.from({ length: 50 }, () => attempts.prepare(attempt, begin));
  const elsewhere = { ...attempt, address: "192.0.2.1" };
  expect(await attempts.prepare(elsewhere, wrong)).toEqual({ kind: "refused" });
  expect(running).toBe(4);
  finish();
  await Promise.all(many);
  expect(running).toBe(50);
});
