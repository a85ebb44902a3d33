import { spawn } from "@lydell/node-pty";
import { expect, onTestFinished } from "vitest";
import { programCommand } from "./program.ts";
import { soon } from "./soon.ts";

/** The program as a person starts it from a shell, in a real pseudo-terminal. */
export interface Terminal {
  /** Every byte that appeared. */
  readonly shown: () => string;
  readonly type: (text: string) => void;
  /** Resolves once `text` has appeared. */
  readonly shows: (text: string) => Promise<void>;
  /** The program's status, once the shell has also said which state it finds the terminal in. */
  readonly ended: Promise<number>;
}

/** `stty` as the shell's next command: nobody else can tell what is left of the terminal. */
const script = '"$@"; status=$?; stty -a; exit $status';

export function openTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Terminal {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const pty = spawn("/bin/sh", ["-c", script, "sh", ...programCommand, ...args], {
    name: "xterm",
    cols: 200,
    env: { PATH, NODE_COMPILE_CACHE, ...env },
  });
  let shown = "";
  let over = false;
  pty.onData((data) => (shown += data));
  const ended = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode }) => {
      over = true;
      resolve(exitCode);
    });
  });
  onTestFinished(() => {
    // The shell and the program, which takes the end of its terminal for a wish to reload.
    if (!over) process.kill(-pty.pid, "SIGKILL");
  });
  return {
    shown: () => shown,
    type: (text) => pty.write(text),
    shows: (text) => expect.poll(() => shown, soon).toContain(text),
    ended,
  };
}
