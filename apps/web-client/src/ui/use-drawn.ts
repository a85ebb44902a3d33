import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { placeAfter, type Ordered } from "../session/ordered.ts";

export interface Drawn<R> {
  readonly rows: readonly R[];
  /** Whether rows left the front since the last drawing, which then is all that changed. */
  readonly shift: boolean;
}

/**
 * What a list draws of rows that grow at their end and are trimmed at their front. The list knows
 * only by how much its length changed, and keeps the place of a reader where that happened at one
 * end. So where both came together, first the new rows are drawn, then the trimmed front.
 *
 * @param front the `seq` of the oldest that is still kept, in the list or not
 */
export function useDrawn<R extends Ordered>(rows: readonly R[], front: number): Drawn<R> {
  const before = useRef(rows);
  const [, redraw] = useState(0);
  const drawn = step(before.current, rows, front);

  useLayoutEffect(() => {
    before.current = drawn.rows;
    if (drawn.rows !== rows) redraw((count) => count + 1);
  });
  return drawn;
}

/** `next`, or before it what left the front, where that is not all that changed. */
export function step<R extends Ordered>(
  before: readonly R[],
  next: readonly R[],
  front: number,
): Drawn<R> {
  const gone = placeAfter(before, front - 1);
  // A list of other rows shares nothing with what was there.
  if (gone === 0 || gone === before.length) return { rows: next, shift: false };
  if (next.length === before.length - gone) return { rows: next, shift: true };
  return { rows: [...before.slice(0, gone), ...next], shift: false };
}
