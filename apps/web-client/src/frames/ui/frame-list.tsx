import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { formatCount } from "../../text/format.ts";
import { focusWhenDrawn } from "../../ui/focus-row.ts";
import { ToEnd, useVirtualList, VirtualRows } from "../../ui/virtual-list.tsx";
import { placeAfter } from "../keys.ts";
import type { Row } from "../rows.ts";
import { ft } from "../words.ts";
import { useFrames } from "./context.ts";
import { FrameRow } from "./frame-row.tsx";

/** Stays the same while a row of heartbeats grows. */
const keyOf = (row: Row): string => (row.kind === "heartbeats" ? `h${row.seq}` : `r${row.seq}`);

interface FrameListProps {
  /** Whether rows come while it is looked at, and the newest stay in view. */
  readonly follow: boolean;
}

/** The rows, in a plain list that says how long it is, because only some of them exist at a time. */
export function FrameList({ follow }: FrameListProps): JSX.Element {
  const frames = useFrames();
  const list = useVirtualList(frames.rows.value.rows, {
    front: frames.log.value.kept[0]?.seq ?? 0,
    follow,
    wanted: () => false,
  });
  const { rows, scroller, handle, tail } = list;
  const narrowed = frames.filter.value !== null || frames.which.value !== "all";
  const cursor = useSignal<string | null>(null);
  const goesTo = useRef<string | null>(null);
  /** Gives up a row that was not drawn yet. */
  const waits = useRef<() => void>(() => undefined);
  const found = rows.findIndex((row) => keyOf(row) === cursor.value);
  const at = found >= 0 ? found : follow ? rows.length - 1 : 0;

  useLayoutEffect(() => {
    if (goesTo.current === null) return;
    rowOf(scroller.current, goesTo.current)?.focus({ preventScroll: true });
    goesTo.current = null;
  });

  const chosen = frames.selected.value?.seq;
  useLayoutEffect(() => {
    // The details take room from the list.
    if (chosen !== undefined)
      rowOf(scroller.current, keyAt(rows, at))?.scrollIntoView({ block: "nearest" });
  }, [chosen]);

  const wanted = frames.wanted.value;
  useLayoutEffect(() => {
    const index = rows.findIndex((row) => row.kind === "record" && row.seq === wanted?.seq);
    const { current } = scroller;
    if (index < 0 || current === null) return undefined;
    const key = keyAt(rows, index);
    frames.wanted.value = null;
    cursor.value = key;
    tail.leave();
    handle.current?.scrollToIndex(index, { align: "center" });
    waits.current();
    const focus = (): boolean => {
      const row = rowOf(current, key);
      row?.focus({ preventScroll: true });
      return row !== undefined && row === document.activeElement;
    };
    if (!focus()) waits.current = focusWhenDrawn(focus);
    return undefined;
  }, [wanted, rows]);
  useLayoutEffect(() => () => waits.current(), []);

  const choose = (row: Row | undefined): void => {
    // Who reads the details of one is not taken away from it.
    tail.leave();
    waits.current();
    if (row?.kind === "record") frames.selected.value = row;
    else if (row !== undefined) frames.toggleFold(row.seq);
  };
  const moveTo = (index: number): void => {
    const row = rows[index];
    if (row === undefined) return;
    cursor.value = goesTo.current = keyOf(row);
    handle.current?.scrollToIndex(index, { align: "nearest" });
    // Who reads the details of one goes on to those of the next.
    if (frames.selected.value !== null && row.kind === "record") frames.selected.value = row;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { viewportSize = 0 } = handle.current ?? {};
    const page = Math.max(1, Math.floor(viewportSize / (handle.current?.getItemSize(at) ?? 1)) - 1);
    const next = placeAfter(event.key, { at, count: rows.length, columns: 1, page });
    if (next !== undefined) moveTo(next);
    else if (event.key === "/") document.getElementById("frames-filter")?.focus();
    else if (event.key === "Escape" && frames.selected.value !== null) frames.selected.value = null;
    else return;
    event.preventDefault();
  };
  return (
    <div class="frame-list">
      <section
        ref={scroller}
        class="frame-scroller"
        aria-label={ft("list.title")}
        onKeyDown={onKeyDown}
      >
        <VirtualRows of={list} kept={at}>
          {(row: Row, index: number) => (
            <FrameRow
              key={keyOf(row)}
              id={keyOf(row)}
              row={row}
              reachable={index === at}
              onChoose={() => {
                cursor.value = keyOf(row);
                choose(row);
              }}
            />
          )}
        </VirtualRows>
        {rows.length === 0 && (
          <p class="empty muted">{ft(narrowed ? "list.empty" : "feed.waiting")}</p>
        )}
      </section>
      {follow && !tail.following && tail.unseen > 0 && (
        <ToEnd
          label={ft("list.new.label", { count: tail.unseen })}
          onClick={() => {
            tail.follow();
            cursor.value = null;
            // The button goes away; the keyboard stays in the list.
            const last = rows.at(-1);
            if (last !== undefined) goesTo.current = keyOf(last);
          }}
        >
          {ft("list.new", { count: formatCount(tail.unseen) })}
        </ToEnd>
      )}
    </div>
  );
}

const keyAt = (rows: readonly Row[], at: number): string => {
  const row = rows[at];
  return row === undefined ? "" : keyOf(row);
};

const rowOf = (scroller: HTMLElement | null, key: string): HTMLElement | undefined =>
  scroller?.querySelector<HTMLElement>(`[data-row="${key}"]`) ?? undefined;
