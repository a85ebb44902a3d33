/** How much may come: so much a second on average, and a second's worth at once. */
export interface Rate {
  /** Tokens a second, which is also the most that can be saved up; above 0. */
  readonly perSecond: number;
}

/** A token bucket. It may run into debt: what has arrived cannot be sent back. */
export interface Bucket {
  /** Below 0: a debt, to be waited off. */
  readonly tokens: number;
  /** When that was so; ms. */
  readonly atMs: number;
}

/** No debt keeps a peer waiting for longer; what is above is forgiven. */
export const maxDebtMs = 30_000;

export function fullBucket({ perSecond }: Rate, nowMs: number): Bucket {
  return { tokens: perSecond, atMs: nowMs };
}

/** The bucket after `cost` tokens were taken out of it. A clock that goes back adds nothing. */
export function spend(bucket: Bucket, rate: Rate, cost: number, nowMs: number): Bucket {
  const { perSecond } = rate;
  const earned = (Math.max(0, nowMs - bucket.atMs) * perSecond) / 1000;
  const tokens = Math.min(perSecond, bucket.tokens + earned) - cost;
  return { tokens: Math.max(tokens, (-maxDebtMs * perSecond) / 1000), atMs: nowMs };
}

/** How long the debt takes to be paid, seen from the time of the bucket; ms, 0 where there is none. */
export function owedMs({ tokens }: Bucket, { perSecond }: Rate): number {
  return tokens >= 0 ? 0 : Math.ceil((-tokens * 1000) / perSecond);
}
