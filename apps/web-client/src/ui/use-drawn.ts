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
  const lastSeq = before.at(-1)?.seq ?? 0;
  const gone = firstSeq(next) - firstSeq(before);
  const added = (next.at(-1)?.seq ?? 0) - lastSeq;
  // Without gaps in `seq`, what is gone is that many from the front; a cleared list shares none.
  const shared = before.length - gone;
  if (gone <= 0 || added <= 0 || shared <= 0) return next;
  return [...before.slice(0, gone), ...next];
}

function firstSeq(entries: readonly Entry[]): number {
  return entries[0]?.seq ?? 0;
}
