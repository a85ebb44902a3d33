import type { ComponentChildren, CSSProperties, JSX, Ref } from "preact";
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import type { Entry } from "../session/transcript.ts";
import { formatCount } from "../text/format.ts";
import { t } from "../words/language.ts";
import { useStore } from "./context.ts";
import { EntryRow } from "./entry-row.tsx";
import { Icon } from "./icons.tsx";
import { useTail } from "./use-tail.ts";

export function TranscriptView(): JSX.Element {
  const { entries } = useStore().view.value.transcript;
  const scroller = useRef<HTMLElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const expanded = useSignal<ReadonlySet<number>>(new Set());
  const tail = useTail(entries, list);
  const shift = useShift(entries);

  const toggle = (seq: number): void => {
    const next = new Set(expanded.value);
    if (!next.delete(seq)) next.add(seq);
    expanded.value = next;
  };
  return (
    <div class="transcript">
      <section ref={scroller} class="scroller" aria-label={t("transcript.title")} tabIndex={0}>
        <Virtualizer
          ref={list}
          as={List}
          item={Item}
          data={entries}
          shift={shift}
          onScroll={tail.onScroll}
          onResize={tail.onResize}
        >
          {(entry: Entry) => (
            <EntryRow
              key={entry.seq}
              entry={entry}
              expanded={expanded.value.has(entry.seq)}
              onToggle={toggle}
            />
          )}
        </Virtualizer>
        {!entries.some(isMessage) && <p class="empty muted">{t("transcript.empty")}</p>}
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

function isMessage({ kind }: Entry): boolean {
  return kind === "sent" || kind === "received";
}

/** Whether entries were taken from the front since the last drawing, and nothing else changed. */
function useShift(entries: readonly Entry[]): boolean {
  const firstSeq = useRef(0);
  const first = entries[0]?.seq ?? 0;
  const shifted = firstSeq.current !== 0 && first > firstSeq.current;
  firstSeq.current = first;
  return shifted;
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
  const { entries } = useStore().view.value.transcript;
  return (
    <li ref={ref ?? null} style={style} aria-setsize={entries.length} aria-posinset={index + 1}>
      {children}
    </li>
  );
}
