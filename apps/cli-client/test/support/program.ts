import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** How Node runs the program from its source. */
export const programArguments: readonly string[] = ["--conditions=@wsecho/source", main];

/** What the program would see on a machine where nobody has set anything for it. */
export function cleanEnvironment(
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const names = ["PATH", "HOME", "TMPDIR", "SystemRoot", "NODE_COMPILE_CACHE"];
  const kept = names.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  // Nothing that a test types is to be kept: there is no such directory, and none can be made.
  return { ...Object.fromEntries(kept), XDG_STATE_HOME: "/dev/null", ...extra };
}

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program {
  readonly child: ChildProcessWithoutNullStreams;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when stderr holds `text`; fails if the program ends before. */
  readonly said: (text: string) => Promise<void>;
  /** The same for stdout. */
  readonly printed: (text: string) => Promise<void>;
  readonly result: Promise<Result>;
}

/** Starts the real program with pipes for its three streams. */
export function startProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Program {
  const child = spawn(process.execPath, [...programArguments, ...args], {
    env: cleanEnvironment(env),
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  // The program may leave before it has read all that it is given.
  child.stdin.on("error", () => undefined);
  const result = once(child, "close").then(([status]) => ({
    status: status as number | null,
    stdout,
    stderr,
  }));
  const waitFor = async (stream: NodeJS.ReadableStream, read: () => string, text: string) => {
    const ended = result.then(({ status }) => {
      throw new Error(`ended with ${String(status)} before “${text}”:\n${stdout}\n${stderr}`);
    });
    ended.catch(() => undefined);
    while (!read().includes(text)) await Promise.race([once(stream, "data"), ended]);
  };
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    said: (text) => waitFor(child.stderr, () => stderr, text),
    printed: (text) => waitFor(child.stdout, () => stdout, text),
    result,
  };
}

/** Runs it to its end with `input` piped in. */
export async function runProgram(
  args: readonly string[],
  {
    input = "",
    env = {},
  }: { readonly input?: string | Uint8Array; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Result> {
  const { child, result } = startProgram(args, env);
  child.stdin.end(input);
  return result;
}
