import { expect } from "vitest";
import { connect, connectPlain, type TestClient } from "../support/client.ts";
import { runProgram, type Program } from "../support/program.ts";
import { soon } from "../support/soon.ts";

type Entry = Readonly<Record<string, unknown>>;

/** The log so far. */
export function entries(program: Program, message: string): readonly Entry[] {
  return program
    .stderr()
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => JSON.parse(line) as Entry)
    .filter(({ msg }) => msg === message);
}

export interface PoolProgram {
  readonly program: Program;
  readonly url: string;
  readonly stop: () => Promise<{ readonly status: number | null; readonly signal: string | null }>;
}

/** `wsecho-server --workers 2` on any port, when it is ready. */
export async function startPool(
  flags: readonly string[] = ["--demo"],
  env: Readonly<Record<string, string>> = {},
): Promise<PoolProgram> {
  const program = runProgram([...flags, "--port", "0", "--workers", "2"], env);
  const url = await program.ready;
  // The log is written by another thread, and may come later.
  await expect.poll(() => entries(program, "a worker listens").length, soon).toBe(2);
  return {
    program,
    url,
    stop: () => {
      program.child.kill("SIGTERM");
      return program.ended;
    },
  };
}

/** A session, and the number of the worker that has it. */
export interface Placed {
  readonly client: TestClient;
  readonly worker: number;
}

/** Connects, and reads in the log who took it. One at a time. */
export async function place(program: Program, open: () => Promise<TestClient>): Promise<Placed> {
  const before = entries(program, "connected").length;
  const client = await open();
  await expect.poll(() => entries(program, "connected").length, soon).toBe(before + 1);
  return { client, worker: Number(entries(program, "connected").at(-1)?.["worker"]) };
}

/** A logged-in session in each of the two. */
export async function oneInEach(
  { program, url }: PoolProgram,
  open: (url: string) => Promise<TestClient> = connectPlain,
): Promise<readonly [TestClient, TestClient]> {
  const first = await place(program, () => open(url));
  for (;;) {
    const next = await place(program, () => open(url));
    if (next.worker !== first.worker)
      return first.worker === 1 ? [first.client, next.client] : [next.client, first.client];
    next.client.socket.close();
    await next.client.closed;
  }
}

/** The process of a worker as it is now. */
export function pidOf(program: Program, worker: number): number {
  const found = entries(program, "a worker listens").filter((entry) => entry["worker"] === worker);
  const pid = Number(found.at(-1)?.["pid"]);
  if (!(pid > 1)) throw new Error(`worker ${worker} does not listen`);
  return pid;
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The hello of a session that is not yet logged in. */
export const greeted = (url: string): Promise<TestClient> => connect(url, "wsecho.v1");
