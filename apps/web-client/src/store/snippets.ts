import { signal, type ReadonlySignal } from "@preact/signals";
import type { Drawer } from "./browser-store.ts";
import type { Draft, DraftMode } from "./types.ts";

/** A message to send again. */
export interface Snippet extends Draft {
  readonly name: string;
  /** Empty for none. */
  readonly folder: string;
}

/** Snippets in the order that a person gave them, kept in this browser; bounded. */
export interface Snippets {
  readonly list: ReadonlySignal<readonly Snippet[]>;
  /** `false` where there is no room. A snippet of the same folder and name is replaced. */
  readonly save: (snippet: Snippet) => boolean;
  /** Moves one up (−1) or down (1) among those of its folder. */
  readonly move: (snippet: Snippet, by: -1 | 1) => void;
  /**
   * Puts one behind those of another folder.
   *
   * @returns it, as it is in the list now; `null` where that folder has one of its name
   */
  readonly file: (snippet: Snippet, folder: string) => Snippet | null;
  readonly remove: (snippet: Snippet) => void;
}

export const snippetRoom = { count: 200, length: 256 * 1024 } as const;

const modes: readonly DraftMode[] = ["text", "json", "hex", "base64"];

export function createSnippets(drawer: Drawer): Snippets {
  const list = signal<readonly Snippet[]>(readList(drawer.read()));
  const set = (next: readonly Snippet[]): boolean => {
    if (!fits(next) || !drawer.write(next)) return false;
    list.value = next;
    return true;
  };
  return {
    list,
    save: (snippet) => {
      const place = list.value.findIndex(
        ({ name, folder }) => name === snippet.name && folder === snippet.folder,
      );
      return set(place < 0 ? [...list.value, snippet] : list.value.with(place, snippet));
    },
    move: (snippet, by) => {
      const beside = list.value.filter(({ folder }) => folder === snippet.folder);
      const other = beside[beside.indexOf(snippet) + by];
      if (other === undefined) return;
      const [from, to] = [list.value.indexOf(snippet), list.value.indexOf(other)];
      set(list.value.with(to, snippet).with(from, other));
    },
    file: (snippet, folder) => {
      const isTaken = list.value.some(
        (other) => other.name === snippet.name && other.folder === folder,
      );
      const moved = { ...snippet, folder };
      const others = list.value.filter((other) => other !== snippet);
      return !isTaken && set([...others, moved]) ? moved : null;
    },
    remove: (snippet) => void set(list.value.filter((other) => other !== snippet)),
  };
}

function fits(list: readonly Snippet[]): boolean {
  const length = list.reduce(
    (sum, { name, folder, text }) => sum + name.length + folder.length + text.length,
    0,
  );
  return list.length <= snippetRoom.count && length <= snippetRoom.length;
}

function readList(kept: unknown): readonly Snippet[] {
  if (!Array.isArray(kept)) return [];
  const list = kept.flatMap((one: Partial<Snippet> | null) => {
    const { name, folder, text } = one ?? {};
    const mode = modes.find((known) => known === one?.mode);
    return typeof name === "string" &&
      typeof folder === "string" &&
      typeof text === "string" &&
      mode
      ? [{ name, folder, text, mode }]
      : [];
  });
  return fits(list) ? list : [];
}
