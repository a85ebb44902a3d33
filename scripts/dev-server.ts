// The server's part of `pnpm dev`: starts again whenever its source, or a package's, changes.
import { spawn } from "node:child_process";
import { once } from "node:events";

// Turbo would hand arguments to every pane, so `pnpm dev` hands the server's over like this.
const { WSECHO_DEV_ARGS = "[]", WSECHO_WEB_PORT: _, ...env } = process.env;
const given = JSON.parse(WSECHO_DEV_ARGS) as readonly string[];

// Not all that is loaded: an install elsewhere touches files of node_modules, and would cut sessions.
const watched = ["src", "../../packages/protocol/src", "../../packages/wire/src"];

const server = spawn(
  process.execPath,
  [
    "--conditions=@wsecho/source",
    ...watched.map((folder) => `--watch-path=${folder}`),
    "src/main.ts",
    "--demo",
    ...given,
  ],
  { stdio: "inherit", env },
);
// A terminal's Ctrl-C reaches the server by itself, and a second one would end it at once.
process.on("SIGINT", () => undefined);
for (const signal of ["SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => void server.kill(signal));
}
const [code] = (await once(server, "exit")) as [number | null];
process.exitCode = code ?? 1;
