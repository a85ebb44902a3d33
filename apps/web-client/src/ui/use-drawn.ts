import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Entry } from "../session/transcript.ts";

export interface Drawn {
  readonly entries: readonly Entry[];
  /** Whether entries left the front since the last drawing, which then is all that changed. */
  readonly shift: boolean;
}

/**
 * What the list draws of a transcript that grows at its end and is trimmed at its front. The list
 * knows only by how much its length changed, and keeps the place of a reader where that happened at
 * one end. So where both came together, first the new entries are drawn, then the trimmed front.
 */
export function useDrawn(entries: readonly Entry[]): Drawn {
  const before = useRef(entries);
  const [, redraw] = useState(0);
  const drawn = step(before.current, entries);
  const shift = firstSeq(drawn) > firstSeq(before.current);

  useLayoutEffect(() => {
    before.current = drawn;
    if (drawn !== entries) redraw((count) => count + 1);
  });
  return { entries: drawn, shift };
}

/** `next`, or `before` with what `next` adds to its end, where both ends differ. */
export function step(before: readonly Entry[], next: readonly Entry[]): readonly Entry[] {
  const gone = placeAfter(before, firstSeq(next) - 1);
  const added = (next.at(-1)?.seq ?? 0) - (before.at(-1)?.seq ?? 0);
  // A cleared list shares nothing with what was there.
  const shared = before.length - gone;
  if (gone <= 0 || added <= 0 || shared <= 0) return next;
  return [...before.slice(0, gone), ...next];
}

/** How many of `entries`, which are in order, have a `seq` of at most `seq`. */
export function placeAfter(entries: readonly { readonly seq: number }[], seq: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

function firstSeq(entries: readonly Entry[]): number {
  return entries[0]?.seq ?? 0;
}
