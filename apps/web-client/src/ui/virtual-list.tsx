import { createContext, type ComponentChildren, type CSSProperties, type JSX } from "preact";
import type { Ref, RefObject } from "preact";
import { useContext, useRef } from "preact/hooks";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import { Icon } from "./icons.tsx";
import { useDrawn, type Drawn, type Ordered } from "./use-drawn.ts";
import { useTail, type Tail, type TailOptions } from "./use-tail.ts";

export interface VirtualListOptions<R> extends TailOptions<R> {
  /** The `seq` of the oldest row that is still kept, shown or not. */
  readonly front: number;
}

/** A list of which only the rows in view exist. */
export interface VirtualList<R> extends Drawn<R> {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly handle: RefObject<VirtualizerHandle | null>;
  readonly tail: Tail;
  /** Whether the newest rows may stay in view. */
  readonly follow: boolean;
}

/** Keeps the place of who reads, whatever comes and goes at both ends of `rows`. */
export function useVirtualList<R extends Ordered>(
  rows: readonly R[],
  options: VirtualListOptions<R>,
): VirtualList<R> {
  const drawn = useDrawn(rows, options.front);
  const scroller = useRef<HTMLElement>(null);
  const handle = useRef<VirtualizerHandle>(null);
  const tail = useTail(drawn.rows, scroller, options);
  return { ...drawn, scroller, handle, tail, follow: options.follow };
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
  const { rows, shift, handle, tail, follow } = of;
  return (
    <Length.Provider value={rows.length}>
      <Virtualizer
        ref={handle}
        as={List}
        item={Item}
        data={rows}
        shift={shift}
        keepMounted={kept < 0 ? none : [kept]}
        {...(follow && { onScroll: tail.onScroll })}
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
