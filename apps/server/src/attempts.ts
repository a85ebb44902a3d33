import { createLanes } from "./limiter.ts";
import { networkOf } from "./store/failure-keys.ts";
import type { Attempt, Failures } from "./store/store.ts";
import { waitMs } from "./throttle.ts";
import type { Verdict } from "./verdict.ts";

/** Decides whether a password may be tried, and remembers when it was wrong. */
export interface Attempts {
  /** The refusal where it is too early; `undefined` where not. */
  blocked(attempt: Attempt): Promise<Verdict | undefined>;
  /** Runs `check` unless it is too early, and counts what it found. */
  judge(attempt: Attempt, check: () => Promise<Verdict>): Promise<Verdict>;
}

/** `--demo`, and users in memory: only the connection counts (PROTOCOL.md L9). */
export const unlimitedAttempts: Attempts = {
  blocked: () => Promise.resolve(undefined),
  judge: (_, check) => check(),
};

/**
 * Checks of one address that run at a time. It bounds how many guesses can slip through between
 * the look at the counters and their change, also where thousands are sent at once.
 */
const perAddress = 4;

/** And so many of the same address wait: no address fills the queue of all. */
const waitingPerAddress = 512;

/** Counts in the store, so that neither a restart nor another server forgets. */
export function createAttempts(failures: Failures): Attempts {
  const lanes = createLanes(perAddress, waitingPerAddress);

  const blocked: Attempts["blocked"] = async (attempt) => {
    const retryAfterMs = waitMs(await failures.read(attempt));
    // A right password is refused too: or the wait would not slow a guesser down.
    return retryAfterMs > 0 ? { kind: "refused", retryAfterMs, throttled: true } : undefined;
  };

  async function judge(attempt: Attempt, check: () => Promise<Verdict>): Promise<Verdict> {
    const before = await failures.read(attempt);
    const owed = waitMs(before);
    if (owed > 0) return { kind: "refused", retryAfterMs: owed, throttled: true };
    const verdict = await check();
    if (verdict.kind === "refused" && verdict.abandoned !== true)
      // Before the answer: a guess that cannot be counted is not answered.
      return { ...verdict, retryAfterMs: waitMs(await failures.add(attempt)) };
    // Who failed before and knows the password after all had mistyped it. At the next failure at
    // the latest it shows whether that could be written.
    if (verdict.kind === "accepted" && before.pair.count > 0)
      await failures.forgive(attempt).catch(() => undefined);
    return verdict;
  }

  return {
    blocked,
    judge: (attempt, check) => lanes.run(networkOf(attempt.address), () => judge(attempt, check)),
  };
}
