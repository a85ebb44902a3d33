import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The real server in a process of its own, as `pnpm wsecho-server --demo` starts it. */
export interface Demo extends AsyncDisposable {
  readonly url: string;
}

const main = fileURLToPath(new URL("../../../../apps/server/src/main.ts", import.meta.url));

export async function startDemo(): Promise<Demo> {
  const args = ["--conditions=@wsecho/source", main, "--demo", "--port", "0"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let output = "";
    let talk = "";
    child.stderr.on("data", (chunk: Buffer) => (talk += chunk.toString()));
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const found = /ws:\/\/\S+/.exec(output);
      if (found !== null) resolve(found[0]);
    });
    void exited.then(() => reject(new Error(`the demo server ended before it was ready: ${talk}`)));
  });
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
