import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { VirtualizerHandle } from "virtua";
import type { Entry } from "../session/transcript.ts";

export interface Tail {
  /** Whether the list stays at its end as it grows. */
  readonly following: boolean;
  /** Entries that came since it stopped following. */
  readonly unseen: number;
  readonly follow: () => void;
  readonly onScroll: (offset: number) => void;
  readonly onResize: () => void;
}

/** How far from the end still counts as at the end: layout works in fractions of a pixel. */
const tolerancePx = 4;

/** Follows the end until a person scrolls up; never takes them away from what they read. */
export function useTail(
  entries: readonly Entry[],
  list: RefObject<VirtualizerHandle | null>,
): Tail {
  const [following, setFollowing] = useState(true);
  const lastOffset = useRef(0);
  const lastSeq = entries.at(-1)?.seq ?? 0;
  const seenSeq = useRef(lastSeq);
  const drawnSeq = useRef(lastSeq);
  if (following) seenSeq.current = lastSeq;

  const toEnd = (): void => {
    if (entries.length > 0) list.current?.scrollToIndex(entries.length - 1, { align: "end" });
  };

  useLayoutEffect(() => {
    // Who sends a message wants to see it.
    const sent = entries.some((entry) => entry.seq > drawnSeq.current && entry.kind === "sent");
    drawnSeq.current = lastSeq;
    if (following) toEnd();
    else if (sent) setFollowing(true);
  }, [lastSeq, entries.length, following]);

  return {
    following,
    unseen: lastSeq - seenSeq.current,
    follow: () => setFollowing(true),
    onScroll: (offset) => {
      const { scrollSize = 0, viewportSize = 0 } = list.current ?? {};
      const gap = scrollSize - viewportSize - offset;
      // Growth moves the end away, but only a person moves the view up from it.
      if (gap <= tolerancePx) setFollowing(true);
      else if (offset < lastOffset.current - 0.5) setFollowing(false);
      lastOffset.current = offset;
    },
    onResize: () => {
      if (following) toEnd();
    },
  };
}
