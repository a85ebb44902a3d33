import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface RunOptions {
  readonly input?: string;
  /** Draws the same at random each time. */
  readonly seed?: string;
}

function start(program: string, args: readonly string[], { seed }: RunOptions): ChildProcess {
  const seeded = seed === undefined ? [] : ["--import", `${root}scripts/guide/seed.ts`];
  return spawn(
    process.execPath,
    ["--conditions=@wsecho/source", ...seeded, `${root}apps/${program}/src/main.ts`, ...args],
    {
      // Nothing that somebody has set for their own sessions.
      env: {
        PATH: process.env["PATH"],
        WSECHO_USER: "admin",
        WSECHO_PASSWORD: "123456",
        WSECHO_GUIDE_SEED: seed,
      },
      stdio: ["pipe", "pipe", "pipe"],
    },
  );
}

/** What a program says on stderr, for when it fails. */
function listen(child: ChildProcess): () => string {
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
  return () => said;
}

/** Runs the terminal client; resolves with what it prints. */
export async function runClient(
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const child = start("cli-client", args, options);
  const said = listen(child);
  let printed = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (printed += text));
  child.stdin?.end(options.input ?? "");
  const [status] = (await once(child, "close")) as [number | null];
  if (status !== 0)
    throw new Error(`wsecho ${args.join(" ")} ended with ${String(status)}:\n${said()}`);
  return printed;
}

/** Starts a server of its own for each capture; `stop` resolves when it is gone. */
export async function startServer(
  seed: string,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const child = start("server", ["--demo", "--port", "0", "--log-level", "silent"], { seed });
  const said = listen(child);
  const closed = once(child, "close");
  const { promise: url, resolve, reject } = Promise.withResolvers<string>();
  let printed = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
    const found = /ready at (ws:\S+)/.exec(printed)?.[1];
    if (found !== undefined) resolve(found);
  });
  void closed.then(() => reject(new Error(`the server ended before it was ready:\n${said()}`)));
  return {
    url: await url,
    stop: async () => {
      child.kill();
      await closed;
    },
  };
}
