import { isatty } from "node:tty";
import { createTerminal, type Question, type Terminal } from "./terminal.ts";

/** The terminal that belongs to this process, where there is one, taken only while it is needed. */
export interface ProcessConsole {
  /** A person types messages and reads the replies. */
  readonly interactive: boolean;
  /** Whether there is a person to answer questions, now. */
  readonly present: () => boolean;
  readonly current: () => Terminal | null;
  readonly open: () => Terminal;
  readonly ask: (
    questions: readonly Question[],
    signal: AbortSignal,
  ) => Promise<readonly string[] | null>;
  /** Gives the terminal back; what is typed next goes to the input as it is. */
  readonly release: () => void;
  /** The input as a stream, for when the terminal is released: first what was typed ahead. */
  readonly input: () => AsyncIterable<Uint8Array>;
}

/** Asks for a secret, of which nothing shows; `null` where nobody is there, or the person gave up. */
export type Ask = (prompt: string) => Promise<string | null>;

export function asking(terminal: ProcessConsole, signal: AbortSignal): Ask {
  return async (prompt) => {
    if (!terminal.present()) return null;
    const answers = await terminal.ask([{ prompt, hidden: true }], signal);
    return answers?.[0] ?? null;
  };
}

export function findConsole(onInterrupt: () => void): ProcessConsole {
  // To make a stream of an input that nobody reads takes its time.
  const { stdout } = process;
  const isTyped = isatty(0);
  // A dumb terminal cannot move its cursor, so it gets lines like a pipe.
  const interactive = isTyped && stdout.isTTY && process.env["TERM"] !== "dumb";
  let terminal: Terminal | null = null;
  // Input that is a stream of messages can be asked for a login only before the first of them.
  let streaming = false;
  let ahead = "";
  const open = (): Terminal => {
    const output = stdout.isTTY ? stdout : process.stderr;
    terminal ??= createTerminal({ input: process.stdin, output, onInterrupt });
    return terminal;
  };
  return {
    interactive,
    present: () => isTyped && (stdout.isTTY || process.stderr.isTTY) && !streaming,
    current: () => terminal,
    open,
    ask: (questions, signal) => open().ask(questions, signal),
    release: () => {
      streaming = true;
      ahead += terminal?.close() ?? "";
      terminal = null;
    },
    input: async function* () {
      if (ahead !== "") yield Buffer.from(ahead);
      yield* process.stdin as AsyncIterable<Uint8Array>;
    },
  };
}
