import type { FailureCount, FailureCounts } from "./store/store.ts";

/** When a further login must wait, and for how long. */
export interface Backoff {
  /** So many failures cost nothing: people mistype. */
  readonly free: number;
  /** The wait after one more; each further failure doubles it. */
  readonly firstMs: number;
  /** A lockout is temporary: no wait is longer. */
  readonly maxMs: number;
}

export interface ThrottlePolicy {
  /** Of one user from one address. */
  readonly pair: Backoff;
  /** Of one address, whoever it tries to be. */
  readonly address: Backoff;
  /**
   * So many failures of everybody mean that somebody guesses from many addresses. Then no failure
   * is free any more. An address that has none still gets in: else anybody could lock out all.
   */
  readonly siege: number;
}

export const defaultThrottle: ThrottlePolicy = {
  pair: { free: 2, firstMs: 1000, maxMs: 15 * 60_000 },
  address: { free: 20, firstMs: 1000, maxMs: 5 * 60_000 },
  siege: 1000,
};

/**
 * How long a login must wait, seen from now; ms, 0 where it may be tried. What others did elsewhere
 * to the same user does not count, so nobody can be locked out from somewhere else.
 */
export function waitMs(
  { pair, address, all }: FailureCounts,
  policy: ThrottlePolicy = defaultThrottle,
): number {
  const siege = all.count >= policy.siege;
  return Math.max(owedMs(pair, policy.pair, siege), owedMs(address, policy.address, siege));
}

function owedMs({ count, ageMs }: FailureCount, backoff: Backoff, siege: boolean): number {
  const beyond = count - (siege ? 0 : backoff.free);
  if (beyond <= 0) return 0;
  const delayMs = Math.min(backoff.firstMs * 2 ** Math.min(beyond - 1, 40), backoff.maxMs);
  return Math.max(0, Math.ceil(delayMs - ageMs));
}
