import type { JSX } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { formatCount } from "../../text/format.ts";
import { goToRow } from "../../ui/focus-row.ts";
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

interface Goal {
  readonly key: string;
  readonly block: "center" | "nearest";
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
  const { wanted: sought, searching } = frames.narrowing;
  const narrowed = sought.value !== null || frames.which.value !== "all";
  const cursor = useSignal<string | null>(null);
  /** Where the keyboard goes. */
  const goesTo = useSignal<Goal | null>(null);
  const found = rows.findIndex((row) => keyOf(row) === cursor.value);
  const at = found >= 0 ? found : follow ? rows.length - 1 : 0;

  const goal = goesTo.value;
  useLayoutEffect(() => {
    if (goal === null || scroller.current === null) return undefined;
    return goToRow(scroller.current, () => rowOf(scroller.current, goal.key), goal.block);
  }, [goal]);

  const chosen = frames.selected.value?.seq;
  useLayoutEffect(() => {
    // The details take room from the list.
    if (chosen !== undefined)
      rowOf(scroller.current, keyAt(rows, at))?.scrollIntoView({ block: "nearest" });
  }, [chosen]);

  const goTo = (key: string, block: Goal["block"]): void => {
    cursor.value = key;
    goesTo.value = { key, block };
  };
  const wanted = frames.wanted.value;
  useLayoutEffect(() => {
    const index = rows.findIndex((row) => row.kind === "record" && row.seq === wanted?.seq);
    if (index < 0) return;
    frames.wanted.value = null;
    tail.leave();
    goTo(keyAt(rows, index), "center");
  }, [wanted, rows]);

  const choose = (row: Row | undefined): void => {
    // Who reads the details of one is not taken away from it.
    tail.leave();
    goesTo.value = null;
    if (row?.kind === "record") frames.selected.value = row;
    else if (row !== undefined) frames.toggleFold(row.seq);
  };
  const moveTo = (index: number): void => {
    const row = rows[index];
    if (row === undefined) return;
    goTo(keyOf(row), "nearest");
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
        tabIndex={-1}
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
          <p class="empty muted">
            {ft(
              searching.value ? "bar.filter.searching" : narrowed ? "list.empty" : "feed.waiting",
            )}
          </p>
        )}
      </section>
      {follow && !tail.following && tail.unseen > 0 && (
        <ToEnd
          label={ft("list.new.label", { count: formatCount(tail.unseen) })}
          onClick={() => {
            tail.follow();
            // The button goes away; the keyboard stays in the list.
            goesTo.value = { key: keyAt(rows, rows.length - 1), block: "nearest" };
            cursor.value = null;
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

const rowOf = (scroller: HTMLElement | null, key: string): HTMLElement | null =>
  scroller?.querySelector<HTMLElement>(`[data-row="${key}"]`) ?? null;
