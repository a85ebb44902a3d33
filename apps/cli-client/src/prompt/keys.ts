import type { Key } from "node:readline";
import type { ReadStream } from "node:tty";
import { isPrintable } from "./secret.ts";

export interface Keystroke {
  readonly characters: string | undefined;
  readonly key: Key;
  /** All of a bracketed paste, line ends included. */
  readonly pasted?: true;
}

/** More keys typed ahead than this are dropped: nobody types so many, a stuck key does. A paste is one. */
const maxHeld = 100_000;

export interface Keyboard {
  /** The next keys that belong together: one key, or a run of plain characters. */
  next(): Keystroke | undefined;
  /** Gives the terminal back its own line editing. Returns what was typed and never taken. */
  close(): string;
  /** Raw again, after the program was stopped. */
  raw(on: boolean): void;
}

export interface KeyboardOptions {
  readonly input: ReadStream;
  /** Keys are waiting in {@link Keyboard.next}. */
  readonly onKeys: () => void;
  /** Keys that act at once, whatever waits before them; says whether it took the key. */
  readonly onUrgent: (key: Key) => boolean;
  /** The terminal went away. */
  readonly onEnd: () => void;
}

/**
 * Reads a terminal key by key, so that a pasted text can be shared out: the first line to one
 * question, the second to the next. Keys that nobody wants yet are kept.
 */
export function openKeyboard({ input, onKeys, onUrgent, onEnd }: KeyboardOptions): Keyboard {
  let held: Keystroke[] = [];
  let taken = 0;
  let announced = false;
  let returnedAt = -Infinity;
  let paste: string | null = null;

  const onKeypress = (characters: string | undefined, key: Key): void => {
    if (onUrgent(key)) return;
    if (key.name === "paste-start") {
      paste = "";
      return;
    }
    if (paste !== null && key.name !== "paste-end") {
      paste += key.sequence ?? "";
      return;
    }
    if (paste !== null) {
      hold({ characters: paste, key: {}, pasted: true });
      paste = null;
      return;
    }
    // A pasted CR LF is one line end.
    const now = performance.now();
    if (key.name === "enter" && now - returnedAt < 50) return;
    returnedAt = key.name === "return" ? now : -Infinity;
    hold({ characters, key });
  };
  const hold = (stroke: Keystroke): void => {
    if (held.length - taken < maxHeld) held.push(stroke);
    if (announced) return;
    announced = true;
    // The rest of the same chunk arrives first, so that a paste is inserted in one piece.
    queueMicrotask(() => {
      announced = false;
      onKeys();
    });
  };

  process.getBuiltinModule("node:readline").emitKeypressEvents(input);
  input.on("keypress", onKeypress);
  input.on("end", onEnd);
  input.setRawMode(true);
  input.resume();

  return {
    next: () => {
      let end = taken;
      while (end < held.length && isPlain(held[end])) end += 1;
      const run = held.slice(taken, Math.max(end, taken + 1));
      taken += run.length;
      if (taken === held.length) {
        held = [];
        taken = 0;
      }
      const [only] = run;
      if (run.length < 2) return only;
      return { characters: run.map(({ characters }) => characters).join(""), key: {} };
    },
    close: () => {
      input.off("keypress", onKeypress);
      input.off("end", onEnd);
      // Not paused: Node's stdin does not always start again, and whoever reads next wants it to.
      input.setRawMode(false);
      const rest = held
        .slice(taken)
        .map(({ key, characters, pasted }) => (pasted === true ? characters : key.sequence) ?? "");
      held = [];
      taken = 0;
      // Enter is a carriage return only as long as the terminal is raw.
      return rest.join("").replaceAll("\r", "\n");
    },
    raw: (on) => void input.setRawMode(on),
  };
}

/** A character that only inserts itself. */
function isPlain(stroke: Keystroke | undefined): boolean {
  if (stroke === undefined) return false;
  const { characters, key } = stroke;
  return (
    characters !== undefined &&
    characters === key.sequence &&
    key.ctrl !== true &&
    key.meta !== true &&
    isPrintable(characters)
  );
}
