import type { ComponentChildren, CSSProperties, JSX, Ref } from "preact";
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Virtualizer } from "virtua";
import type { Entry } from "../session/transcript.ts";
import { formatCount } from "../text/format.ts";
import { t } from "../words/language.ts";
import { useStore } from "./context.ts";
import { EntryRow } from "./entry-row.tsx";
import { Icon } from "./icons.tsx";
import { useDrawn } from "./use-drawn.ts";
import { useTail } from "./use-tail.ts";

export function TranscriptView(): JSX.Element {
  const { entries, shift } = useDrawn(useStore().view.value.transcript.entries);
  const scroller = useRef<HTMLElement>(null);
  const expanded = useSignal<ReadonlySet<number>>(new Set());
  // Who sends a message wants to see it.
  const wanted = ({ kind }: Entry): boolean => kind === "sent";
  const tail = useTail(entries, scroller, { follow: true, wanted });

  const toggle = (seq: number): void => {
    const next = new Set(expanded.value);
    if (!next.delete(seq)) next.add(seq);
    expanded.value = next;
  };
  return (
    <div class="transcript">
      <section ref={scroller} class="scroller" aria-label={t("transcript.title")} tabIndex={0}>
        <Virtualizer as={List} item={Item} data={entries} shift={shift} onScroll={tail.onScroll}>
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
