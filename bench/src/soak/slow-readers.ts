import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { plainTexts } from "@wsecho/protocol";
import { openConnection } from "../connection.ts";
import { clientFrame } from "../frames.ts";
import { runRound, type Round } from "../load.ts";
import type { PeerSpec } from "../peer.ts";
import { password, user, type SoakServer } from "./server.ts";

export interface SlowReaderOptions {
  /** Peers that send and never read. */
  readonly readers: number;
  /** Sessions beside them, with one message of 1 KiB in flight each. */
  readonly others: number;
  /** How long the others are timed, before and meanwhile; ms. */
  readonly milliseconds: number;
}

export interface Memory {
  readonly rssBytes: number;
  /** Buffers, outside of the heap. */
  readonly externalBytes: number;
}

export interface SlowReaders {
  readonly before: Round;
  /** Until the buffers of all of them are full. The load of the flood is in it, too. */
  readonly flooding: Round;
  /** While the server holds all of them. */
  readonly meanwhile: Round;
  /** With all connections open, nothing sent. */
  readonly calm: Memory;
  /** The most that was seen. */
  readonly peak: Memory;
  /** With all of them closed. */
  readonly after: Memory;
  /** How often reading was paused, and how many were closed for reading nothing. */
  readonly paused: number;
  readonly closed: number;
}

const spec: PeerSpec = {
  name: "wsecho",
  runtime: "node",
  args: [],
  language: "plain",
  login: { send: `${user}:${password}`, expect: plainTexts.accepted },
  prefix: plainTexts.prefix,
};

/** The others' rounds compare bytes, and a ping is none of them. */
export const slowReaderFlags = ["--ping-interval", "1h"];

/** Rejects where an echo of the others is missing or wrong. */
export async function runSlowReaders(
  server: SoakServer,
  { readers, others, milliseconds }: SlowReaderOptions,
): Promise<SlowReaders> {
  const open = (): ReturnType<typeof openConnection> => openConnection(server.port, spec);
  const workload = { name: "others", connections: others, inFlight: 1, bytes: 1024 };
  const order = { port: server.port, spec, workload, milliseconds };
  const sockets = await many(others, open);
  // What is compiled at first is no figure.
  await runRound({ ...order, milliseconds: 500 }, sockets);
  const before = await runRound(order, sockets);
  const deaf = await many(readers, open);
  const calm = await server.remains();

  let peak: Memory = calm;
  const look = async (): Promise<Readonly<Record<string, number>>> => {
    const numbers = await server.numbers();
    const { process_resident_memory_bytes: rss = 0, nodejs_external_memory_bytes: external = 0 } =
      numbers;
    peak = {
      rssBytes: Math.max(peak.rssBytes, rss),
      externalBytes: Math.max(peak.externalBytes, external),
    };
    return numbers;
  };
  /** Until so many have met the limit. */
  const until = async (limit: LimitName): Promise<void> => {
    const giveUpAt = performance.now() + 60_000;
    while (performance.now() < giveUpAt) {
      if (countOf(await look(), limit) >= readers) return;
      await delay(200);
    }
    throw new Error(`not every peer that never reads met --${limit} in a minute`);
  };

  const closings = deaf.map((socket) => new Promise((resolve) => socket.once("close", resolve)));
  for (const socket of deaf) flood(socket);
  const [flooding] = await Promise.all([runRound(order, sockets), until("high-water")]);
  const meanwhile = await runRound(order, sockets);
  await until("slow-timeout");
  // A paused socket does not see its end.
  for (const socket of deaf) socket.resume();
  await Promise.all(closings);
  const numbers = await look();
  // Nobody has forgotten the others meanwhile.
  await runRound({ ...order, milliseconds: 100 }, sockets);
  for (const socket of sockets) socket.destroy();
  const after = await server.remains();
  const [paused, closed] = [countOf(numbers, "high-water"), countOf(numbers, "slow-timeout")];
  return { before, flooding, meanwhile, calm, peak, after, paused, closed };
}

type LimitName = "high-water" | "slow-timeout";

function countOf(numbers: Readonly<Record<string, number>>, limit: LimitName): number {
  return numbers[`wsecho_limits_total{limit="${limit}"}`] ?? 0;
}

const chunk = clientFrame("x".repeat(64 * 1024));

/** Sends as long as the server reads; nothing piles up on our side. */
function flood(socket: Socket): void {
  const send = (): void => {
    while (socket.writable && socket.write(chunk));
  };
  socket.on("drain", send);
  send();
}

/** A few at a time: no server's backlog takes hundreds. */
async function many<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  while (all.length < count) {
    const next = Math.min(32, count - all.length);
    all.push(...(await Promise.all(Array.from({ length: next }, make))));
  }
  return all;
}
