import type { EchoOf, Fate } from "./transcript.ts";

export interface Traffic {
  readonly messages: number;
  /** Payload bytes. */
  readonly bytes: number;
}

/** What happened so far, also to messages that the transcript has let go. */
export interface Figures {
  readonly sent: Traffic;
  readonly received: Traffic;
  /** Received without being an answer. */
  readonly unprompted: number;
  readonly identical: number;
  readonly differing: number;
  readonly lost: number;
  readonly unsent: number;
  readonly refused: number;
  /** In milliseconds, the newest last, at most {@link maxRoundTrips}. */
  readonly roundTrips: readonly number[];
}

export const maxRoundTrips = 1000;

const none: Traffic = { messages: 0, bytes: 0 };
export const noFigures: Figures = {
  ...{ sent: none, received: none, unprompted: 0, identical: 0, differing: 0 },
  ...{ lost: 0, unsent: 0, refused: 0, roundTrips: [] },
};

/** Counts one batch: copies once, however much it brings. */
export interface Tally {
  readonly sent: (bytes: number) => void;
  readonly received: (bytes: number, echo: EchoOf | null) => void;
  readonly ended: (fate: Fate["kind"]) => void;
  readonly finish: () => Figures;
}

export function tallyOn(figures: Figures): Tally {
  let next = figures;
  const roundTrips: number[] = [];
  const more = ({ messages, bytes }: Traffic, by: number): Traffic => ({
    messages: messages + 1,
    bytes: bytes + by,
  });
  const count = (
    name: "unprompted" | "identical" | "differing" | "lost" | "unsent" | "refused",
  ) => {
    next = { ...next, [name]: next[name] + 1 };
  };
  return {
    sent: (bytes) => {
      next = { ...next, sent: more(next.sent, bytes) };
    },
    received: (bytes, echo) => {
      next = { ...next, received: more(next.received, bytes) };
      if (echo === null) count("unprompted");
      else if (echo.check !== null)
        count(echo.check.kind === "identical" ? "identical" : "differing");
      if (typeof echo?.rttMs === "number") roundTrips.push(echo.rttMs);
    },
    ended: (fate) => {
      if (fate === "lost" || fate === "unsent" || fate === "refused") count(fate);
    },
    finish: () =>
      roundTrips.length === 0
        ? next
        : { ...next, roundTrips: [...next.roundTrips, ...roundTrips].slice(-maxRoundTrips) },
  };
}

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** By the nearest rank: each is a value that was measured. `null` for none. */
export function percentiles(values: readonly number[]): Percentiles | null {
  const sorted = Float64Array.from(values).sort();
  const at = (part: number): number => sorted[Math.ceil(part * sorted.length) - 1] ?? 0;
  return sorted.length === 0 ? null : { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
