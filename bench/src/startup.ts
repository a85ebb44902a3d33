/**
 * How long the built `wsecho` takes to start, to have one message echoed and to leave, beside Node
 * doing nothing and `wscat`. Programs take turns within a round; ratios are taken round by round.
 *
 *     pnpm --filter @wsecho/bench run startup [rounds]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import { median, spread } from "./statistics.ts";

const rounds = Number(process.argv[2] ?? 20);
const require = createRequire(import.meta.url);
const wsecho = fileURLToPath(new URL("../../apps/cli-client/dist/wsecho.cjs", import.meta.url));
const wscat = require.resolve("wscat/bin/wscat");
const oneEcho = fileURLToPath(new URL("./one-echo.mjs", import.meta.url));
/** Writes what the program took when it ends; only in runs that are not timed, for it takes some, too. */
const peak = new URL("./peak.mjs", import.meta.url).href;

const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
server.on("connection", (socket) => {
  socket.on("message", (data, binary) => socket.send(data, { binary }));
});
await once(server, "listening");
const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;

interface Program {
  readonly name: string;
  readonly args: readonly string[];
  /** What it has to print, so that nobody is measured who does nothing. */
  readonly prints: RegExp;
}

const programs: readonly Program[] = [
  { name: "node -e 0", args: ["-e", "0"], prints: /^$/ },
  { name: "wsecho --version", args: [wsecho, "--version"], prints: /^\d/ },
  { name: "wscat --version", args: [wscat, "--version"], prints: /^\d/ },
  { name: "wsecho, one echo", args: [wsecho, "-q", "-1", "-x", "hi", url], prints: /^hi\n$/ },
  { name: "bare ws, one echo", args: [oneEcho, url], prints: /^hi\n$/ },
  // Its wait is a fixed time: 50 ms, where the default is 2 s.
  {
    name: "wscat, one echo",
    args: [wscat, "-c", url, "-x", "hi", "-w", "0.05"],
    prints: /hi/,
  },
];

interface Run {
  readonly ms: number;
  readonly output: string;
  readonly errors: string;
}

async function run(args: readonly string[]): Promise<Run> {
  const began = performance.now();
  // An input that stays open: wscat ends at once where it has none.
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe"] });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  await once(child, "close");
  return { ms: performance.now() - began, output, errors };
}

const times = new Map<string, number[]>(programs.map(({ name }) => [name, []]));
for (let round = 0; round <= rounds; round++) {
  for (const { name, args, prints } of programs) {
    const { ms, output, errors } = await run(args);
    if (!prints.test(output))
      throw new Error(`${name} printed ${JSON.stringify(output)}: ${errors}`);
    // The first round only fills the system's caches.
    if (round > 0) times.get(name)?.push(ms);
  }
}

const base = times.get("node -e 0") ?? [];
console.log(
  `${"median of " + String(rounds)} rounds      wall ms   ± noise   ÷ node -e 0   CPU ms   peak MiB`,
);
for (const { name, args } of programs) {
  const mine = times.get(name) ?? [];
  const ratio = median(mine.map((ms, i) => ms / (base[i] ?? NaN)));
  const takings = [];
  for (let count = 0; count < 5; count++) {
    const { errors } = await run(["--import", peak, ...args]);
    const [, kibibytes, microseconds] = /peak (\d+) KiB, (\d+) µs/.exec(errors) ?? [];
    takings.push({ mebibytes: Number(kibibytes) / 1024, cpuMs: Number(microseconds) / 1000 });
  }
  console.log(
    [
      name.padEnd(22),
      median(mine).toFixed(0).padStart(9),
      `${(spread(mine) * 100).toFixed(0)} %`.padStart(9),
      ratio.toFixed(2).padStart(13),
      median(takings.map(({ cpuMs }) => cpuMs))
        .toFixed(0)
        .padStart(8),
      median(takings.map(({ mebibytes }) => mebibytes))
        .toFixed(0)
        .padStart(10),
    ].join(" "),
  );
}
server.close();
for (const client of server.clients) client.terminate();
