import { setTimeout as delay } from "node:timers/promises";
import { openConnection } from "../connection.ts";
import { runRound, type Round } from "../load.ts";
import type { PeerSpec } from "../peer.ts";
import { openMany, startFlooder } from "./flooder.ts";

/** A server that has to bear peers that never read. */
export interface Target extends AsyncDisposable {
  readonly port: number;
  readonly spec: PeerSpec;
  readonly look: () => Promise<Look>;
  /** After a garbage collection. */
  readonly remains: () => Promise<Memory>;
}

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

export interface Look extends Memory {
  /** How often reading was paused, and how many were closed for reading nothing; so far. */
  readonly paused: number;
  readonly closed: number;
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
  /** With such a crowd at another server: what the machine alone makes of it. */
  readonly elsewhere: Round;
  /** With the others open, nothing sent. */
  readonly calm: Memory;
  readonly waves: readonly Wave[];
}

/**
 * @param other bears a crowd first
 *
 * Rejects where an echo of the others is missing or wrong.
 */
export async function runSlowReaders(
  server: Target,
  other: Target,
  { readers, rate, waves, others, milliseconds }: SlowReaderOptions,
): Promise<SlowReaders> {
  const { port, spec } = server;
  const workload = { name: "others", connections: others, inFlight: 1, bytes: 1024 };
  const order = { port, spec, workload, milliseconds };
  const sockets = await openMany(others, () => openConnection(port, spec));
  // What is compiled at first is no figure.
  await runRound({ ...order, milliseconds: 500 }, sockets);
  const before = await runRound(order, sockets);
  const calm = await server.remains();

  /** The others' round trips until the buffers of all of a crowd are full. */
  async function whileFilling(look: () => Promise<Look>, flood: () => Promise<void>) {
    const { paused } = await look();
    await flood();
    const full = until(look, (now) => now.paused >= paused + readers);
    const round = await runRound({ ...order, milliseconds: 60_000 }, sockets, full);
    await full;
    return round;
  }

  async function wave(number: number): Promise<Wave> {
    await using flooder = await startFlooder({ port, spec, readers, rate });
    let peak: Memory = calm;
    const look = async (): Promise<Look> => {
      const now = await server.look();
      peak = {
        rssBytes: Math.max(peak.rssBytes, now.rssBytes),
        externalBytes: Math.max(peak.externalBytes, now.externalBytes),
      };
      return now;
    };
    const flooding = await whileFilling(look, flooder.flood);
    // Before that, what the crowd still sends to the system's buffers would be timed, too.
    await flooder.full();
    const meanwhile = await runRound(order, sockets);
    await until(look, ({ closed }) => closed >= number * readers);
    await flooder.ended();
    const { paused, closed } = await look();
    // Nobody has forgotten the others meanwhile.
    await runRound({ ...order, milliseconds: 100 }, sockets);
    const after = await server.remains();
    return { flooding, meanwhile, peak, after, paused, closed };
  }

  async function crowdElsewhere(): Promise<Round> {
    const where = { port: other.port, spec: other.spec };
    await using flooder = await startFlooder({ ...where, readers, rate });
    return await whileFilling(other.look, flooder.flood);
  }

  const elsewhere = await crowdElsewhere();
  const all: Wave[] = [];
  for (let number = 1; number <= waves; number++) all.push(await wave(number));
  for (const socket of sockets) socket.destroy();
  return { before, elsewhere, calm, waves: all };
}

async function until(look: () => Promise<Look>, isSo: (now: Look) => boolean): Promise<void> {
  const giveUpAt = performance.now() + 180_000;
  while (performance.now() < giveUpAt) {
    if (isSo(await look())) return;
    await delay(1000);
  }
  throw new Error("not every peer that never reads was paused, or closed, in three minutes");
}
