export interface Until {
  /** Where to scroll first, in pixels; default: nowhere. */
  readonly to?: number;
  /** What the last row says when it is over; default: no matter. */
  readonly last?: string;
}

export interface Watched {
  /** From the beginning until the last frame was painted, in milliseconds. */
  readonly ms: number;
  /** The pixels of the view without a row in each frame, to the first without any when it is over. */
  readonly empty: readonly number[];
  /** The elements of the whole page at the most. */
  readonly elements: number;
}

/** Looks at each frame of a list that is painted. Runs in the page, so all that it needs is in it. */
export async function watch(list: Element, { to, last }: Until): Promise<Watched> {
  const emptyPx = (): number => {
    const view = list.getBoundingClientRect();
    // Behind the last row there may be room.
    const end = Math.min(
      view.bottom,
      list.querySelector("ol")?.getBoundingClientRect().bottom ?? Infinity,
    );
    const rows = [...list.querySelectorAll("li")]
      // What is not measured is there, but hidden.
      .filter((row) => getComputedStyle(row).visibility !== "hidden")
      .map((row) => row.getBoundingClientRect())
      .sort((a, b) => a.top - b.top);
    let reached = view.top;
    let empty = 0;
    for (const { top, bottom } of rows) {
      if (bottom <= reached || top >= end) continue;
      empty += Math.max(0, top - reached);
      reached = bottom;
    }
    // Places are whole pixels, and sizes are not.
    return Math.floor(empty + Math.max(0, end - reached));
  };
  const inView = (): boolean => {
    if (last === undefined) return true;
    const row = [...list.querySelectorAll("li")].at(-1);
    const { bottom } = list.getBoundingClientRect();
    return row?.textContent.includes(last) === true && row.getBoundingClientRect().top < bottom;
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
  if (to !== undefined) list.scrollTop = to;
  do {
    await painted();
    empty.push(emptyPx());
    elements = Math.max(elements, document.querySelectorAll("*").length);
  } while (empty.at(-1) !== 0 || !inView());
  return { ms: performance.now() - began, empty, elements };
}
