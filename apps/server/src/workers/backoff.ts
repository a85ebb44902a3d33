/** A worker that lived so long was no failure, whatever ended it; ms. */
export const stableMs = 10_000;

/** So many failures in a row, and no other worker that serves: one more would change nothing. */
export const maxFailures = 5;

const firstMs = 100;
const maxMs = 10_000;

/**
 * How long the next worker has to wait; ms.
 *
 * @param failures ends of workers in a row that came too soon
 */
export function restartDelayMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(firstMs * 2 ** (failures - 1), maxMs);
}
