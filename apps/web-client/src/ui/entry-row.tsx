import type { JSX } from "preact";
import type { Entry } from "../session/transcript.ts";
import { MessageRow } from "./message-row.tsx";
import { NoteRow } from "./note-row.tsx";

interface EntryRowProps {
  readonly entry: Entry;
  readonly expanded: boolean;
  readonly onToggle: (seq: number) => void;
}

export function EntryRow({ entry, expanded, onToggle }: EntryRowProps): JSX.Element {
  return entry.kind === "sent" || entry.kind === "received" ? (
    <MessageRow entry={entry} expanded={expanded} onToggle={() => onToggle(entry.seq)} />
  ) : (
    <NoteRow entry={entry} />
  );
}
