import type { Tallies, Tally } from "./tally.ts";

/** Milliseconds, as HDR percentiles; `null` where nothing was measured. */
export interface Spread {
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** What `wsecho bench --json` prints; times in milliseconds, rates per second. */
export interface BenchResult extends Counted {
  readonly v: 1;
  readonly url: string;
  readonly loop: "open" | "closed";
  readonly connections: { readonly asked: number; readonly opened: number };
  readonly seconds: number;
  readonly sizeBytes: number;
  readonly perSecond: number;
  /** Of `--slow-readers`, which all other figures but `connections` leave out. */
  readonly slowReaders?: SlowReaders;
}

/** What was counted over some connections. */
export interface Counted {
  readonly sent: number;
  readonly echoed: number;
  readonly lost: number;
  readonly reordered: number;
  readonly doubled: number;
  readonly corrupt: number;
  readonly unsent: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly connectMs: Spread | null;
  readonly latencyMs: Spread | null;
}

export interface SlowReaders extends Counted {
  readonly connections: { readonly asked: number; readonly opened: number };
}

export interface Frame {
  readonly url: string;
  readonly loop: "open" | "closed";
  readonly asked: number;
  readonly opened: number;
  readonly seconds: number;
  readonly sizeBytes: number;
  /** Slow readers that were asked for, and that came about. */
  readonly slow: { readonly asked: number; readonly opened: number };
}

export function resultOf({ readers, slow }: Tallies, frame: Frame): BenchResult {
  const { url, loop, asked, opened, seconds, sizeBytes } = frame;
  return {
    v: 1,
    url,
    loop,
    connections: { asked, opened },
    seconds: round(seconds),
    sizeBytes,
    ...countedOf(readers),
    perSecond: seconds > 0 ? round(readers.echoed / seconds) : 0,
    ...(frame.slow.asked === 0
      ? {}
      : { slowReaders: { connections: frame.slow, ...countedOf(slow) } }),
  };
}

function countedOf(tally: Tally): Counted {
  const { sent, echoed, lost, reordered, doubled, corrupt, unsent } = tally;
  return {
    sent,
    echoed,
    lost,
    reordered,
    doubled,
    corrupt,
    unsent,
    failures: Object.fromEntries([...tally.failures].sort(([, a], [, b]) => b - a)),
    connectMs: spreadOf(tally.connecting),
    latencyMs: spreadOf(tally.latency),
  };
}

function spreadOf(histogram: Tally["latency"]): Spread | null {
  if (histogram.count === 0) return null;
  const at = (percentile: number): number => round(histogram.percentile(percentile) / 1e6);
  return {
    min: round(histogram.min / 1e6),
    mean: round(histogram.mean / 1e6),
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
    max: round(histogram.max / 1e6),
  };
}

/** Three digits behind the point: a microsecond. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
