/**
 * Focuses a row of a virtual list that cannot be yet, as soon as it can: one from far away is hidden
 * until the list has measured it.
 *
 * @param focus tries to, and says whether it could
 * @returns what gives up
 */
export function focusWhenDrawn(scroller: HTMLElement, focus: () => boolean): () => void {
  const observer = new MutationObserver(() => {
    if (focus()) observer.disconnect();
  });
  observer.observe(scroller, { subtree: true, childList: true, attributes: true });
  return () => observer.disconnect();
}
