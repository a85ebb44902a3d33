import { leaksBetween } from "./leaks.ts";
import { people, type Deed } from "./people.ts";
import type { Remains } from "./probe.ts";
import { whenQuiet } from "./quiet.ts";
import type { SoakServer } from "./server.ts";
import { strangers } from "./strangers.ts";
import { createTally, type Counts, type Tally } from "./tally.ts";

export interface Sample {
  /** Since the start; s. */
  readonly second: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
  readonly connections: number;
  readonly handles: number;
}

export interface Mixed extends Counts {
  readonly seconds: number;
  readonly before: Remains;
  readonly after: Remains;
  readonly leaks: readonly string[];
  readonly samples: readonly Sample[];
}

/** Who does what at the same time. The deaf hold tens of megabytes each, on our side. */
const crowd: readonly (readonly string[])[] = [
  ...Array<readonly string[]>(10).fill(["plain", "echo", "v1"]),
  ...Array<readonly string[]>(2).fill(["flood", "large"]),
  ...Array<readonly string[]>(4).fill(["refused", "abort", "fault"]),
  ["half"],
  ["late"],
  ["deaf"],
];

const deeds: Readonly<Record<string, Deed>> = { ...people, ...strangers };

/** Everything at once for so long, between two moments of quiet that are compared. */
export async function runMixed(server: SoakServer, seconds: number): Promise<Mixed> {
  // What is compiled and cached at first is no leak.
  await busy(server, createTally(), Math.min(20, Math.max(2, seconds / 5)));
  const before = await whenQuiet(server);
  const tally = createTally();
  const samples: Sample[] = [];
  const startedAt = performance.now();
  const sample = async (): Promise<void> => {
    const numbers = await server.numbers();
    samples.push({
      second: Math.round((performance.now() - startedAt) / 1000),
      heapBytes: numbers["nodejs_heap_size_used_bytes"] ?? NaN,
      rssBytes: numbers["process_resident_memory_bytes"] ?? NaN,
      connections: numbers["wsecho_connections"] ?? NaN,
      handles: numbers["nodejs_active_handles_total"] ?? NaN,
    });
  };
  // At most a hundred or so, however long it takes.
  const everyMs = Math.max(1000, (seconds * 1000) / 100);
  const timer = setInterval(
    () => void sample().catch((error: unknown) => tally.failed("metrics", String(error))),
    everyMs,
  );
  await busy(server, tally, seconds);
  clearInterval(timer);
  const after = await whenQuiet(server);
  return {
    ...tally.report(),
    seconds: Math.round((performance.now() - startedAt) / 1000),
    before,
    after,
    leaks: leaksBetween(before, after),
    samples,
  };
}

async function busy(server: SoakServer, tally: Tally, seconds: number): Promise<void> {
  const endAt = performance.now() + seconds * 1000;
  await Promise.all(
    crowd.map(async (kinds) => {
      for (let turn = 0; performance.now() < endAt; turn++) {
        const kind = kinds[turn % kinds.length] ?? "plain";
        try {
          await deeds[kind]?.(server, tally);
          tally.did(kind);
        } catch (error) {
          tally.failed(kind, error instanceof Error ? error.message : String(error));
        }
      }
    }),
  );
}
