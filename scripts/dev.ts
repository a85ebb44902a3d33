// `pnpm dev`: the server (--demo), the page with hot reload and, in a terminal, the CLI beside them.
// Arguments are the server's: pnpm dev --no-plain. Ports: WSECHO_PORT and WSECHO_WEB_PORT.
import { pickPort } from "./dev/ports.ts";
import { runPlain } from "./dev/plain.ts";
import { runTui } from "./dev/tui.ts";

const port = await pickPort("WSECHO_PORT", 5678);
let webPort = await pickPort("WSECHO_WEB_PORT", 5173);
// A port that was just found free may be found again; if both were named alike, the page says so.
if (webPort === port) webPort = await pickPort("WSECHO_WEB_PORT", 0);
const serverUrl = `ws://127.0.0.1:${port}`;

const environment: NodeJS.ProcessEnv = {
  ...process.env,
  WSECHO_PORT: String(port),
  WSECHO_WEB_PORT: String(webPort),
  WSECHO_SERVER_URL: serverUrl,
  WSECHO_DEV_ARGS: JSON.stringify(process.argv.slice(2)),
};

const urls = { server: serverUrl, page: `http://127.0.0.1:${webPort}/` };
const interactive = process.stdin.isTTY && process.stdout.isTTY;

process.exitCode = await (interactive ? runTui(environment) : runPlain(environment, urls));
