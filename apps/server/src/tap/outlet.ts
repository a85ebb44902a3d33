import { toLine } from "./line.ts";

/** What was sent and has not left yet; beyond that records are lost. */
export const feedBytes = 1024 * 1024;

/** So much is worth a message of its own. */
const batchBytes = 64 * 1024;

/** The way to one watcher: bounded, and nobody waits for one that is slow. */
export interface Outlet {
  /** Takes a line where there is room, and counts it otherwise. */
  readonly offer: (line: () => string) => void;
  /** So many bytes have left for the watcher. */
  readonly taken: (bytes: number) => void;
  /** While paused nothing is taken, and everything counted. */
  readonly pause: (paused: boolean) => void;
  /** Sends what waits for more. */
  readonly flush: () => void;
}

export interface OutletParts {
  /** Gets whole lines, and how many records were lost since the last call; the lines may be none. */
  readonly send: (bytes: Uint8Array<ArrayBuffer>, lost: number) => void;
  /** µs since 1970. */
  readonly now: () => number;
}

const encoder = new TextEncoder();

export function createOutlet({ send, now }: OutletParts): Outlet {
  let waiting: string[] = [];
  /** Of what waits; about, for a character may be several bytes. */
  let length = 0;
  let away = 0;
  let full = false;
  let lost = 0;
  let reported = 0;
  let paused = false;
  let passed = 0;

  function flush(): void {
    if (length === 0 && lost === reported) return;
    const bytes = encoder.encode(waiting.join(""));
    waiting = [];
    length = 0;
    away += bytes.length;
    send(bytes, lost - reported);
    reported = lost;
  }

  function push(line: string): void {
    waiting.push(line);
    length += line.length;
    if (length >= batchBytes) flush();
  }

  function sayLost(count: number, says: string): void {
    const t = now();
    push(toLine({ k: "note", t, us: 0, conn: 0, at: "server", code: "lost", says, count }));
  }

  return {
    offer(line) {
      if (paused) {
        passed += 1;
        return;
      }
      if (!full) {
        const text = line();
        // One that is larger than all the room there is goes alone.
        full = away + length > 0 && away + length + text.length > feedBytes;
        if (!full) {
          push(text);
          return;
        }
      }
      lost += 1;
    },
    taken(bytes) {
      away -= bytes;
      // Not at once, or every other record would be a note about one.
      if (!full || away + length > feedBytes / 2) return;
      full = false;
      sayLost(lost, "the watcher was too slow: so many records are missing here");
      reported -= lost;
      lost = 0;
    },
    pause(next) {
      if (paused && !next && passed > 0)
        sayLost(passed, "the feed was paused: so many records passed meanwhile");
      if (!next) passed = 0;
      paused = next;
    },
    flush,
  };
}
