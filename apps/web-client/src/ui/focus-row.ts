/** So many drawings are waited for: two seconds, and more on a slow machine. */
const drawings = 120;

/**
 * Focuses a row of a virtual list that cannot be yet, as soon as it can: one from far away is hidden
 * until the list has measured it.
 *
 * @param focus tries to, and says whether it could
 * @returns what gives up
 */
export function focusWhenDrawn(focus: () => boolean): () => void {
  let left = drawings;
  let next = requestAnimationFrame(function again() {
    left -= 1;
    if (!focus() && left > 0) next = requestAnimationFrame(again);
  });
  return () => cancelAnimationFrame(next);
}
