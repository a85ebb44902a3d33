import type { Interface, Key } from "node:readline";

/** What deleting keys took away, to be brought back by Ctrl-Y; Alt-Y then goes to what was before. */
export interface Kills {
  /** Whether the key was one of these. */
  type(characters: string | undefined, key: Key): boolean;
}

const maxKept = 20;

/** Readline's own keeps what Ctrl-U and Ctrl-K delete, but no words. */
export function createKills(line: Interface): Kills {
  /** The newest first. */
  const kept: string[] = [];
  let yanked: { readonly from: number; readonly at: number } | null = null;

  const insert = (at: number): void => {
    const text = kept[at];
    if (text === undefined) return;
    yanked = { from: line.cursor, at };
    line.write(text, {});
  };
  const kill = (characters: string | undefined, key: Key): void => {
    const before = line.line;
    line.write(characters ?? "", key);
    const length = before.length - line.line.length;
    if (length === 0) return;
    kept.unshift(before.slice(line.cursor, line.cursor + length));
    kept.splice(maxKept);
  };
  return {
    type: (characters, key) => {
      const before = yanked;
      yanked = null;
      const { name = "", ctrl = false, meta = false } = key;
      if (meta && !ctrl && name === "y") {
        if (before === null) return true;
        const text = line.line;
        Object.assign(line, {
          line: text.slice(0, before.from) + text.slice(line.cursor),
          cursor: before.from,
        });
        insert((before.at + 1) % kept.length);
      } else if (ctrl && !meta && name === "y") insert(0);
      else if (isKill(name, ctrl, meta)) kill(characters, key);
      else return false;
      return true;
    },
  };
}

function isKill(name: string, ctrl: boolean, meta: boolean): boolean {
  if (ctrl) return ["u", "k", "w", "backspace", "delete"].includes(name);
  return meta && ["d", "backspace", "delete"].includes(name);
}
