import type { JSX } from "preact";
import { useEffect, useId, useLayoutEffect, useMemo } from "preact/hooks";
import { everything, isActive } from "../session/filter.ts";
import { placeAfter } from "../session/ordered.ts";
import { isMessage, type Entry } from "../session/transcript.ts";
import { formatCount } from "../text/format.ts";
import { t } from "../words/language.ts";
import { useFramesEntry, useStore } from "./context.ts";
import { EntryRow } from "./entry-row.tsx";
import type { RowState } from "./row-state.ts";
import { listMemoryOf } from "./session-memory.ts";
import { useRowKeys } from "./use-row-keys.ts";
import { ToEnd, useVirtualList, VirtualRows, type VirtualList } from "./virtual-list.tsx";

/** The rows that the filter lets through. Another filter is another list, with a place of its own. */
export function TranscriptView(): JSX.Element {
  const filter = JSON.stringify(useStore().finder.filter.value);
  return <Rows key={filter} filter={filter} />;
}

function Rows({ filter }: { readonly filter: string }): JSX.Element {
  const store = useStore();
  const shown = store.finder.shown.value;
  const memory = useMemo(() => listMemoryOf(store, filter), []);
  const state = memory.rows;
  const list = useVirtualList(shown, {
    front: shown[0]?.seq ?? 0,
    leastPx: 36,
    follow: true,
    from: memory.reading,
    onGone: (reading) => {
      memory.reading = reading;
      state.selected.value = null;
    },
    // Who sends a message wants to see it.
    wanted: ({ kind }: Entry) => kind === "sent",
  });
  const { rows: entries, scroller, tail } = list;
  const keysId = useId();

  const place = placeOf(entries, state.selected.value);
  useWantedRow(list, state);
  const chosen = state.selected.value !== null;
  useLayoutEffect(() => {
    if (!chosen) return undefined;
    // Whoever reads a row is not taken away from it, be it the last one.
    tail.hold(true);
    return () => tail.hold(false);
  }, [chosen]);
  const onKeyDown = useRowKeys({ entries, place, state, scroller });
  return (
    <div class="transcript">
      <section
        ref={scroller}
        class="scroller"
        aria-label={t("transcript.title")}
        aria-describedby={keysId}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <VirtualRows of={list} kept={place ?? -1}>
          {(entry: Entry) => <EntryRow key={entry.seq} entry={entry} state={state} />}
        </VirtualRows>
        {!entries.some(isMessage) && <Empty />}
        <p class="visually-hidden" id={keysId}>
          {t("transcript.keys")}
        </p>
      </section>
      {!tail.following && (tail.unseen > 0 || !chosen) && (
        <ToEnd
          label={
            tail.unseen > 0
              ? t("transcript.new.label", { count: formatCount(tail.unseen) })
              : t("transcript.toEnd")
          }
          onClick={() => {
            tail.follow();
            // The button goes away; the keyboard stays where the reading is.
            scroller.current?.focus({ preventScroll: true });
          }}
        >
          {tail.unseen > 0 && t("transcript.new", { count: formatCount(tail.unseen) })}
        </ToEnd>
      )}
    </div>
  );
}

/** Goes to the row that the Frames view leads to. */
function useWantedRow({ rows, scroller, tail }: VirtualList<Entry>, state: RowState): void {
  const { shown, wantedRow } = useFramesEntry();
  const { filter } = useStore().finder;
  const seq = wantedRow.value;
  useEffect(() => {
    if (seq === null) return;
    if (placeOf(rows, seq) === null && isActive(filter.value)) {
      // What hides it is given up; the next list goes there.
      filter.value = everything;
      return;
    }
    wantedRow.value = null;
    tail.leave();
    // On a narrow screen the Frames view stands in its place.
    if (scroller.current?.checkVisibility() === false) shown.value = false;
    state.selected.value = null;
    requestAnimationFrame(() => {
      state.selected.value = seq;
    });
  }, [seq]);
}

function Empty(): JSX.Element | null {
  const { finder, view } = useStore();
  const { filter, progress } = finder;
  if (progress.value < 1) return <p class="empty muted">{t("page.loading")}</p>;
  if (!isActive(filter.value) && view.value.status?.kind !== "ready") return null;
  return (
    <p class="empty muted">{t(isActive(filter.value) ? "filter.none" : "transcript.empty")}</p>
  );
}

/** Where in `entries` the one with `seq` is; `null` where it is not there, or no longer. */
function placeOf(entries: readonly Entry[], seq: number | null): number | null {
  if (seq === null) return null;
  const place = placeAfter(entries, seq) - 1;
  return entries[place]?.seq === seq ? place : null;
}
