import type { JSX } from "preact";
import { formatCount, formatSpan } from "../text/format.ts";
import { shortAddress } from "../session/endpoint.ts";
import { t } from "../words/language.ts";
import { Composer } from "./composer.tsx";
import { useStore } from "./context.ts";
import { SessionPanel } from "./session-panel.tsx";
import { TranscriptView } from "./transcript-view.tsx";

export function SessionView(): JSX.Element {
  return (
    <div class="session">
      <Facts />
      <TranscriptView />
      <SessionPanel />
      <Composer />
    </div>
  );
}

/** Where we are, as whom, and how fast it answers. */
function Facts(): JSX.Element {
  const { target, view, clearTranscript } = useStore();
  const { status, lastRttMs, transcript } = view.value;
  const count = transcript.entries.length;
  const user = status?.user ?? target.value?.username ?? "";
  return (
    <section class="facts" aria-label={t("session.facts")}>
      <span class="fact address" title={target.value?.url ?? ""}>
        {shortAddress(target.value?.url ?? "")}
      </span>
      <span class="fact">{t("session.user", { user })}</span>
      <span class="fact tag">{status?.dialect ?? target.value?.dialect}</span>
      {lastRttMs !== null && (
        <span class="fact number" title={t("session.rtt")}>
          <span class="visually-hidden">{t("session.rtt")} </span>
          {formatSpan(lastRttMs)}
        </span>
      )}
      <span class="spacer" />
      <span class="fact number">
        {count === 1
          ? t("transcript.count.one")
          : t("transcript.count.other", { count: formatCount(count) })}
      </span>
      {transcript.dropped > 0 && (
        <span class="fact number dropped" title={t("transcript.dropped.hint")}>
          {t("transcript.dropped", { count: formatCount(transcript.dropped) })}
        </span>
      )}
      <button
        type="button"
        class="button small"
        aria-label={t("transcript.clear.label")}
        aria-disabled={count === 0}
        onClick={clearTranscript}
      >
        {t("transcript.clear")}
      </button>
    </section>
  );
}
