// `pnpm --filter @wsecho/bench run tap`: what looking at the wire costs the sessions, on and off.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { connect, type Session } from "@wsecho/client";
import { plainTexts } from "@wsecho/protocol";
import type { Order, Round, Workload } from "./load.ts";
import type { TapUsage } from "./servers/tapped.ts";
import { median } from "./statistics.ts";

const rounds = Number(process.argv[2] ?? 5);
const ms = Number(process.argv[3] ?? 1000);

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const execArgv = ["--conditions=@wsecho/source"];
const load = fork(here("./load.ts"), { execArgv });
const folder = mkdtempSync(join(tmpdir(), "wsecho-bench-"));

const spec = {
  name: "wsecho",
  runtime: "node",
  args: [],
  language: "plain",
  login: { send: "admin:123456", expect: plainTexts.accepted },
  prefix: plainTexts.prefix,
} as const;
const workloads: readonly Workload[] = [
  { name: "50 connections, 32 B", connections: 50, inFlight: 1, bytes: 32 },
  { name: "50 connections, 32 in flight, 1 KiB", connections: 50, inFlight: 32, bytes: 1024 },
];

interface Server {
  readonly child: ChildProcess;
  readonly url: string;
}

async function start(...args: readonly string[]): Promise<Server> {
  const child = fork(here("./servers/tapped.ts"), args, { execArgv });
  const [{ url }] = (await once(child, "message")) as [{ readonly url: string }];
  return { child, url };
}

async function usage({ child }: Server): Promise<TapUsage> {
  const answer = once(child, "message") as Promise<[TapUsage]>;
  child.send("usage");
  return (await answer)[0];
}

/** Watches everything, or only its own command channel, which is in no feed. */
async function watch({ url }: Server, what: "all" | "another"): Promise<Session> {
  const admin = { username: "admin", password: "123456" };
  const session = await connect(`${url}/inspect`, admin);
  const other = { watch: { session: "00000000-0000-0000-0000-000000000000" } };
  await session.ask(JSON.stringify(what === "all" ? { watch: "all" } : other));
  void readAll(session);
  return session;
}

/** Reads, and forgets. */
async function readAll(session: Session): Promise<void> {
  const messages = session.messages();
  while ((await messages.next()).done !== true);
}

interface Sample {
  readonly own: number;
  readonly all: number;
  readonly rate: number;
}

async function measure(server: Server, workload: Workload, milliseconds: number): Promise<Sample> {
  const before = await usage(server);
  const order: Order = { port: Number(new URL(server.url).port), spec, workload, milliseconds };
  const answer = once(load, "message") as Promise<[{ round?: Round; error?: string }]>;
  load.send(order);
  const [{ round, error }] = await answer;
  if (round === undefined) throw new Error(error ?? "no answer");
  const after = await usage(server);
  const { messages, seconds } = round;
  return {
    own: (after.ownUs - before.ownUs) / messages,
    all: (after.allUs - before.allUs) / messages,
    rate: messages / seconds,
  };
}

const plain = await start();
const recording = await start(folder);
const ways: readonly (readonly [name: string, server: Server, what: "all" | "another" | null])[] = [
  ["nobody watches", plain, null],
  ["another is watched", plain, "another"],
  ["watched", plain, "all"],
  ["recorded", recording, null],
];

try {
  for (const workload of workloads) {
    const samples = ways.map((): Sample[] => []);
    // The first round opens connections and warms the compilers; it does not count.
    for (let round = 0; round <= rounds; round++)
      for (const [i, [, server, what]] of ways.entries()) {
        const session = what === null ? null : await watch(server, what);
        // The thread starts, which is no part of what a message costs.
        if (session !== null) await setTimeout(500);
        const sample = await measure(server, workload, round === 0 ? 300 : ms);
        await session?.close();
        if (round > 0) samples[i]?.push(sample);
      }
    console.log(`\n${workload.name}`);
    for (const [i, [name]] of ways.entries()) {
      // Round by round, so that a noisy moment falls on both.
      const ratio = (of: (sample: Sample) => number): string =>
        median(
          (samples[i] ?? []).map((sample, k) => of(sample) / of(samples[0]?.[k] ?? sample)),
        ).toFixed(2);
      const own = median((samples[i] ?? []).map((sample) => sample.own)).toFixed(1);
      console.log(
        `  ${name.padEnd(20)} sessions' thread ${own.padStart(6)} µs a message, ` +
          `× ${ratio(({ own }) => own)};  all threads × ${ratio(({ all }) => all)};  ` +
          `messages a second × ${ratio(({ rate }) => rate)}`,
      );
    }
  }
} finally {
  const ends = [plain, recording].map(({ child }) => {
    const end = once(child, "exit");
    child.disconnect();
    return end;
  });
  await Promise.all(ends);
  load.disconnect();
  rmSync(folder, { recursive: true });
}
