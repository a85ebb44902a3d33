import type { ComponentChildren, CSSProperties, JSX, Ref } from "preact";
import { useId, useMemo, useRef } from "preact/hooks";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import { isActive } from "../session/filter.ts";
import type { Entry } from "../session/transcript.ts";
import { formatCount } from "../text/format.ts";
import { t } from "../words/language.ts";
import { useStore } from "./context.ts";
import { EntryRow } from "./entry-row.tsx";
import { Icon } from "./icons.tsx";
import { createRowState } from "./row-state.ts";
import { placeAfter, useDrawn } from "./use-drawn.ts";
import { useRowKeys } from "./use-row-keys.ts";
import { useTail } from "./use-tail.ts";

/** The rows that the filter lets through. Another filter is another list, with a place of its own. */
export function TranscriptView(): JSX.Element {
  const { filter } = useStore().finder;
  return <Rows key={JSON.stringify(filter.value)} />;
}

function Rows(): JSX.Element {
  const { finder } = useStore();
  const { entries, shift } = useDrawn(finder.shown.value);
  const scroller = useRef<HTMLElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const state = useMemo(createRowState, []);
  // Who sends a message wants to see it.
  const wanted = ({ kind }: Entry): boolean => kind === "sent";
  const tail = useTail(entries, scroller, { follow: true, wanted });
  const keysId = useId();

  const place = placeOf(entries, state.selected.value);
  const onKeyDown = useRowKeys({ entries, place, state, scroller, list });
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
        <Virtualizer
          ref={list}
          as={List}
          item={Item}
          data={entries}
          shift={shift}
          onScroll={tail.onScroll}
          // The keyboard must not fall off the page with a row that is scrolled away.
          keepMounted={place === null ? none : [place]}
        >
          {(entry: Entry) => <EntryRow key={entry.seq} entry={entry} state={state} />}
        </Virtualizer>
        {!entries.some(isMessage) && <Empty />}
        <p class="visually-hidden" id={keysId}>
          {t("transcript.keys")}
        </p>
      </section>
      {!tail.following && (
        <button
          type="button"
          class="button to-end"
          aria-label={
            tail.unseen > 0
              ? t("transcript.new.label", { count: tail.unseen })
              : t("transcript.toEnd")
          }
          onClick={() => {
            tail.follow();
            // The button goes away; the keyboard stays where the reading is.
            scroller.current?.focus({ preventScroll: true });
          }}
        >
          <Icon name="down" />
          {tail.unseen > 0 && t("transcript.new", { count: formatCount(tail.unseen) })}
        </button>
      )}
    </div>
  );
}

const none: readonly number[] = [];

function Empty(): JSX.Element {
  const filtered = isActive(useStore().finder.filter.value);
  return <p class="empty muted">{t(filtered ? "filter.none" : "transcript.empty")}</p>;
}

function isMessage({ kind }: Entry): boolean {
  return kind === "sent" || kind === "received";
}

/** Where in `entries` the one with `seq` is; `null` where it is not there, or no longer. */
function placeOf(entries: readonly Entry[], seq: number | null): number | null {
  if (seq === null) return null;
  const place = placeAfter(entries, seq) - 1;
  return entries[place]?.seq === seq ? place : null;
}

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
  const { length } = useStore().finder.shown.value;
  return (
    <li ref={ref ?? null} style={style} aria-setsize={length} aria-posinset={index + 1}>
      {children}
    </li>
  );
}
