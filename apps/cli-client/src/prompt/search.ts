import type { Interface, Key } from "node:readline";
import { isPrintable } from "./secret.ts";

/** Ctrl-R: looks through what was typed before while the words to look for are typed. */
export interface Search {
  /** Whether the key was part of a search. One that ends it, such as Enter, goes on to the line. */
  type(characters: string | undefined, key: Key): boolean;
  /** What was found becomes the draft. */
  accept(): void;
  /** The draft is again what it was before. @returns whether there was a search */
  cancel(): boolean;
}

interface State {
  readonly query: string;
  /** Of the entry that is shown; -1 before the first. */
  readonly at: number;
  readonly failed: boolean;
  /** What stood there when the search began. */
  readonly draft: string;
  readonly cursor: number;
}

/**
 * The nearest entry after `from` that holds `query`, in whatever case, and is not `shown` already.
 *
 * @param entries the newest first
 * @param step 1 towards older entries, -1 towards newer ones
 * @returns its index; -1 where there is none
 */
export function findEntry(
  entries: readonly string[],
  query: string,
  { from, step, shown }: { readonly from: number; readonly step: 1 | -1; readonly shown: string },
): number {
  const wanted = query.toLowerCase();
  for (let at = from; at >= 0 && at < entries.length; at += step) {
    const entry = entries[at] ?? "";
    if (entry !== shown && entry.toLowerCase().includes(wanted)) return at;
  }
  return -1;
}

/**
 * @param line readline's; the draft and the prompt are its own during a search too, so it draws them
 * @param history the newest first
 */
export function createSearch(
  line: Interface,
  prompt: string,
  history: () => readonly string[],
): Search {
  let state: State | null = null;
  let last = "";

  // Node documents that both may be set, together (readline's `rl.line`).
  const put = (text: string, cursor: number): void => {
    Object.assign(line, { line: text, cursor });
  };
  const show = (next: State): void => {
    state = next;
    const text = history()[next.at] ?? next.draft;
    const found = text.toLowerCase().indexOf(next.query.toLowerCase());
    put(text, next.at < 0 ? next.cursor : Math.max(found, 0));
    line.setPrompt(`(${next.failed ? "not found" : "search"}: ${next.query}) `);
    line.prompt(true);
  };
  const look = (from: State, query: string, step: 1 | -1, again: boolean): void => {
    const start = again ? from.at + step : Math.max(from.at, 0);
    const shown = again ? line.line : "";
    const at = query === "" ? from.at : findEntry(history(), query, { from: start, step, shown });
    show({ ...from, query, at: at < 0 ? from.at : at, failed: query !== "" && at < 0 });
  };
  const stop = (text: string, cursor: number): void => {
    if (state !== null && state.query !== "") last = state.query;
    state = null;
    put(text, cursor);
    line.setPrompt(prompt);
    line.prompt(true);
  };
  const accept = (): void => {
    if (state !== null) stop(line.line, line.cursor);
  };

  const cancel = (): boolean => {
    if (state === null) return false;
    stop(state.draft, state.cursor);
    return true;
  };

  return {
    accept,
    cancel,
    type: (characters, key) => {
      const { name, ctrl = false, meta = false } = key;
      if (state === null) {
        if (!ctrl || meta || name !== "r") return false;
        show({ query: "", at: -1, failed: false, draft: line.line, cursor: line.cursor });
        return true;
      }
      if (ctrl && (name === "r" || name === "s"))
        look(state, state.query === "" ? last : state.query, name === "r" ? 1 : -1, true);
      else if (name === "escape" || (ctrl && name === "g")) cancel();
      else if (name === "backspace" || (ctrl && name === "h")) {
        const query = Array.from(state.query).slice(0, -1).join("");
        look({ ...state, at: -1 }, query, 1, false);
      } else if (!ctrl && !meta && characters !== undefined && isPrintable(characters))
        look(state, state.query + characters, 1, false);
      else {
        accept();
        return false;
      }
      return true;
    },
  };
}
