import type { Direction } from "@wsecho/wire";
import type { Entry, Order } from "./messages.ts";

/** Small enough to be copied while it is in the cache, large enough for what a read brings. */
const tapeBytes = 256 * 1024;

/** How long bytes wait for others to be handed on with; ms. */
const flushMs = 20;

/** What the thread may have in hand; beyond that bytes are only counted. */
const maxInHand = 32 * 1024 * 1024;

/** Copies of the watched connections' bytes, in their order, on the way to the thread. */
export interface Tape {
  /** Copies `bytes`, which may change later. Never throws, never waits. */
  readonly add: (conn: number, dir: Direction, bytes: Uint8Array) => void;
  readonly say: (entry: Entry) => void;
  /** Hands on what there is. */
  readonly flush: () => void;
  /** A tape that the thread is done with. */
  readonly giveBack: (bytes: ArrayBuffer) => void;
}

/**
 * @param post hands the tape on, which is gone then
 * @param onMissed so many bytes could not be copied
 */
export function createTape(
  post: (order: Extract<Order, { readonly type: "tape" }>) => void,
  onMissed: (bytes: number) => void,
): Tape {
  const spare: ArrayBuffer[] = [];
  let tape: Uint8Array<ArrayBuffer> | null = null;
  let used = 0;
  let entries: Entry[] = [];
  let missing = new Map<string, Extract<Entry, { readonly type: "missing" }>>();
  let inHand = 0;
  let timer: NodeJS.Timeout | null = null;

  function flush(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (entries.length === 0) return;
    const bytes = tape?.buffer ?? new ArrayBuffer(0);
    inHand += bytes.byteLength;
    post({ type: "tape", entries, bytes });
    tape = null;
    used = 0;
    entries = [];
    missing = new Map();
  }

  function say(entry: Entry): void {
    entries.push(entry);
    timer ??= setTimeout(flush, flushMs).unref();
  }

  function miss(conn: number, dir: Direction, count: number): void {
    onMissed(count);
    const key = `${conn}${dir}`;
    const known = missing.get(key);
    if (known !== undefined) {
      known.count += count;
      return;
    }
    const entry = { type: "missing" as const, conn, time: now(), dir, count };
    missing.set(key, entry);
    say(entry);
  }

  return {
    add(conn, dir, bytes) {
      const { length } = bytes;
      if (length === 0) return;
      if (tape !== null && used + length > tape.length) flush();
      const needed = tape === null ? Math.max(length, tapeBytes) : 0;
      // Nor in between: what comes after a gap must not be taken for what was in it.
      if (inHand + needed > maxInHand || missing.has(`${conn}${dir}`)) {
        miss(conn, dir, length);
        return;
      }
      tape ??= new Uint8Array(
        (length <= tapeBytes ? spare.pop() : null) ?? new ArrayBuffer(needed),
      );
      tape.set(bytes, used);
      used += length;
      say({ type: "bytes", conn, time: now(), dir, length });
    },
    say,
    flush,
    giveBack(bytes) {
      inHand -= bytes.byteLength;
      if (bytes.byteLength === tapeBytes && spare.length < 8) spare.push(bytes);
    },
  };
}

/** Asked once, for the question takes twice as long as that for the time. */
const { timeOrigin } = performance;

/** µs since 1970; it never goes back, as a clock that is set does. */
export function now(): number {
  return Math.floor((timeOrigin + performance.now()) * 1000);
}
