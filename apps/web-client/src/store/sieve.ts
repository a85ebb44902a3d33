import type { Sifted } from "../session/filter.ts";

/** Looks at some of `entries` from a place on, at least at one, and tells now or later what came of it. */
export interface Sieve<E> {
  readonly look: (entries: readonly E[], from: number, tell: (sifted: Sifted) => void) => void;
  /** Nothing is told any more. */
  readonly end: () => void;
}

/** Why a search ended: one entry took too long or too much memory, or a file of the page is not there. */
export type SieveFailure = "slow" | "missing";

/** What a worker gets, once for some entries in a row. */
export interface Slice<Query, E> {
  readonly query: Query;
  readonly entries: readonly E[];
}

/** What is used of a `Worker`. */
export type SieveWorker = Pick<Worker, "onmessage" | "onerror" | "postMessage" | "terminate">;

/** A slice's most: copying it for the worker must not hold the page up. */
const maxEntries = 2048;
const maxBytes = 1024 * 1024;

/**
 * How long a slice may take. Told by ticks: a page that was held up, or a machine that slept, does not
 * count what it missed.
 */
const tickMs = 100;
const maxTicks = 10;

export interface WorkerSieveParts<Query, E> {
  readonly query: Query;
  /** Of an entry's payload, roughly. */
  readonly bytesOf: (entry: E) => number;
  readonly fail: (why: SieveFailure) => void;
  /** Says `null` once it is loaded, and what it found of each slice. */
  readonly worker: SieveWorker;
}

/**
 * Looks in a thread of its own, one for each search: a regular expression such as `(a+)+$` can take
 * years for one message, and nothing but the end of its thread stops it.
 */
export function createWorkerSieve<Query, E>(parts: WorkerSieveParts<Query, E>): Sieve<E> {
  const { query, bytesOf, fail, worker } = parts;
  let loaded = false;
  let ticks = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  let waiting: (sifted: Sifted) => void = () => undefined;
  const end = (): void => {
    clearInterval(timer);
    worker.onmessage = worker.onerror = null;
    worker.terminate();
  };
  const give = (why: SieveFailure): void => {
    end();
    fail(why);
  };
  const sliceEnd = (entries: readonly E[], from: number): number => {
    let bytes = 0;
    const last = Math.min(entries.length, from + maxEntries);
    for (let at = from; at < last; at++) {
      const entry = entries[at];
      if (entry !== undefined) bytes += bytesOf(entry);
      if (bytes > maxBytes) return at + 1;
    }
    return last;
  };
  worker.onmessage = ({ data }: MessageEvent<Sifted | null>) => {
    loaded = true;
    if (data === null) return;
    clearInterval(timer);
    waiting(data);
  };
  // What the matching itself throws is a stack that is full.
  worker.onerror = () => give(loaded ? "slow" : "missing");
  return {
    end,
    look: (entries, from, tell) => {
      waiting = tell;
      ticks = 0;
      timer = setInterval(() => {
        if (loaded && ++ticks === maxTicks) give("slow");
      }, tickMs);
      const slice: Slice<Query, E> = {
        query,
        entries: entries.slice(from, sliceEnd(entries, from)),
      };
      worker.postMessage(slice);
    },
  };
}

/** Has the browser keep a worker's file, for searches when the page's server is gone. */
export function keepWorker(worker: SieveWorker): void {
  worker.onmessage = () => worker.terminate();
}
