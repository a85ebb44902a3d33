/** A row of a list that grows at its end; rows are in the order of `seq`. */
export interface Ordered {
  readonly seq: number;
}

/** How many of `rows`, which are in order, have a `seq` of at most `seq`. */
export function placeAfter(rows: readonly Ordered[], seq: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
