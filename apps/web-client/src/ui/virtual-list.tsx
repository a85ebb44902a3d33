import { createContext, type ComponentChildren, type CSSProperties, type JSX } from "preact";
import type { Ref, RefObject } from "preact";
import { useContext, useLayoutEffect, useRef } from "preact/hooks";
import { Virtualizer, type CacheSnapshot, type VirtualizerHandle } from "virtua";
import type { Ordered } from "../session/ordered.ts";
import { Icon } from "./icons.tsx";
import { useDrawn, type Drawn } from "./use-drawn.ts";
import { readingIn, usePlace, type Reading } from "./use-place.ts";
import { useTail, type Tail, type TailOptions } from "./use-tail.ts";

export interface VirtualListOptions<R> extends TailOptions<R> {
  /** The `seq` of the oldest row that is still kept, shown or not. */
  readonly front: number;
  /**
   * Where rows differ much: no row is lower than this, in pixels, and the list takes it for the height
   * of those that it has not measured. Were they lower than it believes, a jump to them would draw too
   * few to fill the view, and each frame would add one; a few too many are let go at once. By default
   * it believes the median of the first rows.
   */
  readonly leastPx?: number;
  /** Told where somebody was reading when the list goes away; `null` at its end. */
  readonly onGone?: (reading: Reading | null) => void;
}

/** A list of which only the rows in view exist. */
export interface VirtualList<R> extends Drawn<R> {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly handle: RefObject<VirtualizerHandle | null>;
  readonly tail: Tail;
  /** Whether the newest rows may stay in view. */
  readonly follow: boolean;
  readonly leastPx: number | undefined;
  /** What is known of the rows' sizes from before; without it the place of one is a guess. */
  readonly sizes: CacheSnapshot | null;
  readonly onScroll: () => void;
  readonly onResize: () => void;
}

/** Keeps the place of who reads, whatever comes and goes at both ends of `rows`. */
export function useVirtualList<R extends Ordered>(
  rows: readonly R[],
  options: VirtualListOptions<R>,
): VirtualList<R> {
  const drawn = useDrawn(rows, options.front);
  const scroller = useRef<HTMLElement>(null);
  const handle = useRef<VirtualizerHandle>(null);
  const { follow, leastPx, from = null, onGone } = options;
  const tail = useTail(drawn.rows, scroller, options);
  const place = usePlace({ from, rows: drawn.rows, scroller, list: handle });
  const sizes = from?.front === drawn.rows[0]?.seq ? (from?.sizes ?? null) : null;
  const latest = useRef({ rows: drawn.rows, tail });
  latest.current = { rows: drawn.rows, tail };
  useLayoutEffect(
    () => () => {
      const { rows: last, tail: end } = latest.current;
      onGone?.(end.following ? null : readingIn(last, handle.current, end.seen));
    },
    [],
  );
  const onScroll = (): void => {
    place.onScroll();
    tail.onScroll();
  };
  const onResize = (): void => {
    place.hold();
    tail.onResize();
  };
  return { ...drawn, scroller, handle, tail, follow, leastPx, sizes, onScroll, onResize };
}

const Length = createContext(0);

interface VirtualRowsProps<R> {
  readonly of: VirtualList<R>;
  /** The place of the row that has the keyboard, which must not go away with it; -1 for none. */
  readonly kept: number;
  readonly children: (row: R, index: number) => JSX.Element;
}

/** The rows in view, in a plain list that says how long it is. Stands in the list's scroller. */
export function VirtualRows<R>({ of, kept, children }: VirtualRowsProps<R>): JSX.Element {
  const { rows, shift, handle, follow, leastPx, sizes, onScroll, onResize } = of;
  return (
    <Length.Provider value={rows.length}>
      <Virtualizer
        ref={handle}
        as={List}
        item={Item}
        data={rows}
        {...(leastPx !== undefined && { itemSize: leastPx })}
        {...(sizes !== null && { cache: sizes })}
        shift={shift}
        keepMounted={kept < 0 ? none : [kept]}
        {...(follow && { onScroll, onResize })}
      >
        {children}
      </Virtualizer>
    </Length.Provider>
  );
}

const none: readonly number[] = [];

interface ListProps {
  readonly style: CSSProperties;
  readonly children: ComponentChildren;
  readonly ref?: Ref<HTMLOListElement>;
}

// The role says what `list-style: none` makes Safari forget.
function List({ style, children, ref }: ListProps): JSX.Element {
  return (
    <ol ref={ref ?? null} style={style} role="list">
      {children}
    </ol>
  );
}

interface ItemProps {
  readonly style: CSSProperties;
  readonly index: number;
  readonly children: ComponentChildren;
  readonly ref?: Ref<HTMLLIElement>;
}

/** Only some rows exist at a time, so each says which of how many it is. */
function Item({ style, index, children, ref }: ItemProps): JSX.Element {
  const length = useContext(Length);
  return (
    <li ref={ref ?? null} style={style} aria-setsize={length} aria-posinset={index + 1}>
      {children}
    </li>
  );
}

interface ToEndProps {
  readonly label: string;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}

/** Back to the newest. */
export function ToEnd({ label, onClick, children }: ToEndProps): JSX.Element {
  return (
    <button type="button" class="button to-end" aria-label={label} onClick={onClick}>
      <Icon name="down" />
      {children}
    </button>
  );
}
