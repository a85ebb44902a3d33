import type { Tally } from "./tally.ts";

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
export interface BenchResult {
  readonly v: 1;
  readonly url: string;
  readonly loop: "open" | "closed";
  readonly connections: { readonly asked: number; readonly opened: number };
  readonly seconds: number;
  readonly sizeBytes: number;
  readonly sent: number;
  readonly echoed: number;
  readonly lost: number;
  readonly reordered: number;
  readonly doubled: number;
  readonly corrupt: number;
  readonly unsent: number;
  readonly perSecond: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly connectMs: Spread | null;
  readonly latencyMs: Spread | null;
}

export interface Frame {
  readonly url: string;
  readonly loop: "open" | "closed";
  readonly asked: number;
  readonly opened: number;
  readonly seconds: number;
  readonly sizeBytes: number;
}

export function resultOf(tally: Tally, frame: Frame): BenchResult {
  const { url, loop, asked, opened, seconds, sizeBytes } = frame;
  const { sent, echoed, lost, reordered, doubled, corrupt, unsent } = tally;
  return {
    v: 1,
    url,
    loop,
    connections: { asked, opened },
    seconds: round(seconds),
    sizeBytes,
    sent,
    echoed,
    lost,
    reordered,
    doubled,
    corrupt,
    unsent,
    perSecond: seconds > 0 ? round(echoed / seconds) : 0,
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
