import { styleText } from "node:util";
import { sanitizeLines } from "./terminal/sanitize.ts";

/**
 * The two voices of the program: payload on stdout, talk on stderr. Both keep a peer's control
 * characters away from a terminal; a pipe gets payload byte for byte.
 */
export interface Output {
  /** A message from the server. Resolves when there is room for more. */
  readonly message: (payload: string | Uint8Array) => Promise<void>;
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
}

export function createOutput({ quiet, screen, interactive, onGone }: OutputOptions): Output {
  const { stdout, stderr } = process;
  let gone = false;
  let patient = true;
  let release: (() => void) | null = null;
  const unblock = (): void => {
    release?.();
    release = null;
  };
  stdout.on("drain", unblock);
  stdout.on("error", () => {
    if (gone) return;
    gone = true;
    unblock();
    onGone();
  });
  // Without a place for talk there is still a status.
  stderr.on("error", () => undefined);

  const say = (text: string, style: "dim" | "yellow"): void => {
    const line = styleText(style, sanitizeLines(text), { stream: stderr });
    const shared = stderr.isTTY ? screen() : null;
    if (shared === null) stderr.write(`${line}\n`);
    else shared.print(line);
  };
  return {
    message: (payload) => {
      const shared = interactive ? screen() : null;
      if (shared !== null) {
        shared.print(`${styleText("green", "<", { stream: stdout })} ${showPayload(payload)}`);
        return Promise.resolve();
      }
      const bytes = stdout.isTTY ? `${showPayload(payload)}\n` : withLineEnd(payload);
      if (gone || stdout.write(bytes) || !patient) return Promise.resolve();
      return new Promise((resolve) => {
        release = resolve;
      });
    },
    blocked: () => release !== null,
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
      await Promise.all([waits ? flushed(stdout) : undefined, flushed(stderr)]);
    },
  };
}

/** For a person: text that cannot act, bytes as hex. */
function showPayload(payload: string | Uint8Array): string {
  if (typeof payload === "string") return sanitizeLines(payload);
  return `(${payload.byteLength} bytes) ${Buffer.from(payload).toString("hex")}`;
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
