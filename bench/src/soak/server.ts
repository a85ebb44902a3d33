import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { Remains } from "./probe.ts";

/** A real `wsecho-server` with one user in a database of its own. */
export interface SoakServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** Of `/metrics`, by name with labels. */
  readonly numbers: () => Promise<Readonly<Record<string, number>>>;
  /** After a garbage collection. */
  readonly remains: () => Promise<Remains>;
  /** Its exit status, and what it wrote about things that must not happen; once it has ended. */
  readonly stop: () => Promise<{
    readonly status: number | null;
    readonly complaints: readonly string[];
  }>;
}

export const user = "soak";
export const password = "a password: of no value";

const main = fileURLToPath(new URL("../../../apps/server/src/main.ts", import.meta.url));
const probe = new URL("./probe.ts", import.meta.url).href;

/** Slow peers are cut so soon that a short run sees it; ms. */
export const slowTimeoutMs = 2000;

const flags = [
  ...["--port", "0", "--admin-port", "0", "--log-level", "warn"],
  // Failed logins come from other addresses than the good ones, or these would have to wait.
  ...["--trust-proxy", "1"],
  ...["--slow-timeout", `${slowTimeoutMs}ms`, "--close-timeout", "1s"],
  ...["--auth-timeout", "3s", "--handshake-timeout", "3s"],
];

/** @param more flags that it gets beside those that a soak needs */
export async function startSoakServer(more: readonly string[] = []): Promise<SoakServer> {
  const data = await mkdtemp(join(tmpdir(), "wsecho-soak-"));
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, NODE_COMPILE_CACHE, WSECHO_DATA: data, WSECHO_ITERATIONS: "4096" };
  const run = async (args: readonly string[], input = ""): Promise<string> => {
    const child = spawn(process.execPath, ["--conditions=@wsecho/source", main, ...args], { env });
    child.stdin.end(input);
    const closed = once(child, "close");
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    await closed;
    if (child.exitCode !== 0) throw new Error(`wsecho-server ${args.join(" ")}: ${stderr}`);
    return stdout.trim();
  };
  await run(["users", "add", user, "--password-stdin"], password);
  const token = await run(["tokens", "issue", user, "--expires", "24h"]);

  const node = ["--expose-gc", "--import", probe, "--conditions=@wsecho/source", main];
  const child = spawn(process.execPath, [...node, ...flags, ...more], {
    env,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const killAtExit = (): void => void child.kill("SIGKILL");
  process.once("exit", killAtExit);
  const exited = once(child, "exit") as Promise<[number | null]>;
  const said = listen(child);
  const url = await said(/ready at (ws:\S+)/);
  const admin = await said(/(http:\S+)\/metrics/);

  const stop: SoakServer["stop"] = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    const [status] = await exited;
    process.off("exit", killAtExit);
    await rm(data, { recursive: true, force: true });
    return { status, complaints: complaintsOf(said.all()) };
  };
  return {
    url,
    port: Number(new URL(url).port),
    token,
    async numbers() {
      const body = await (await fetch(`${admin}/metrics`)).text();
      const lines = body.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      return Object.fromEntries(
        lines.map((line) => {
          const at = line.lastIndexOf(" ");
          return [line.slice(0, at), Number(line.slice(at))] as const;
        }),
      );
    },
    async remains() {
      const answer = once(child, "message") as Promise<[Remains]>;
      child.send("remains");
      return (await Promise.race([answer, exited.then(died)]))[0];
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

function died(): never {
  throw new Error("the server has ended by itself");
}

interface Said {
  (pattern: RegExp): Promise<string>;
  readonly all: () => string;
}

/** Waits for words in what it writes; rejects with all of it where it ends before. */
function listen(child: ChildProcess): Said {
  let written = "";
  let check = (): void => undefined;
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (part: string) => {
      // A peer must not fill our memory through its log.
      if (written.length < 1_000_000) written += part;
      check();
    });
  const said = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      check = () => {
        const found = pattern.exec(written)?.[1];
        if (found !== undefined) resolve(found);
      };
      check();
      child.once("exit", () => reject(new Error(`the server ended: ${written}`)));
    });
  return Object.assign(said, { all: () => written });
}

/** Log entries of errors, and everything that is no log and mentions one. */
function complaintsOf(written: string): readonly string[] {
  return written
    .split("\n")
    .filter((line) => /"level":(50|60)\b/.test(line) || /^(\S*Error|\s+at )/.test(line))
    .slice(0, 20);
}
