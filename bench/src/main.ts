import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, InvalidArgumentError } from "commander";
import { canPin, pinned } from "./cores.ts";
import type { Order, Round, Workload } from "./load.ts";
import { startPeer, type Peer, type PeerSpec } from "./peer.ts";
import { control, peers, whyAbsent } from "./peers.ts";
import { formatTable, summarize, type Sample, type Series } from "./report.ts";
import { growth, workloads } from "./workloads.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

function integer(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError("a whole number from 1");
  return value;
}

interface Options {
  readonly rounds: number;
  readonly ms: number;
  readonly filter: string;
  readonly growth: boolean;
  readonly json: string;
}

const options = new Command("bench")
  .description("Server CPU per message of wsecho beside a bare ws echo, in one run.")
  .option("--rounds <n>", "interleaved rounds; medians are shown", integer, 5)
  .option("--ms <n>", "length of one round in milliseconds", integer, 1500)
  .option("--filter <text>", "only workloads whose name contains the text", "")
  .option("--growth", "how cost grows with connections and sizes, instead", false)
  .option("--json <file>", "where the figures go", here("../results/latest.json"))
  .addHelpText("after", "\nExample:\n  pnpm bench --rounds 7 --filter 'in flight'")
  .parse()
  .opts<Options>();

const load = (() => {
  const [command, ...args] = pinned(1, [process.execPath]);
  // `fork` brings the IPC channel; taskset, where there is one, then becomes node.
  return fork(here("./load.ts"), { execPath: command, execArgv: args, serialization: "json" });
})();

async function request(order: Order): Promise<Round> {
  const answer = once(load, "message") as Promise<[{ round?: Round; error?: string }]>;
  load.send(order);
  const [{ round, error }] = await answer;
  if (round === undefined) throw new Error(`${order.spec.name}: ${error ?? "no answer"}`);
  return round;
}

async function measure(peer: Peer, workload: Workload, milliseconds: number): Promise<Sample> {
  // Where the connections are not kept from the round before, they are opened before the measuring.
  if (workload.kind === undefined)
    await request({
      port: peer.port,
      spec: peer.spec,
      workload: { ...workload, kind: "idle" },
      milliseconds: 0,
    });
  const before = await peer.usage();
  const { port, spec } = peer;
  const round = await request({ port, spec, workload, milliseconds });
  const after = await peer.usage();
  return {
    cost: (after.cpuUs - before.cpuUs) / round.messages,
    messagesPerSecond: round.messages / round.seconds,
    p50Us: round.p50Us,
    p99Us: round.p99Us,
  };
}

function measureOnce(peer: Peer, workload: Workload, milliseconds: number): Promise<Sample> {
  switch (workload.kind) {
    case "idle":
      return measureIdle(peer.spec, workload);
    case "logins":
      return measureLogins(peer.spec, workload);
    default:
      return measure(peer, workload, milliseconds);
  }
}

/** Memory shows in a new process only: an old one has room from connections that are gone. */
async function measureIdle(spec: PeerSpec, workload: Workload): Promise<Sample> {
  const peer = await startPeer(spec);
  try {
    const order = { port: peer.port, spec, workload, milliseconds: 0 };
    await request({ ...order, workload: { ...workload, connections: 200 } });
    const before = await peer.usage("memory");
    await request(order);
    const after = await peer.usage("memory");
    const cost = (after.rssBytes - before.rssBytes) / workload.connections;
    return { cost, messagesPerSecond: NaN, p50Us: NaN, p99Us: NaN };
  } finally {
    await peer.stop();
  }
}

/**
 * So many logins come before those that are measured, for every peer alike. After some 10 000 V8 compiles
 * all that a login calls once more, for good: for a second or two logins cost two to three times as
 * much, and from then on two thirds. Behind a time instead of a number, whichever peer is slow enough would
 * be measured in just those seconds.
 */
const warmUpLogins = 25_000;

/** How much of it is asked for at a time; ms. */
const warmUpMs = 250;

/** In a new process each time, for one differs from the next, and keeps to that. */
async function measureLogins(spec: PeerSpec, workload: Workload): Promise<Sample> {
  const peer = await startPeer(spec);
  try {
    const order = { port: peer.port, spec, workload, milliseconds: warmUpMs };
    for (let logins = 0; logins < warmUpLogins;) {
      // Asked now, or the compiler would meet the question in the measurement, and take back what it had assumed.
      await peer.usage();
      logins += (await request(order)).messages;
    }
    return await measure(peer, workload, options.ms);
  } finally {
    await peer.stop();
  }
}

const chosen = (options.growth ? growth : workloads).filter(({ name }) =>
  name.includes(options.filter),
);
if (chosen.length === 0) {
  console.error(`no workload contains "${options.filter}"; known:`);
  for (const { name } of workloads) console.error(`  ${name}`);
  process.exit(2);
}

const running: Peer[] = [];
try {
  // The others would only take longer.
  const compared = options.growth ? peers.slice(0, 2) : peers;
  for (const spec of compared) {
    const absence = whyAbsent(spec);
    if (absence === undefined) running.push(await startPeer(spec));
    else console.error(`absent: ${spec.name}: ${absence}`);
  }
  const series: Series[] = [];
  for (const workload of chosen) {
    const able = running.filter(
      ({ spec }) => spec.language !== "tcp" || workload.kind === undefined,
    );
    const samples = new Map<string, Sample[]>(able.map(({ spec }) => [spec.name, []]));
    // The first round opens the connections and warms the compilers; it does not count.
    for (let round = workload.kind === undefined ? 0 : 1; round <= options.rounds; round++) {
      for (const peer of able) {
        const sample = await measureOnce(peer, workload, round === 0 ? 500 : options.ms);
        if (round > 0) samples.get(peer.spec.name)?.push(sample);
      }
      process.stderr.write(`${workload.name}: round ${round} of ${options.rounds}\n`);
    }
    for (const [peer, list] of samples) series.push({ peer, workload, samples: list });
  }
  const rows = summarize(series, control);
  console.log(formatTable(rows));
  const file = resolve(options.json);
  mkdirSync(dirname(file), { recursive: true });
  const busy = loadavg().map((value) => value.toFixed(1));
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    node: process.version,
    canPin,
    load: busy,
  };
  writeFileSync(file, `${JSON.stringify({ machine, options, rows, series }, null, 2)}\n`);
  console.error(`load of the machine over 1, 5 and 15 minutes: ${busy.join(", ")}`);
  if (!canPin) console.error("cores could not be pinned: servers and load disturbed each other");
} finally {
  await Promise.all(running.map((peer) => peer.stop()));
  load.disconnect();
}
