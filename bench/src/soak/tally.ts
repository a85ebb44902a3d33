import { createHistogram, type RecordableHistogram } from "node:perf_hooks";

/** What was seen. */
export interface Tally {
  readonly sent: () => void;
  /** The right bytes, once; so long after they were sent. ms. */
  readonly answered: (afterMs: number) => void;
  /** Sent on a connection that the server had to keep, and never answered. */
  readonly lost: (count: number, how: string) => void;
  /** Answered again. */
  readonly doubled: () => void;
  /** Answered by other bytes. */
  readonly corrupted: () => void;
  readonly loggedIn: (way: string, afterMs: number) => void;
  /** Something was done to the server, and ended as it should. */
  readonly did: (kind: string) => void;
  /** It did not. */
  readonly failed: (kind: string, how: string) => void;
  readonly report: () => Counts;
  /** Answers so far. */
  readonly answers: () => number;
}

export interface Times {
  readonly count: number;
  /** ms. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Counts {
  readonly messages: {
    readonly sent: number;
    readonly answered: number;
    readonly lost: number;
    readonly doubled: number;
    readonly corrupted: number;
  };
  readonly echo: Times;
  readonly logins: Readonly<Record<string, Times>>;
  readonly done: Readonly<Record<string, number>>;
  /** By kind: how it ended instead, and how often. */
  readonly failures: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export function createTally(): Tally {
  const messages = { sent: 0, answered: 0, lost: 0, doubled: 0, corrupted: 0 };
  const echo = createHistogram();
  const logins: Record<string, RecordableHistogram> = {};
  const done: Record<string, number> = {};
  const failures: Record<string, Record<string, number>> = {};

  const fail = (kind: string, how: string): void => {
    const hows = (failures[kind] ??= {});
    // Bounded, whatever the server says.
    const key = how in hows || Object.keys(hows).length < 20 ? how.slice(0, 200) : "others";
    hows[key] = (hows[key] ?? 0) + 1;
  };
  return {
    sent: () => void (messages.sent += 1),
    answered(afterMs) {
      messages.answered += 1;
      record(echo, afterMs);
    },
    lost(count, how) {
      messages.lost += count;
      fail("lost", how);
    },
    doubled: () => void (messages.doubled += 1),
    corrupted: () => void (messages.corrupted += 1),
    loggedIn: (way, afterMs) => record((logins[way] ??= createHistogram()), afterMs),
    did: (kind) => void (done[kind] = (done[kind] ?? 0) + 1),
    failed: fail,
    answers: () => messages.answered,
    report: () => ({
      messages,
      echo: timesOf(echo),
      logins: Object.fromEntries(Object.entries(logins).map(([way, all]) => [way, timesOf(all)])),
      done,
      failures,
    }),
  };
}

function record(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.max(1, Math.round(ms * 1e6)));
}

function timesOf(histogram: RecordableHistogram): Times {
  const { count } = histogram;
  const ms = (ns: number): number => (count === 0 ? 0 : Math.round(ns / 1e4) / 100);
  return {
    count,
    p50: ms(histogram.percentile(50)),
    p99: ms(histogram.percentile(99)),
    max: ms(histogram.max),
  };
}
