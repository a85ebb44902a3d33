import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** The server of a team: users in a database of its own, in a process of its own. */
export interface Team extends AsyncDisposable {
  readonly url: string;
  readonly httpUrl: string;
  readonly port: number;
  /** Runs `wsecho-server …` on the same database; its stdout. Rejects where it fails. */
  readonly command: (line: string, input?: string) => Promise<string>;
  /** A token of `user`, good for `expires` (1s, 5m …). */
  readonly tokenFor: (user: string, expires?: string) => Promise<string>;
}

export interface TeamOptions {
  /** Name → password. */
  readonly users?: Readonly<Record<string, string>>;
  /** Further flags of the server. */
  readonly flags?: readonly string[];
}

const main = fileURLToPath(new URL("../../../apps/server/src/main.ts", import.meta.url));

/** Starts the server with those users. */
export async function startTeam({ users = {}, flags = [] }: TeamOptions = {}): Promise<Team> {
  const data = await mkdtemp(join(tmpdir(), "wsecho-team-"));
  // The lowest number that is allowed, for tests log in often; nothing else of the surroundings.
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, NODE_COMPILE_CACHE, WSECHO_DATA: data, WSECHO_ITERATIONS: "4096" };
  const start = (args: readonly string[]) =>
    spawn(process.execPath, ["--conditions=@wsecho/source", main, ...args], { env });

  async function command(line: string, input = ""): Promise<string> {
    const child = start(line.split(" "));
    child.stdin.end(input);
    const closed = once(child, "close");
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [status] = (await closed) as [number | null];
    if (status !== 0) throw new Error(`wsecho-server ${line}: ${String(status)} ${stderr}`);
    return stdout;
  }

  for (const [name, password] of Object.entries(users))
    await command(`users add ${name} --password-stdin`, password);
  const child = start(["--port", "0", ...flags]);
  child.stdin.end();
  const exited = once(child, "exit");
  const url = await new Promise<string>((resolve, reject) => {
    let printed = "";
    let talk = "";
    child.stderr.on("data", (chunk: Buffer) => (talk += chunk.toString()));
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      const found = /wss?:\/\/\S+(?=\s)/.exec(printed)?.[0];
      if (found !== undefined) resolve(found);
    });
    void exited.then(() => reject(new Error(`the server ended before it was ready: ${talk}`)));
  });
  return {
    url,
    httpUrl: url.replace(/^ws/, "http"),
    port: Number(new URL(url).port),
    command,
    tokenFor: async (user, expires = "5m") =>
      (await command(`tokens issue ${user} --expires ${expires}`)).trim(),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await exited;
      await rm(data, { recursive: true });
    },
  };
}
