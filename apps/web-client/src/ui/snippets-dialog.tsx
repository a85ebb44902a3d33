import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { signal, useSignal } from "@preact/signals";
import { openDrawer } from "../store/browser-store.ts";
import { createSnippets, snippetRoom, type Snippet } from "../store/snippets.ts";
import { formatBytes } from "../text/format.ts";
import { t } from "../words/language.ts";
import { useStore } from "./context.ts";
import { Dialog } from "./dialog.tsx";
import { TextField } from "./fields.tsx";

/** Messages to send again, in folders, in an order of one's own. */
export function SnippetsDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const { draft } = useStore();
  const snippets = useMemo(
    () => createSnippets(openDrawer(() => localStorage, "wsecho.snippets")),
    [],
  );
  const [name, folder] = useMemo(() => [signal(""), signal("")] as const, []);
  const full = useSignal(false);
  const list = snippets.list.value;
  const folders = [...new Set(list.map((snippet) => snippet.folder))];
  const { mode, text } = draft.value;
  const keeps = text !== "" && mode !== "file";
  return (
    <Dialog title={t("snippets.title")} onClose={onClose}>
      <p class="hint">{t("snippets.hint")}</p>
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
          <TextField label={t("snippets.name")} value={name} autocomplete="off" />
          <TextField
            label={t("snippets.folder")}
            value={folder}
            autocomplete="off"
            required={false}
          />
          <button type="submit" class="button">
            {t("snippets.save")}
          </button>
        </form>
      ) : (
        <p class="muted">{t("snippets.empty")}</p>
      )}
      {full.value && (
        <p class="field-problem" role="alert">
          {t("snippets.full", {
            count: snippetRoom.count,
            size: formatBytes(snippetRoom.length),
          })}
        </p>
      )}
      {folders.map((title) => (
        <section key={title}>
          <h3>{title === "" ? t("snippets.noFolder") : title}</h3>
          <ul class="snippets" role="list">
            {list
              .filter((snippet) => snippet.folder === title)
              .map((snippet) => (
                <Row
                  key={snippet.name}
                  snippet={snippet}
                  onUse={() => {
                    draft.value = { mode: snippet.mode, text: snippet.text };
                    onClose();
                  }}
                  onUp={() => snippets.moveUp(snippet)}
                  onRemove={() => snippets.remove(snippet)}
                />
              ))}
          </ul>
        </section>
      ))}
    </Dialog>
  );
}

interface RowProps {
  readonly snippet: Snippet;
  readonly onUse: () => void;
  readonly onUp: () => void;
  readonly onRemove: () => void;
}

function Row({ snippet: { name, text }, onUse, onUp, onRemove }: RowProps): JSX.Element {
  return (
    <li>
      <span class="snippet-name">
        {name} <span class="mono muted">{text.slice(0, 60)}</span>
      </span>
      <button
        type="button"
        class="button small"
        aria-label={t("snippets.use.label", { name })}
        onClick={onUse}
      >
        {t("snippets.use")}
      </button>
      <button
        type="button"
        class="button small"
        aria-label={t("snippets.up", { name })}
        onClick={onUp}
      >
        ↑
      </button>
      <button
        type="button"
        class="button small"
        aria-label={t("snippets.remove.label", { name })}
        onClick={onRemove}
      >
        {t("snippets.remove")}
      </button>
    </li>
  );
}
