/** So many drawings are waited for a row: two seconds, and more on a slow machine. */
const patience = 120;
/** So many more it is kept in sight: rows around it change their size once they are measured. */
const settling = 3;

/**
 * Scrolls to a row of a virtual list, which must keep it mounted, and focuses it. One from far away
 * is hidden until the list has measured it; meanwhile `scroller`, which must be focusable, has the
 * keyboard: the row that had it may be gone, and the next key with it. Whoever takes the keyboard
 * elsewhere has it. It scrolls without the list, whose `scrollToIndex` goes on for a while and would
 * take the view back from where the next key leads.
 *
 * @returns what gives up
 */
export function goToRow(
  scroller: HTMLElement,
  row: () => HTMLElement | null,
  block: ScrollLogicalPosition = "nearest",
): () => void {
  const reach = (): boolean => {
    const found = row();
    found?.scrollIntoView({ block });
    // A click on a button in the row chooses the row too, and must keep the focus.
    if (found?.contains(document.activeElement) === false) found.focus({ preventScroll: true });
    return found?.contains(document.activeElement) === true;
  };
  let reached = reach();
  if (!reached) scroller.focus({ preventScroll: true });
  const holder = document.activeElement;
  let left = reached ? settling : patience;
  let next = requestAnimationFrame(function again() {
    const { activeElement, body } = document;
    if (reached) row()?.scrollIntoView({ block });
    else if (activeElement !== holder && activeElement !== body) return;
    else if (reach()) {
      reached = true;
      left = settling;
    }
    left -= 1;
    if (left > 0) next = requestAnimationFrame(again);
  });
  return () => cancelAnimationFrame(next);
}
