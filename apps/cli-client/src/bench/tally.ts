import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import type { Messages } from "./message.ts";

/** What a run counts, over all its connections. */
export interface Tally {
  sent: number;
  /** Echoes that were the very bytes of the next message awaited. */
  echoed: number;
  /** Echoes of a message that was awaited, but not yet: counted as echoed, too. */
  reordered: number;
  /** Echoes of a message that had its echo already. */
  doubled: number;
  /** What came and was no message of this connection. */
  corrupt: number;
  /** Messages whose connection ended, or whose time ran out, before the echo. */
  lost: number;
  /** Open-loop only: messages that were due, but would have piled up in front of the server. */
  unsent: number;
  /** Why connections did not come about, or ended before their time; each kind with its count. */
  readonly failures: Map<string, number>;
  /** From the start of connecting to the session that can echo, in nanoseconds. */
  readonly connecting: RecordableHistogram;
  /** From when a message was due to its echo, in nanoseconds. */
  readonly latency: RecordableHistogram;
}

/** Slow readers are counted apart, as they say something about themselves alone. */
export interface Tallies {
  readonly readers: Tally;
  readonly slow: Tally;
}

export function createTally(): Tally {
  return {
    sent: 0,
    echoed: 0,
    reordered: 0,
    doubled: 0,
    corrupt: 0,
    lost: 0,
    unsent: 0,
    failures: new Map(),
    // Node's own HDR histogram: three significant digits, over the whole range.
    connecting: createHistogram({ figures: 3 }),
    latency: createHistogram({ figures: 3 }),
  };
}

export function countFailure({ failures }: Tally, kind: string): void {
  failures.set(kind, (failures.get(kind) ?? 0) + 1);
}

/** What one connection awaits: in the order of sending, each with the time when it was due. */
export interface Awaited {
  readonly count: () => number;
  readonly sent: (n: number, dueNs: number) => void;
  /** @returns whether it was an echo of what was awaited */
  readonly received: (text: string, nowNs: number) => boolean;
  /** No echo of this one will come; it is lost. */
  readonly refused: (text: string) => void;
  /** Nothing more will come: what is still awaited is lost. */
  readonly end: () => void;
}

export function createAwaited(tally: Tally, messages: Messages): Awaited {
  // A Map keeps the order in which its keys came.
  const due = new Map<number, number>();
  let over = false;

  const settle = (n: number, dueNs: number, nowNs: number): void => {
    due.delete(n);
    tally.echoed += 1;
    tally.latency.record(Math.max(1, Math.round(nowNs - dueNs)));
  };
  return {
    count: () => due.size,
    sent: (n, dueNs) => {
      due.set(n, dueNs);
      tally.sent += 1;
    },
    received: (text, nowNs) => {
      // What comes too late has been counted as lost.
      if (over) return false;
      const [next] = due;
      if (next !== undefined && messages.make(next[0]) === text) {
        settle(...next, nowNs);
        return true;
      }
      const n = messages.numberOf(text);
      const dueNs = n === null ? undefined : due.get(n);
      if (n === null) tally.corrupt += 1;
      else if (dueNs === undefined) tally.doubled += 1;
      else {
        tally.reordered += 1;
        settle(n, dueNs, nowNs);
        return true;
      }
      return false;
    },
    refused: (text) => {
      const n = messages.numberOf(text);
      if (n !== null && due.delete(n)) tally.lost += 1;
    },
    end: () => {
      over = true;
      tally.lost += due.size;
      due.clear();
    },
  };
}
