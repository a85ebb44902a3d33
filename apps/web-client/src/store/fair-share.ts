/**
 * The most that each of several may hold so that all together hold no more than `room`: what small
 * ones leave free, large ones may use. `room` itself where everything fits.
 */
export function fairShare(held: readonly number[], room: number): number {
  let left = room;
  let others = held.length;
  for (const size of [...held].sort((a, b) => a - b)) {
    const share = left / others;
    if (size > share) return Math.floor(share);
    left -= size;
    others -= 1;
  }
  return room;
}
