/**
 * What `--workers` gains: the same load on servers of one and of several workers, in turns.
 *
 *     node --conditions=@wsecho/source bench/src/workers.ts --rounds 7
 *
 * The load takes a core of its own. Where there are two cores, a second worker has only what load
 * and first worker leave of them; nothing is bound to a core, for all have to share.
 */
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { plainTexts } from "@wsecho/protocol";
import { openConnection } from "./connection.ts";
import type { Order, Round, Workload } from "./load.ts";
import type { PeerSpec } from "./peer.ts";
import { median, spread } from "./statistics.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { rounds, ms, workers, json } = new Command("workers")
  .description(
    "Messages and logins per second by number of workers, and the server's CPU for them.",
  )
  .option("--rounds <n>", "interleaved rounds; medians are shown", "5")
  .option("--ms <n>", "length of one measurement in milliseconds", "1500")
  .option("--workers <list>", "numbers of workers", "1,2")
  .option("--json", "the figures as JSON on stdout")
  .parse()
  .opts<{ rounds: string; ms: string; workers: string; json?: boolean }>();

const login = { send: "admin:123456", expect: plainTexts.accepted };
const spec: PeerSpec = {
  name: "wsecho",
  runtime: "node",
  args: [],
  language: "plain",
  login,
  prefix: plainTexts.prefix,
};
const workloads: readonly Workload[] = [
  { name: "50 connections, 1 KiB, one in flight", connections: 50, inFlight: 1, bytes: 1024 },
  { name: "50 connections, 1 KiB, 32 in flight", connections: 50, inFlight: 32, bytes: 1024 },
];
const loginsName = "connect, log in (plain), close; 16 at a time";

interface Server {
  readonly workers: number;
  readonly port: number;
  readonly cpuUs: () => number;
  readonly stop: () => Promise<unknown>;
}

async function startServer(count: number): Promise<Server> {
  const main = here("../../apps/server/src/main.ts");
  const flags = ["--demo", "--port", "0", "--workers", String(count), "--log-level", "silent"];
  const child = spawn(process.execPath, ["--conditions=@wsecho/source", main, ...flags], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(child, "exit");
  process.once("exit", () => child.kill("SIGKILL"));
  for await (const line of createInterface(child.stdout)) {
    const port = /ws:\/\/[^:/]+:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    child.stdout.resume();
    return {
      workers: count,
      port: Number(port),
      cpuUs: () =>
        [child.pid ?? 0, ...childrenOf(child.pid ?? 0)].reduce((us, pid) => us + cpuOf(pid), 0),
      stop: () => {
        child.kill("SIGTERM");
        return ended;
      },
    };
  }
  throw new Error("the server ended before it was ready");
}

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.trim().split(" ").filter(Boolean).map(Number);
}

/** User and system time; microseconds, in ticks of 10 ms. Linux only. */
function cpuOf(pid: number): number {
  // Behind the name, which may hold anything: fields 14 and 15 of proc(5).
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

const load = fork(here("./load.ts"), { execArgv: [], serialization: "json" });

async function measureMessages(
  server: Server,
  workload: Workload,
): Promise<readonly [number, number]> {
  const before = server.cpuUs();
  const order: Order = { port: server.port, spec, workload, milliseconds: Number(ms) };
  const answer = once(load, "message") as Promise<[{ round?: Round; error?: string }]>;
  load.send(order);
  const [{ round, error }] = await answer;
  if (round === undefined) throw new Error(error ?? "no answer");
  return [round.messages / round.seconds, (server.cpuUs() - before) / round.messages];
}

async function measureLogins(server: Server): Promise<readonly [number, number]> {
  const before = server.cpuUs();
  const startedAt = performance.now();
  let count = 0;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (performance.now() - startedAt < Number(ms)) {
        (await openConnection(server.port, spec)).resetAndDestroy();
        count += 1;
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  return [count / seconds, (server.cpuUs() - before) / count];
}

const servers = await Promise.all(workers.split(",").map((count) => startServer(Number(count))));
const measures = [
  ...workloads.map((workload) => ({
    name: workload.name,
    run: (server: Server) => measureMessages(server, workload),
  })),
  { name: loginsName, run: measureLogins },
];
const rows = [];
for (const { name, run } of measures) {
  const rates = new Map<Server, number[]>(servers.map((server) => [server, []]));
  const costs = new Map<Server, number[]>(servers.map((server) => [server, []]));
  // The first round opens connections and warms the compilers; it does not count.
  for (let round = 0; round <= Number(rounds); round++) {
    for (const server of servers) {
      const [rate, cost] = await run(server);
      if (round === 0) continue;
      rates.get(server)?.push(rate);
      costs.get(server)?.push(cost);
    }
    process.stderr.write(`${name}: round ${round} of ${rounds}\n`);
  }
  const [control] = servers;
  const base = control === undefined ? [] : (rates.get(control) ?? []);
  for (const server of servers) {
    const own = rates.get(server) ?? [];
    rows.push({
      workload: name,
      workers: server.workers,
      perSecond: Math.round(median(own)),
      /** Of the rounds' own ratios, so that a noisy moment falls on both. */
      ratio: Number(median(own.map((rate, i) => rate / (base[i] ?? NaN))).toFixed(2)),
      noise: Number(spread(own).toFixed(2)),
      cpuUs: Number(median(costs.get(server) ?? []).toFixed(1)),
    });
  }
}
const machine = { cores: availableParallelism(), load: loadavg()[0], node: process.version };
if (json === true) console.log(JSON.stringify({ machine, rows }, null, 2));
else {
  console.table(rows);
  console.log(`${machine.cores} cores, load average ${machine.load?.toFixed(1) ?? ""} at the end`);
}
load.disconnect();
await Promise.all(servers.map((server) => server.stop()));
