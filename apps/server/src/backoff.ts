/** What lived so long did not fail, whatever ended it; ms. */
export const stableMs = 10_000;

const firstMs = 100;
const maxMs = 10_000;

/**
 * How long the next worker or thread has to wait; ms.
 *
 * @param failures ends in a row that came too soon
 */
export function restartDelayMs(failures: number): number {
  return failures === 0 ? 0 : Math.min(firstMs * 2 ** (failures - 1), maxMs);
}
