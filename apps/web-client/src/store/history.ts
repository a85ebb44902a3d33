import type { Draft } from "./types.ts";

/** What was sent before, to be called back; in memory only. */
export interface History {
  readonly add: (draft: Draft) => void;
  /** One further back than what is shown; `null` at the beginning. `present` waits at the end. */
  readonly back: (present: Draft) => Draft | null;
  /** One further on; `null` where nothing was called back. */
  readonly forward: () => Draft | null;
  /** Whether something called back is shown. */
  readonly browsing: () => boolean;
  /** The person edits: what is shown is the present now. */
  readonly settle: () => void;
}

const room = 200;

export function createHistory(): History {
  let kept: Draft[] = [];
  let place: number | null = null;
  let waiting: Draft | null = null;
  return {
    add: (draft) => {
      place = null;
      const last = kept.at(-1);
      if (draft.text === "" || (last?.text === draft.text && last.mode === draft.mode)) return;
      kept = [...kept, draft].slice(-room);
    },
    back: (present) => {
      if (place === null) waiting = present;
      const next = (place ?? kept.length) - 1;
      const draft = kept[next];
      if (draft === undefined) return null;
      place = next;
      return draft;
    },
    forward: () => {
      if (place === null) return null;
      place += 1;
      const draft = kept[place];
      if (draft !== undefined) return draft;
      place = null;
      return waiting;
    },
    browsing: () => place !== null,
    settle: () => {
      place = null;
    },
  };
}
