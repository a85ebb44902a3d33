import { createLanes } from "./limiter.ts";
import { networkOf } from "./store/failure-keys.ts";
import type { Attempt, Failures } from "./store/store.ts";
import { waitMs } from "./throttle.ts";
import type { Verdict } from "./verdict.ts";

/** Decides whether a password may be tried, and remembers when it was wrong. */
export interface Attempts {
  /** Runs `begin`, which checks no secret yet, unless it is too early; counts nothing. */
  prepare(attempt: Attempt, begin: () => Promise<Verdict>): Promise<Verdict>;
  /** Runs `check` unless it is too early, and counts what it found. */
  judge(attempt: Attempt, check: () => Promise<Verdict>): Promise<Verdict>;
}

/** `--demo`, and users in memory: only the connection counts (PROTOCOL.md L9). */
export const unlimitedAttempts: Attempts = {
  prepare: (_, begin) => begin(),
  judge: (_, check) => check(),
};

/**
 * Logins of one address that are worked on at a time. It bounds how many guesses can slip through
 * between the look at the counters and their change, also where thousands are sent at once.
 */
const perAddress = 4;

/** And so many of the same address wait: no address fills the queue of all. */
const waitingPerAddress = 512;

/** Counts in the store, so that neither a restart nor another server forgets. */
export function createAttempts(failures: Failures): Attempts {
  const lanes = createLanes(perAddress, waitingPerAddress);
  /** Whether the last failure could not be counted. */
  let uncounted = false;

  async function add(attempt: Attempt): Promise<number> {
    try {
      const counts = await failures.add(attempt);
      uncounted = false;
      return waitMs(counts);
    } catch (error) {
      uncounted = true;
      throw error;
    }
  }

  async function prepare(attempt: Attempt, begin: () => Promise<Verdict>): Promise<Verdict> {
    return tooEarly(waitMs(await failures.read(attempt))) ?? begin();
  }

  async function judge(attempt: Attempt, check: () => Promise<Verdict>): Promise<Verdict> {
    const before = await failures.read(attempt);
    const early = tooEarly(waitMs(before));
    if (early !== undefined) return early;
    // A full disk reads, but does not write. There a right password would be told from a wrong one
    // by who gets no answer, and for nothing: so what cannot be counted is not even looked at.
    const counted = uncounted ? await add(attempt) : undefined;
    const verdict = await check();
    if (verdict.kind === "refused" && verdict.abandoned !== true)
      // Before the answer: a guess that cannot be counted is not answered.
      return { ...verdict, retryAfterMs: counted ?? (await add(attempt)) };
    // Who failed before and knows the password after all had mistyped it. At the next failure at
    // the latest it shows whether that could be written.
    if (verdict.kind === "accepted" && (before.pair.count > 0 || counted !== undefined))
      await failures.forgive(attempt).catch(() => undefined);
    return verdict;
  }

  const inLane = <T>({ address }: Attempt, task: () => Promise<T>): Promise<T> =>
    lanes.run(networkOf(address), task);

  return {
    prepare: (attempt, begin) => inLane(attempt, () => prepare(attempt, begin)),
    judge: (attempt, check) => inLane(attempt, () => judge(attempt, check)),
  };
}

function tooEarly(retryAfterMs: number): Verdict | undefined {
  // A right password is refused too: or the wait would not slow a guesser down.
  return retryAfterMs > 0 ? { kind: "refused", retryAfterMs, throttled: true } : undefined;
}
