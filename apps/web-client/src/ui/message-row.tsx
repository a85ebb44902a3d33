import type { JSX } from "preact";
import type { EchoOf, Fate, ReceivedEntry, SentEntry } from "../session/transcript.ts";
import { formatBytes, formatCount, formatSpan } from "../text/format.ts";
import { harmless } from "../text/harmless.ts";
import { t } from "../words/language.ts";
import { useStore } from "./context.ts";
import { Icon } from "./icons.tsx";
import { parts } from "./parts.ts";
import { PayloadView } from "./payload-view.tsx";
import { PinnedMark } from "./pinned-mark.tsx";
import { RowActions } from "./row-actions.tsx";
import type { RowState } from "./row-state.ts";
import { Time } from "./time.tsx";

interface MessageRowProps {
  readonly entry: SentEntry | ReceivedEntry;
  readonly state: RowState;
  readonly selected: boolean;
}

export function MessageRow({ entry, state, selected }: MessageRowProps): JSX.Element {
  const { seq, payload, bytes } = entry;
  const id = entry.kind === "sent" ? entry.id : (entry.echo?.id ?? null);
  const showAs = state.showAs.value.get(seq) ?? "asIs";
  return (
    <article class={`message ${entry.kind}`} data-kind={entry.kind}>
      <p class="meta">
        <span class="direction">
          <Icon name={entry.kind === "sent" ? "up" : "down"} />
          {t(`entry.${entry.kind}`)}
          {id !== null && ` #${id}`}
        </span>
        <Time at={entry.at} />
        <span class="number">{formatBytes(bytes)}</span>
        {payload.kind === "binary" && <span>{t("entry.binary")}</span>}
        <PinnedMark seq={seq} />
        {entry.kind === "received" && (entry.echo !== null || entry.foreign !== true) && (
          <EchoFacts echo={entry.echo} />
        )}
        {entry.kind === "sent" && <FateMark fate={entry.fate} />}
      </p>
      {showAs === "asIs" ? (
        <PayloadView
          payload={payload}
          bytes={bytes}
          expanded={state.expanded.value.has(seq)}
          onToggle={() => state.toggle(seq)}
        />
      ) : (
        <parts.shown.View payload={payload} showAs={showAs} />
      )}
      {entry.kind === "sent" && <FateNote entry={entry} fate={entry.fate} />}
      {selected && <RowActions entry={entry} state={state} showAs={showAs} />}
    </article>
  );
}

/** How long it took, and whether it is what was sent. */
function EchoFacts({ echo }: { readonly echo: EchoOf | null }): JSX.Element {
  if (echo === null) return <span class="mark calm">{t("entry.unprompted")}</span>;
  const { rttMs, check } = echo;
  return (
    <>
      {rttMs !== null && (
        <span class="number rtt" title={t("entry.rtt")}>
          <span class="visually-hidden">{t("entry.rtt")} </span>
          {formatSpan(rttMs)}
        </span>
      )}
      {check === null && (
        <span class="mark calm" title={t("entry.unchecked.hint")}>
          <Icon name="question" />
          {t("entry.unchecked")}
        </span>
      )}
      {check?.kind === "identical" && (
        <span class="mark good" title={t("entry.identical.hint")}>
          <Icon name="check" />
          {t("entry.identical")}
        </span>
      )}
      {check?.kind === "differs" && (
        <span class="mark bad">
          <Icon name="cross" />
          {t("entry.differs", { at: formatCount(check.atByte) })}
        </span>
      )}
    </>
  );
}

function FateMark({ fate }: { readonly fate: Fate }): JSX.Element | null {
  switch (fate.kind) {
    case "echoed":
    case "sent":
      return null;
    case "waiting":
      return (
        <span class="mark calm">
          <Icon name="clock" />
          {t("entry.waiting")}
        </span>
      );
    case "lost":
    case "unsent":
      return (
        <span class="mark bad">
          <Icon name="cross" />
          {t(`entry.${fate.kind}`)}
        </span>
      );
    case "refused":
      return (
        <span class="mark bad">
          <Icon name="cross" />
          {t("entry.refused", { code: String(fate.code) })}
        </span>
      );
  }
}

/** What a missing reply means, and the way to try again. */
function FateNote({
  entry,
  fate,
}: {
  readonly entry: SentEntry;
  readonly fate: Fate;
}): JSX.Element | null {
  const { view, send } = useStore();
  if (fate.kind === "echoed" || fate.kind === "waiting" || fate.kind === "sent") return null;
  return (
    <p class="fate-note">
      <span>{fate.kind === "refused" ? harmless(fate.message) : t(`entry.${fate.kind}.hint`)}</span>
      {view.value.status?.kind === "ready" && (
        <button type="button" class="button small" onClick={() => send(entry.payload)}>
          {t("entry.sendAgain")}
        </button>
      )}
    </p>
  );
}
