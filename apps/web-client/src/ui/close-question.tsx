import type { JSX } from "preact";
import { sessionName } from "../store/session-name.ts";
import type { Store } from "../store/types.ts";
import { formatCount } from "../text/format.ts";
import { t } from "../words/language.ts";
import { Dialog } from "./dialog.tsx";

const isOpen = ({ view }: Store): boolean => {
  const kind = view.value.status?.kind;
  return kind !== undefined && kind !== "stopped";
};

/** Whether closing it takes something away: a connection, or messages that are nowhere else. */
export function isWorthAsking(session: Store): boolean {
  const { entries } = session.view.value.transcript;
  return isOpen(session) || entries.some(({ kind }) => kind === "sent" || kind === "received");
}

interface CloseQuestionProps {
  readonly session: Store;
  readonly onAnswer: (yes: boolean) => void;
}

/** Asked before a session is closed: it cannot be taken back. */
export function CloseQuestion({ session, onAnswer }: CloseQuestionProps): JSX.Element {
  const { entries } = session.view.value.transcript;
  return (
    <Dialog
      title={t("tabs.close.title", { name: sessionName(session, t) })}
      dismiss={t("tabs.close.no")}
      onClose={() => onAnswer(false)}
    >
      {isOpen(session) && <p>{t("tabs.close.connected")}</p>}
      {entries.length > 0 && (
        <p>{t("tabs.close.transcript", { count: formatCount(entries.length) })}</p>
      )}
      <div class="actions">
        <button type="button" class="button primary" onClick={() => onAnswer(true)}>
          {t("tabs.close.yes")}
        </button>
      </div>
    </Dialog>
  );
}
