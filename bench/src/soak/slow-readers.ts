import { setTimeout as delay } from "node:timers/promises";
import { plainTexts } from "@wsecho/protocol";
import { openConnection } from "../connection.ts";
import { runRound, type Round } from "../load.ts";
import type { PeerSpec } from "../peer.ts";
import { openMany, startFlooder } from "./flooder.ts";
import { password, user, type SoakServer } from "./server.ts";

export interface SlowReaderOptions {
  /** Peers that send and never read. */
  readonly readers: number;
  /** What all of them send together, bytes a second, until the server reads them no more. */
  readonly rate: number;
  /** How often so many come, and are closed. */
  readonly waves: number;
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

/** What one crowd of them did. */
export interface Wave {
  /** The others' round trips until the buffers of all of them are full. */
  readonly flooding: Round;
  /** And while the server holds them. */
  readonly meanwhile: Round;
  /** The most that was seen. */
  readonly peak: Memory;
  /** With all of them closed. */
  readonly after: Memory;
  /** How often reading was paused, and how many were closed for reading nothing; of all so far. */
  readonly paused: number;
  readonly closed: number;
}

export interface SlowReaders {
  readonly before: Round;
  /** With the others open, nothing sent. */
  readonly calm: Memory;
  readonly waves: readonly Wave[];
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
  { readers, rate, waves, others, milliseconds }: SlowReaderOptions,
): Promise<SlowReaders> {
  const workload = { name: "others", connections: others, inFlight: 1, bytes: 1024 };
  const order = { port: server.port, spec, workload, milliseconds };
  const sockets = await openMany(others, () => openConnection(server.port, spec));
  // What is compiled at first is no figure.
  await runRound({ ...order, milliseconds: 500 }, sockets);
  const before = await runRound(order, sockets);
  const calm = await server.remains();

  async function wave(number: number): Promise<Wave> {
    await using flooder = await startFlooder({ port: server.port, spec, readers, rate });
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
        if (countOf(await look(), limit) >= number * readers) return;
        await delay(1000);
      }
      throw new Error(`not every peer that never reads met --${limit} in a minute`);
    };
    await flooder.flood();
    const full = until("high-water");
    const flooding = await runRound({ ...order, milliseconds: 60_000 }, sockets, full);
    await full;
    const meanwhile = await runRound(order, sockets);
    await until("slow-timeout");
    await flooder.ended();
    const numbers = await look();
    // Nobody has forgotten the others meanwhile.
    await runRound({ ...order, milliseconds: 100 }, sockets);
    const after = await server.remains();
    const [paused, closed] = [countOf(numbers, "high-water"), countOf(numbers, "slow-timeout")];
    return { flooding, meanwhile, peak, after, paused, closed };
  }

  const all: Wave[] = [];
  for (let number = 1; number <= waves; number++) all.push(await wave(number));
  for (const socket of sockets) socket.destroy();
  return { before, calm, waves: all };
}

type LimitName = "high-water" | "slow-timeout";

function countOf(numbers: Readonly<Record<string, number>>, limit: LimitName): number {
  return numbers[`wsecho_limits_total{limit="${limit}"}`] ?? 0;
}
