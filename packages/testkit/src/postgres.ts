import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { chownTree, copyPostgres } from "./postgres-files.ts";

/** A PostgreSQL of one's own, on loopback, with a random password and data in a temporary folder. */
export interface Postgres extends AsyncDisposable {
  /** `postgres://…`, of a superuser. */
  readonly url: string;
  readonly port: number;
  /** Kills it without a chance to clean up, and waits until all of its processes are gone. */
  kill(): Promise<void>;
  /** Brings it back with the same data on the same port; nothing where it runs. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const user = "wsecho";
/** What a loaded machine may need to start or to recover; ms. */
const startTimeoutMs = 60_000;

/**
 * The PostgreSQL of the lockfile. It refuses to run as root: there it runs as `nobody`, from a copy
 * that `nobody` may read, and no account is made for it.
 */
export async function startPostgres(): Promise<Postgres> {
  const folder = await mkdtemp(join(tmpdir(), "wsecho-pg-"));
  const owner = unprivileged();
  const data = join(folder, "data");
  const password = randomBytes(12).toString("hex");
  try {
    const bin = await copyPostgres(folder);
    const passwordFile = join(folder, "password");
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (owner !== undefined) await chownTree(folder, owner);
    await initialise({ bin, data, passwordFile, owner });
    return await supervise({ bin, data, folder, password, owner });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function unprivileged(): Owner | undefined {
  if (userInfo().uid !== 0) return undefined;
  const id = (what: string): number =>
    Number(execFileSync("id", [what, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** Its messages are read, so they must be in English. */
const environment = { ...process.env, LC_ALL: "C" };

async function initialise(files: {
  readonly bin: string;
  readonly data: string;
  readonly passwordFile: string;
  readonly owner: Owner | undefined;
}): Promise<void> {
  const child = spawn(
    join(files.bin, "initdb"),
    [
      `--pgdata=${files.data}`,
      `--username=${user}`,
      `--pwfile=${files.passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--no-sync",
    ],
    { ...files.owner, cwd: files.bin, env: environment, stdio: ["ignore", "ignore", "pipe"] },
  );
  const said = collect(child);
  const [status] = (await once(child, "close")) as [number | null];
  if (status !== 0) throw new Error(`initdb ended with ${status}: ${said()}`);
}

async function supervise(parts: {
  readonly bin: string;
  readonly data: string;
  readonly folder: string;
  readonly password: string;
  readonly owner: Owner | undefined;
}): Promise<Postgres> {
  const { bin, data, folder, password, owner } = parts;
  let running: ChildProcess | undefined;
  // A test run that ends without stop() leaves no process behind.
  const killAtExit = (): void => void running?.kill("SIGKILL");
  process.once("exit", killAtExit);

  const launch = (port: number): ChildProcess => {
    const settings = [
      "listen_addresses=127.0.0.1",
      "unix_socket_directories=",
      "shared_buffers=16MB",
      "max_connections=60",
      // What was written survives a killed process without it; only a dead machine would need it.
      "fsync=off",
    ];
    const args = [
      "-D",
      data,
      "-p",
      String(port),
      ...settings.flatMap((setting) => ["-c", setting]),
    ];
    return spawn(join(bin, "postgres"), args, {
      ...owner,
      cwd: bin,
      env: environment,
      stdio: ["ignore", "ignore", "pipe"],
    });
  };

  const startOn = async (port: number): Promise<void> => {
    const giveUpAt = Date.now() + startTimeoutMs;
    for (;;) {
      const child = launch(port);
      const failure = await untilReady(child);
      if (failure === undefined) {
        running = child;
        return;
      }
      // After a kill, the processes of the old one need a moment to notice.
      if (!/shared memory|lock file/.test(failure) || Date.now() > giveUpAt) {
        throw new Error(`PostgreSQL did not start: ${failure}`);
      }
      await delay(50);
    }
  };

  const end = async (signal: "SIGKILL" | "SIGQUIT"): Promise<void> => {
    const child = running;
    running = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    // Not "exit": the processes that serve connections outlive it a little, and hold its stderr.
    const gone = once(child, "close");
    child.kill(signal);
    await gone;
  };

  const stop = async (): Promise<void> => {
    process.off("exit", killAtExit);
    // Its data goes, so it need not put them in order first.
    await end("SIGQUIT");
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };

  const port = await startOnFreePort(startOn);
  return {
    url: `postgres://${user}:${password}@127.0.0.1:${port}/postgres`,
    port,
    kill: () => end("SIGKILL"),
    start: async () => {
      if (running === undefined) await startOn(port);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** PostgreSQL cannot choose a port by itself, and between finding one and using it, it may be taken. */
async function startOnFreePort(startOn: (port: number) => Promise<void>): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      await startOn(port);
      return port;
    } catch (error) {
      if (attempt === 5 || !String(error).includes("Address already in use")) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Resolves with what it said where it ended instead. */
function untilReady(child: ChildProcess): Promise<string | undefined> {
  const said = collect(child);
  return new Promise((resolve) => {
    child.stderr?.on("data", () => {
      if (said().includes("ready to accept connections")) resolve(undefined);
    });
    child.once("close", () => resolve(said()));
    child.once("error", (error) => resolve(error.message));
  });
}

/** The last of what a process writes to stderr; bounded, for it may run for long. */
function collect(child: ChildProcess): () => string {
  let text = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    text = (text + chunk).slice(-4000);
  });
  return () => text;
}
