import type { JSX } from "preact";
import type { Entry, ReceivedEntry, SentEntry } from "../session/transcript.ts";
import { closeKey } from "../session/close-key.ts";
import { formatCount } from "../text/format.ts";
import { harmless } from "../text/harmless.ts";
import { closeLine } from "../session/stop-words.ts";
import { t } from "../words/language.ts";
import { Icon, type IconName } from "./icons.tsx";
import { PinnedMark } from "./pinned-mark.tsx";
import { Time } from "./time.tsx";

export type Note = Exclude<Entry, SentEntry | ReceivedEntry>;

interface Parts {
  readonly icon: IconName;
  readonly title: string;
  readonly detail: string;
}

interface NoteRowProps {
  readonly entry: Note;
  /** What was done to it, as far as nothing else shows it. */
  readonly said: string;
}

/** Something that happened to the session, between its messages. */
export function NoteRow({ entry, said }: NoteRowProps): JSX.Element {
  const { icon, title, detail } = partsOf(entry);
  return (
    <div class={`note ${entry.kind}`} data-kind={entry.kind}>
      <p class="note-line">
        <Icon name={icon} />
        <strong>{title}</strong>
        {detail !== "" && <span>{detail}</span>}
        <Time at={entry.at} />
        <PinnedMark seq={entry.seq} />
        {said !== "" && <span>{said}</span>}
      </p>
      {entry.kind === "closed" && (
        <p class="muted">{t(`close.${closeKey(entry.code, entry.reason)}.meaning`)}</p>
      )}
    </div>
  );
}

function partsOf(entry: Note): Parts {
  switch (entry.kind) {
    case "loggedIn": {
      const { user } = entry;
      const title = user === null ? t("entry.loggedIn") : t("entry.loggedInAs", { user });
      return { icon: "person", title, detail: "" };
    }
    case "opened": {
      const detail =
        entry.protocol === "" ? "" : t("entry.opened.protocol", { name: entry.protocol });
      return { icon: "plug", title: t("entry.opened"), detail };
    }
    case "imported": {
      const { count, name } = entry;
      const detail = t("entry.imported.detail", { count: formatCount(count), name });
      return { icon: "down", title: t("entry.imported"), detail };
    }
    case "closed": {
      const title = `${t("entry.closed")} ${t(`entry.closedBy.${entry.by}`)}`;
      return { icon: "plug", title, detail: closeLine(entry, t) };
    }
    case "serverError": {
      const title = t("entry.serverError", { code: String(entry.code) });
      return { icon: "warning", title, detail: harmless(entry.message) };
    }
    case "problem":
      return { icon: "warning", title: t("entry.problem"), detail: harmless(entry.detail) };
  }
}
