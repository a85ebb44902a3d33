import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export interface Program {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** The `ws://` URL of the line on stdout; rejects where the program ends before it. */
  readonly ready: Promise<string>;
  readonly ended: Promise<{ readonly status: number | null; readonly signal: string | null }>;
}

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** What to type to start the program. */
export const programCommand: readonly string[] = [
  process.execPath,
  "--conditions=@wsecho/source",
  main,
];

/** The program as a person starts it. */
export function runProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input?: string,
): Program {
  return runCommand([...programCommand, ...args], env, input);
}

/** The same by way of another program, which becomes this one. */
export function runCommand(
  [file = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input?: string,
): Program {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(file, args, {
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    // Nothing else of the surroundings: a variable of the developer's would change the outcome.
    env: { PATH, NODE_COMPILE_CACHE, ...env },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdin?.end(input);
  let stdout = "";
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const ended = once(child, "close").then(([status, signal]) => ({
    status: status as number | null,
    signal: signal as string | null,
  }));
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
      const url = /wss?:\/\/\S+(?=\s)/.exec(stdout)?.[0];
      if (url !== undefined) resolve(url);
    });
    void ended.then(({ status }) => reject(new Error(`ended with ${String(status)}: ${stderr}`)));
  });
  // Most tests of a refusal look at `ended` alone.
  ready.catch(() => undefined);
  return { child, stdout: () => stdout, stderr: () => stderr, ready, ended };
}
