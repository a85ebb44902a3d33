import { styleText } from "node:util";
import type { Message } from "@wsecho/client";
import { createDisplay, type Display } from "./display.ts";
import { sanitizeLine } from "./terminal/sanitize.ts";
import { talkLines } from "./terminal/talk.ts";

/**
 * The two voices of the program: payload on stdout, talk on stderr. Both keep a peer's control
 * characters away from a terminal; a pipe gets payload byte for byte.
 */
export interface Output {
  /**
   * A message from the peer, which a person sees behind `mark` (“<”). Resolves when there is room for
   * more, with whether it was shown.
   */
  readonly message: (message: Message, mark?: string) => Promise<boolean>;
  /**
   * A line of our own making for stdout; a terminal gets `text` harmless, and `mark` as it is before
   * it. Resolves when there is room for more.
   */
  readonly line: (text: string, mark?: string) => Promise<void>;
  /** Whether whoever reads our stdout has more than enough to do. */
  readonly blocked: () => boolean;
  /** Nobody reads stdout any more, as after `| head -1`. */
  readonly gone: () => boolean;
  /** Talk that `--quiet` silences. May quote a peer: it is made harmless here. */
  readonly info: (text: string) => void;
  /** What a person must know: a problem, and what to do. May quote a peer. */
  readonly problem: (text: string) => void;
  /** Wait for no reader any more: the program was told to end. */
  readonly hurry: () => void;
  /** Waits until everything has left the process, or nobody reads any more. */
  readonly flush: () => Promise<void>;
}

export interface Screen {
  readonly print: (text: string) => void;
}

export interface OutputOptions {
  readonly quiet: boolean;
  /** What owns the terminal at the moment, if anything does. */
  readonly screen: () => Screen | null;
  /** Whether messages go to the screen, too: a person is talking. */
  readonly interactive: boolean;
  readonly onGone: () => void;
  readonly display?: Display;
  /** Each message takes the place of the one before, where stdout is a terminal. */
  readonly watch?: boolean;
}

export function createOutput(options: OutputOptions): Output {
  const { quiet, screen, interactive, onGone, watch = false } = options;
  const display = options.display ?? createDisplay({}, Date.now);
  const { stdout } = process;
  let stderr: NodeJS.WriteStream | null = null;
  let gone = false;
  let patient = true;
  let room: PromiseWithResolvers<undefined> | null = null;
  const unblock = (): void => {
    room?.resolve(undefined);
    room = null;
  };
  stdout.on("drain", unblock);
  stdout.on("error", () => {
    if (gone) return;
    gone = true;
    unblock();
    onGone();
  });
  // Without a place for talk there is still a status.
  const voice = (): NodeJS.WriteStream => (stderr ??= process.stderr.on("error", () => undefined));

  const say = (text: string, style: "dim" | "yellow"): void => {
    const line = styleText(style, talkLines(text, voice()), { stream: voice() });
    const shared = voice().isTTY ? screen() : null;
    if (shared === null) voice().write(`${line}\n`);
    else shared.print(line);
  };
  const write = (text: string | Uint8Array): Promise<void> => {
    if (gone || stdout.write(text) || !patient) return Promise.resolve();
    room ??= Promise.withResolvers();
    return room.promise;
  };
  return {
    message: async (message, mark = "<") => {
      const forPerson = stdout.isTTY;
      const shown = display.show(message, forPerson);
      if (shown === null) return false;
      const shared = interactive ? screen() : null;
      // To a person `show` gives text.
      if (shared !== null)
        shared.print(`${styleText("green", mark, { stream: stdout })} ${String(shown)}`);
      else if (watch && forPerson) await write(`\x1b[H\x1b[2J${String(shown)}\n`);
      else await write(withLineEnd(shown));
      return true;
    },
    line: (text, mark = "") => write(`${mark}${stdout.isTTY ? sanitizeLine(text) : text}\n`),
    blocked: () => room !== null,
    gone: () => gone,
    info: (text) => {
      if (!quiet) say(text, "dim");
    },
    problem: (text) => say(text, "yellow"),
    hurry: () => {
      patient = false;
      unblock();
    },
    flush: async () => {
      const waits = !gone && (patient || !stdout.writableNeedDrain);
      await Promise.all([waits ? flushed(stdout) : undefined, stderr && flushed(stderr)]);
    },
  };
}

function withLineEnd(payload: string | Uint8Array): string | Uint8Array {
  return typeof payload === "string" ? `${payload}\n` : Buffer.concat([payload, Buffer.of(10)]);
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve();
    else stream.write("", () => resolve());
  });
}
