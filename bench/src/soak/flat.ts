import { once } from "node:events";
import { plainTexts } from "@wsecho/protocol";
import { converse, open } from "./converse.ts";
import { leaksBetween } from "./leaks.ts";
import { newPayload } from "./payload.ts";
import { openPlain } from "./people.ts";
import type { Remains } from "./probe.ts";
import { whenQuiet } from "./quiet.ts";
import type { SoakServer } from "./server.ts";
import { createTally, type Counts, type Tally } from "./tally.ts";

export interface Step {
  /** Since the start of the series. */
  readonly count: number;
  readonly remains: Remains;
}

export interface Flat extends Counts {
  readonly messageSteps: readonly Step[];
  readonly connectionSteps: readonly Step[];
  readonly leaks: readonly string[];
}

const steps = 10;
/** The first steps compile code and fill caches. */
const warmUp = 2;
const atOnce = 16;

/** So many messages, then so many connections; after each tenth, what remains in the server. */
export async function runFlat(
  server: SoakServer,
  { messages, connections }: { readonly messages: number; readonly connections: number },
): Promise<Flat> {
  const tally = createTally();
  const messageSteps = await inSteps(server, messages, (count) => sendMany(server, tally, count));
  const connectionSteps = await inSteps(server, connections, (count) =>
    comeAndGo(server, tally, count),
  );
  const leaks = [messageSteps, connectionSteps].flatMap((series) => {
    const first = series[warmUp]?.remains;
    const last = series.at(-1)?.remains;
    return first === undefined || last === undefined ? [] : leaksBetween(first, last);
  });
  return { ...tally.report(), messageSteps, connectionSteps, leaks };
}

async function inSteps(
  server: SoakServer,
  total: number,
  run: (count: number) => Promise<void>,
): Promise<readonly Step[]> {
  const series: Step[] = [];
  if (total === 0) return series;
  let count = 0;
  for (let step = 1; step <= steps; step++) {
    const upTo = Math.round((total * step) / steps);
    await run(upTo - count);
    count = upTo;
    series.push({ count, remains: await whenQuiet(server) });
    process.stderr.write(`${count} of ${total}\n`);
  }
  return series;
}

/** Split among some connections, each with messages in flight. */
async function sendMany(server: SoakServer, tally: Tally, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: atOnce }, async (_, i) => {
      const share = Math.floor(count / atOnce) + (i < count % atOnce ? 1 : 0);
      const payloads = Array.from({ length: share }, () => newPayload(1024));
      const socket = await openPlain(server.url, tally);
      await converse(socket, { payloads, inFlight: 32, prefix: plainTexts.prefix, tally });
    }),
  );
}

/** Half log in by password, half by token; each says one thing, and every fourth just vanishes. */
async function comeAndGo(server: SoakServer, tally: Tally, count: number): Promise<void> {
  let next = 0;
  const one = async (i: number): Promise<void> => {
    const options = from(i);
    if (i % 4 === 0) {
      const socket = await open(server.url, [], options);
      socket.terminate();
      await once(socket, "close");
      tally.did("vanished");
      return;
    }
    const payloads = [newPayload(1024)];
    if (i % 2 === 0) {
      const headers = { Authorization: `Bearer ${server.token}` };
      const socket = await open(`${server.url}/echo`, [], { ...options, headers });
      await converse(socket, { payloads, inFlight: 1, prefix: "", tally });
    } else {
      const socket = await openPlain(server.url, tally, options);
      await converse(socket, { payloads, inFlight: 1, prefix: plainTexts.prefix, tally });
    }
    tally.did("came and went");
  };
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) {
        next += 1;
        await one(next).catch((error: unknown) =>
          tally.failed("connection", error instanceof Error ? error.message : String(error)),
        );
      }
    }),
  );
}

/** Ports of one address run out while closed connections linger (TIME_WAIT); Linux has all of 127/8. */
function from(i: number): { readonly localAddress?: string } {
  return process.platform === "linux" ? { localAddress: `127.0.0.${2 + (i % 200)}` } : {};
}
