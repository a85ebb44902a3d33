/** Where in a list or grid the keyboard is. */
export interface Place {
  readonly at: number;
  readonly count: number;
  /** Cells beside each other; 1 for a list. */
  readonly columns: number;
  /** How far Page Up and Page Down go. */
  readonly page: number;
}

/** Where a key leads to; `undefined` for one that leads nowhere else. */
export function placeAfter(key: string, { at, count, columns, page }: Place): number | undefined {
  const to = targetOf(key, { at, count, columns, page });
  if (to === undefined || count === 0) return undefined;
  const next = Math.max(0, Math.min(count - 1, to));
  // Up and down keep their column: from the first line there is no way up.
  if (columns > 1 && next !== to && key.startsWith("Arrow")) return undefined;
  return next === at ? undefined : next;
}

function targetOf(key: string, { at, count, columns, page }: Place): number | undefined {
  switch (key) {
    case "ArrowUp":
      return at - columns;
    case "ArrowDown":
      return at + columns;
    case "ArrowLeft":
      return columns > 1 ? at - 1 : undefined;
    case "ArrowRight":
      return columns > 1 ? at + 1 : undefined;
    case "PageUp":
      return at - page;
    case "PageDown":
      return at + page;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}
