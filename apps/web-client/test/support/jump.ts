export interface Jump {
  /** From the change of the place until all rows in view were painted, in milliseconds. */
  readonly ms: number;
  /** The pixels of the view without a row in each frame that was painted, to the first without any. */
  readonly empty: readonly number[];
  /** The elements of the whole page at the most. */
  readonly elements: number;
}

/** Scrolls a list and looks at each frame. Runs in the page, so that all it needs is in it. */
export async function jump(list: Element, to: number): Promise<Jump> {
  const emptyPx = (): number => {
    const view = list.getBoundingClientRect();
    const rows = [...list.querySelectorAll("li")]
      // What is not measured is there, but hidden.
      .filter((row) => getComputedStyle(row).visibility !== "hidden")
      .map((row) => row.getBoundingClientRect())
      .sort((a, b) => a.top - b.top);
    let reached = view.top;
    let empty = 0;
    for (const { top, bottom } of rows) {
      if (bottom <= reached || top >= view.bottom) continue;
      empty += Math.max(0, top - reached);
      reached = bottom;
    }
    // Places are whole pixels, and sizes are not.
    return Math.floor(empty + Math.max(0, view.bottom - reached));
  };
  /** What is posted while a frame is made is heard after it was painted. */
  const painted = (): Promise<void> =>
    new Promise((resolve) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve();
        port2.postMessage(null);
      });
    });
  const began = performance.now();
  const empty: number[] = [];
  let elements = 0;
  list.scrollTop = to;
  do {
    await painted();
    empty.push(emptyPx());
    elements = Math.max(elements, document.querySelectorAll("*").length);
  } while (empty.at(-1) !== 0 && empty.length < 100);
  return { ms: performance.now() - began, empty, elements };
}
