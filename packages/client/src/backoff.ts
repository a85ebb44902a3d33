/** The delays between connection attempts, in milliseconds. */
export interface Backoff {
  /** The most that the first retry waits. */
  readonly baseMs: number;
  /** The most that any retry waits. */
  readonly maxMs: number;
}

/** Half a second, doubling, up to half a minute. */
export const defaultBackoff: Backoff = { baseMs: 500, maxMs: 30_000 };

/**
 * Exponential backoff with full jitter: anything from 0 to the doubling bound. After a restart all
 * clients of a server lose it in the same instant; only full jitter spreads their return evenly.
 *
 * @param retries how many retries came before this one since the session was last ready
 * @param random from 0 (inclusive) to 1 (exclusive)
 */
export function retryDelay(
  retries: number,
  random: () => number,
  { baseMs, maxMs }: Backoff = defaultBackoff,
): number {
  // 2 ** 1024 is Infinity, which Math.min takes; no exponent overflows.
  return Math.floor(random() * Math.min(maxMs, baseMs * 2 ** retries));
}
