import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { placeAfter, type Ordered } from "../session/ordered.ts";
import type { Reading } from "./use-place.ts";

export interface Tail {
  /** Whether the list stays at its end as it grows. */
  readonly following: boolean;
  /** Entries that came since it stopped following. */
  readonly unseen: number;
  /** The `seq` of the last one before those. */
  readonly seen: number;
  readonly follow: () => void;
  /** Stays where it is, whatever changes its size. */
  readonly leave: () => void;
  /** The same, also where that is at the end, until it is called off. */
  readonly hold: (whether: boolean) => void;
  readonly onScroll: () => void;
  /** Rows are measured after they are drawn, and the window may change. */
  readonly onResize: () => void;
}

/** How far from the end still counts as at the end: layout works in fractions of a pixel. */
const tolerancePx = 4;

export interface TailOptions<E> {
  /** Whether it begins at the end. */
  readonly follow: boolean;
  /** Where it begins instead; default `null`. */
  readonly from?: Reading | null;
  /** Whether an entry takes the view to the end, wherever it is. */
  readonly wanted: (entry: E) => boolean;
}

/**
 * Follows the end until a person scrolls up; never takes them away from what they read. It moves
 * the scroller itself, because the list's own `scrollToIndex` goes on scrolling for a while.
 */
export function useTail<E extends Ordered>(
  entries: readonly E[],
  scroller: RefObject<HTMLElement | null>,
  { follow, from = null, wanted }: TailOptions<E>,
): Tail {
  const [following, setFollowing] = useState(follow && from === null);
  /** The same, known at once: rows may be measured between a scroll and the next drawing. */
  const stays = useRef(following);
  const held = useRef(false);
  const lastOffset = useRef(0);
  const lastSeq = entries.at(-1)?.seq ?? 0;
  const seenSeq = useRef(from?.seen ?? lastSeq);
  const drawnSeq = useRef(lastSeq);
  if (following) seenSeq.current = lastSeq;

  const stay = (whether: boolean): void => {
    stays.current = whether;
    setFollowing(whether);
  };
  const toEnd = (): void => {
    const element = scroller.current;
    if (element === null || !stays.current) return;
    element.scrollTop = element.scrollHeight;
    // A person may scroll before the event of this comes.
    lastOffset.current = element.scrollTop;
  };

  useLayoutEffect(() => {
    const called = entries.slice(placeAfter(entries, drawnSeq.current)).some(wanted);
    drawnSeq.current = lastSeq;
    if (called) stay(true);
    toEnd();
  }, [lastSeq, entries.length, following]);

  const onScroll = (): void => {
    const element = scroller.current;
    if (element === null) return;
    const offset = element.scrollTop;
    const gap = element.scrollHeight - element.clientHeight - offset;
    // Growth moves the end away, but only a person moves the view up from it.
    if (gap <= tolerancePx && !held.current) stay(true);
    else if (offset < lastOffset.current - 0.5) stay(false);
    lastOffset.current = offset;
  };
  return {
    following,
    unseen: entries.length - placeAfter(entries, seenSeq.current),
    seen: seenSeq.current,
    follow: () => stay(true),
    leave: () => stay(false),
    hold: (whether) => {
      held.current = whether;
      if (whether) stay(false);
      else onScroll();
    },
    onScroll,
    onResize: toEnd,
  };
}
