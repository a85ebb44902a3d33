import type { JSX } from "preact";
import type { Entry } from "../session/transcript.ts";
import { MessageRow } from "./message-row.tsx";
import { NoteRow } from "./note-row.tsx";
import type { RowState } from "./row-state.ts";

interface EntryRowProps {
  readonly entry: Entry;
  readonly state: RowState;
}

export function EntryRow({ entry, state }: EntryRowProps): JSX.Element {
  const { seq } = entry;
  const selected = state.selected.value === seq;
  return (
    <div
      class={selected ? "row selected" : "row"}
      data-seq={seq}
      tabIndex={selected ? 0 : -1}
      onClick={() => {
        // Who marks text to copy it does not mean the row.
        if (getSelection()?.isCollapsed !== false) state.selected.value = seq;
      }}
    >
      {entry.kind === "sent" || entry.kind === "received" ? (
        <MessageRow entry={entry} state={state} selected={selected} />
      ) : (
        <NoteRow entry={entry} said={selected ? state.said.value : ""} />
      )}
    </div>
  );
}
