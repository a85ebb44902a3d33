import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { createMemoryUsers, createServer } from "@wsecho/server";

export interface Running extends AsyncDisposable {
  readonly url: string;
}

const program = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** Ours, with the article's user. */
export async function startOurs(): Promise<Running> {
  const users = await createMemoryUsers({ admin: "123456", colon: "a:b:c" });
  const server = createServer({ port: 0, users, webRoot: null });
  const { url } = await server.listen();
  return { url, [Symbol.asyncDispose]: () => server.close() };
}

/** The article's, as a process of its own. */
export async function startArticle(): Promise<Running> {
  const child = spawn(process.execPath, [program("server.ts"), "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const url = /ws:\S+/.exec(line)?.[0];
  if (url === undefined) throw new Error(`no URL in: ${line}`);
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await exited;
    },
  };
}

/** Runs a terminal program with `input` on its standard input; the blocking client needs a pipe. */
export async function runProgram(
  args: readonly string[],
  input: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, args, { env });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  child.stdin.end(input);
  const [status] = (await once(child, "close")) as [number | null];
  return { status, ...output };
}

export const articleClient = program("client.ts");
export const articlePage = new URL("../../page.html", import.meta.url).href;
