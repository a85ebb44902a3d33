import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { signal, useSignal } from "@preact/signals";
import { openDrawer } from "../store/browser-store.ts";
import { createSnippets, snippetRoom, type Snippet } from "../store/snippets.ts";
import { formatBytes, formatCount } from "../text/format.ts";
import { dt } from "../words/dialogs.ts";
import { useStore } from "./context.ts";
import { Dialog } from "./dialog.tsx";
import { TextField } from "./fields.tsx";
import { SnippetRow } from "./snippet-row.tsx";

/** Messages to send again, in folders, in an order of one's own. */
export function SnippetsDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const { draft } = useStore();
  const snippets = useMemo(
    () => createSnippets(openDrawer(() => localStorage, "wsecho.snippets")),
    [],
  );
  const [name, folder] = useMemo(() => [signal(""), signal("")] as const, []);
  const full = useSignal(false);
  const taken = useSignal(false);
  /** Its control has the keyboard, wherever it was put. */
  const filed = useSignal<Snippet | null>(null);
  const list = snippets.list.value;
  const folders = [...new Set(list.map((snippet) => snippet.folder))];
  const { mode, text } = draft.value;
  const keeps = text !== "" && mode !== "file";
  return (
    <Dialog title={dt("snippets.title")} onClose={onClose}>
      <p class="hint">{dt("snippets.hint")}</p>
      {keeps ? (
        <form
          class="snippet-form"
          onSubmit={(event) => {
            event.preventDefault();
            full.value = !snippets.save({
              ...{ name: name.value.trim(), folder: folder.value.trim() },
              ...{ mode, text },
            });
            if (!full.value) name.value = "";
          }}
        >
          <TextField label={dt("snippets.name")} value={name} autocomplete="off" />
          <TextField
            label={dt("snippets.folder")}
            value={folder}
            autocomplete="off"
            required={false}
          />
          <button type="submit" class="button">
            {dt("snippets.save")}
          </button>
        </form>
      ) : (
        <p class="muted">{dt("snippets.empty")}</p>
      )}
      {full.value && (
        <p class="field-problem" role="alert">
          {dt("snippets.full", {
            count: formatCount(snippetRoom.count),
            size: formatBytes(snippetRoom.length),
          })}
        </p>
      )}
      {taken.value && (
        <p class="field-problem" role="alert">
          {dt("snippets.taken")}
        </p>
      )}
      {folders.map((title) => (
        <section key={title}>
          <h3>{title === "" ? dt("snippets.noFolder") : title}</h3>
          <ul class="snippets" role="list">
            {list
              .filter((snippet) => snippet.folder === title)
              .map((snippet) => (
                <SnippetRow
                  key={snippet.name}
                  snippet={snippet}
                  folders={folders}
                  focused={filed.value === snippet}
                  onUse={() => {
                    draft.value = { mode: snippet.mode, text: snippet.text };
                    onClose();
                  }}
                  onMove={(by) => snippets.move(snippet, by)}
                  onFile={(into) => {
                    filed.value = snippets.file(snippet, into);
                    taken.value = filed.value === null;
                  }}
                  onRemove={() => snippets.remove(snippet)}
                />
              ))}
          </ul>
        </section>
      ))}
    </Dialog>
  );
}
