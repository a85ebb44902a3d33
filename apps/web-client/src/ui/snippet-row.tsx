import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Snippet } from "../store/snippets.ts";
import { dt } from "../words/dialogs.ts";

interface SnippetRowProps {
  readonly snippet: Snippet;
  /** All that there are; `""` for none. */
  readonly folders: readonly string[];
  /** It has just come from another folder. */
  readonly focused: boolean;
  readonly onUse: () => void;
  readonly onMove: (by: -1 | 1) => void;
  readonly onFile: (folder: string) => void;
  readonly onRemove: () => void;
}

const arrows = { ArrowUp: -1, ArrowDown: 1 } as const;

/** A snippet, and what can be done with it; Alt with an arrow moves it, too. */
export function SnippetRow(props: SnippetRowProps): JSX.Element {
  const { snippet, folders, focused, onUse, onMove, onFile, onRemove } = props;
  const { name, folder, text } = snippet;
  const select = useRef<HTMLSelectElement>(null);
  /** Moving a row in the document takes the keyboard from what is in it. */
  const held = useRef<HTMLElement | null>(null);
  const move = (by: -1 | 1): void => {
    held.current = document.activeElement as HTMLElement | null;
    onMove(by);
  };
  useLayoutEffect(() => {
    if (focused) select.current?.focus();
  }, [focused]);
  useLayoutEffect(() => {
    held.current?.focus();
    held.current = null;
  });
  return (
    <li
      onKeyDown={(event) => {
        const by = event.altKey ? arrows[event.key as keyof typeof arrows] : undefined;
        if (by === undefined) return;
        event.preventDefault();
        move(by);
      }}
    >
      <span class="snippet-name">
        {name} <span class="mono muted">{text.slice(0, 60)}</span>
      </span>
      <button
        type="button"
        class="button small"
        aria-label={dt("snippets.use.label", { name })}
        aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
        onClick={onUse}
      >
        {dt("snippets.use")}
      </button>
      <button
        type="button"
        class="button small"
        aria-label={dt("snippets.up", { name })}
        title="Alt+↑"
        onClick={() => move(-1)}
      >
        ↑
      </button>
      <button
        type="button"
        class="button small"
        aria-label={dt("snippets.down", { name })}
        title="Alt+↓"
        onClick={() => move(1)}
      >
        ↓
      </button>
      {folders.length > 1 && (
        <select
          ref={select}
          class="button small"
          aria-label={dt("snippets.file", { name })}
          value={folder}
          onChange={({ currentTarget }) => {
            onFile(currentTarget.value);
            // Where it could not be moved, it says so.
            currentTarget.value = folder;
          }}
        >
          {folders.map((other) => (
            <option key={other} value={other}>
              {other === "" ? dt("snippets.noFolder") : other}
            </option>
          ))}
        </select>
      )}
      <button
        type="button"
        class="button small"
        aria-label={dt("snippets.remove.label", { name })}
        onClick={onRemove}
      >
        {dt("snippets.remove")}
      </button>
    </li>
  );
}
