import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { plainTexts } from "@wsecho/protocol";
import { python, type PeerSpec } from "./peer.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const control = "bare ws";

const login = { send: "admin:123456", expect: plainTexts.accepted };
const ours = [
  // From source: no build to forget, and the same JavaScript once its types are stripped.
  "--conditions=@wsecho/source",
  here("../../apps/server/src/main.ts"),
  "--demo",
  "--port=0",
  "--log-level=error",
  // With the metrics that a server in use counts for.
  "--admin-port=0",
  // The load compares bytes, and a ping is none of them.
  "--ping-interval=1h",
  // As the control's, so that all get the same messages.
  "--max-message=64MiB",
  "--max-connections=20000",
  "--max-connections-per-address=20000",
];

export const peers: readonly PeerSpec[] = [
  {
    name: control,
    runtime: "node",
    args: [here("./servers/bare-ws.ts")],
    language: "bare",
    prefix: "",
  },
  {
    name: "wsecho",
    runtime: "node",
    args: ours,
    language: "plain",
    login,
    prefix: plainTexts.prefix,
  },
  { name: "wsecho, v1", runtime: "node", args: ours, language: "v1", prefix: "" },
  {
    name: "node tcp (floor)",
    runtime: "node",
    args: [here("./servers/node-tcp.ts")],
    language: "tcp",
    prefix: "",
  },
  {
    name: "article (python)",
    runtime: "python",
    args: [here("./servers/article.py")],
    language: "plain",
    login,
    prefix: plainTexts.prefix,
  },
  {
    name: "uWebSockets",
    runtime: "node",
    args: ["--conditions=@wsecho/source", here("./servers/uwebsockets.ts")],
    language: "plain",
    login,
    prefix: plainTexts.prefix,
  },
];

/** Why the peer cannot run here; `undefined` where it can. */
export function whyAbsent({ runtime, args }: PeerSpec): string | undefined {
  if (runtime === "python")
    return succeeds([python, "-c", "import websockets"])
      ? undefined
      : `${python} has no module websockets; WSECHO_PYTHON names another Python`;
  if (!args.some((arg) => arg.endsWith("uwebsockets.ts"))) return undefined;
  const place = process.env["WSECHO_UWEBSOCKETS"] ?? "uWebSockets.js";
  return succeeds([process.execPath, "-e", "require(process.argv[1])", place])
    ? undefined
    : "the module uWebSockets.js is not installed; WSECHO_UWEBSOCKETS says where it is";
}

function succeeds([command, ...args]: readonly [string, ...string[]]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}
