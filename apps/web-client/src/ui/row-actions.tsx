import type { JSX } from "preact";
import { sendCommand } from "../session/send-command.ts";
import { plainTextOf } from "../session/plain-text.ts";
import type { ReceivedEntry, SentEntry } from "../session/transcript.ts";
import { t } from "../words/language.ts";
import { useStore } from "./context.ts";
import { CopyButton } from "./copy-button.tsx";
import { Choice } from "./filter-bar.tsx";
import { WireFacts } from "./wire-facts.tsx";
import { useRowDeeds } from "./use-row-deeds.ts";
import { showings, type RowState, type ShowAs } from "./row-state.ts";

interface RowActionsProps {
  readonly entry: SentEntry | ReceivedEntry;
  readonly state: RowState;
  readonly showAs: ShowAs;
}

/** What can be done with the chosen message. */
export function RowActions({ entry, state, showAs }: RowActionsProps): JSX.Element {
  const { finder, send, target, view } = useStore();
  const { pin } = useRowDeeds(state);
  const pinned = finder.pins.value.has(entry.seq);
  const to = target.value;
  const ready = view.value.status?.kind === "ready";
  return (
    <div class="row-actions" role="group" aria-label={t("entry.actions")}>
      <button type="button" class="button small" onClick={() => pin(entry)}>
        {t(pinned ? "entry.unpin" : "entry.pin")}
      </button>
      <CopyButton text={() => plainTextOf(entry)} />
      {to !== null && (
        <CopyButton text={() => sendCommand(to, entry.payload)} label={t("entry.copyCommand")} />
      )}
      {ready && (
        <button type="button" class="button small" onClick={() => send(entry.payload)}>
          {t("entry.sendAgain")}
        </button>
      )}
      <Choice
        label={t("entry.showAs")}
        options={showings[entry.payload.kind].map((value) => [value, t(`entry.showAs.${value}`)])}
        value={showAs}
        onChange={(next) => {
          state.showAs.value = new Map(state.showAs.value).set(entry.seq, next);
        }}
      />
      <span>{state.said.value}</span>
      <WireFacts entry={entry} />
    </div>
  );
}
