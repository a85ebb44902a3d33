import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { CacheSnapshot, VirtualizerHandle } from "virtua";
import { placeAfter, type Ordered } from "../session/ordered.ts";

/** Where somebody reads, away from the end. */
export interface Reading {
  /** The row at the top. */
  readonly seq: number;
  /** How far it is scrolled out, in pixels. */
  readonly offset: number;
  /** The newest row when they left the end. */
  readonly seen: number;
  /** The oldest row then, and the sizes of all from there on. */
  readonly front: number;
  readonly sizes: CacheSnapshot;
}

interface Place {
  /** Goes to the place, until a person has scrolled. */
  readonly hold: () => void;
  readonly onScroll: () => void;
}

interface PlaceOptions {
  /** `null` to hold nothing. */
  readonly from: Reading | null;
  readonly rows: readonly Ordered[];
  readonly scroller: RefObject<HTMLElement | null>;
  readonly list: RefObject<VirtualizerHandle | null>;
}

/** Scrolling less than this is rounding, in pixels. */
const tolerancePx = 2;

/**
 * Begins where somebody was reading. Rows may turn out to be of another size than was known, so it
 * goes there anew when they are measured; the list's own `scrollToIndex` would do so, too, but also
 * where a person has scrolled meanwhile.
 */
export function usePlace({ from, rows, scroller, list }: PlaceOptions): Place {
  const wanted = useRef(from);
  const offset = useRef(0);

  const hold = (): void => {
    if (wanted.current === null || scroller.current === null || list.current === null) return;
    const index = placeAfter(rows, wanted.current.seq) - 1;
    scroller.current.scrollTop =
      index < 0 ? 0 : list.current.getItemOffset(index) + wanted.current.offset;
    offset.current = scroller.current.scrollTop;
  };
  useLayoutEffect(hold, []);

  return {
    hold,
    onScroll: () => {
      const moved = Math.abs((scroller.current?.scrollTop ?? 0) - offset.current);
      if (moved > tolerancePx) wanted.current = null;
    },
  };
}

/** @returns `null` where nothing is read */
export function readingIn(
  rows: readonly Ordered[],
  list: VirtualizerHandle | null,
  seen: number,
): Reading | null {
  const index = list?.findItemIndex(list.scrollOffset) ?? 0;
  const [first] = rows;
  const top = rows[index];
  if (list === null || first === undefined || top === undefined) return null;
  return {
    seq: top.seq,
    offset: list.scrollOffset - list.getItemOffset(index),
    seen,
    front: first.seq,
    sizes: list.cache,
  };
}
