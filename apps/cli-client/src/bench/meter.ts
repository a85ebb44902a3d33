import { eraseRow, liveRow } from "../wire/fit.ts";
import type { Progress } from "./run.ts";
import type { Tally } from "./tally.ts";

/** The live line of a bench, where talk goes to a terminal; nothing elsewhere. */
export interface Meter {
  readonly show: (progress: Progress) => void;
  readonly clear: () => void;
}

export interface MeterOptions {
  readonly tally: Tally;
  readonly asked: number;
  readonly quiet: boolean;
  /** Default: the process's stderr. */
  readonly stream?: {
    readonly isTTY?: boolean;
    readonly columns?: number;
    readonly write: (text: string) => unknown;
  };
}

export function createMeter({ tally, asked, quiet, stream = process.stderr }: MeterOptions): Meter {
  const live = stream.isTTY === true && !quiet;
  return {
    show: (progress) => {
      if (live) stream.write(liveRow(describe(progress, tally, asked), stream));
    },
    clear: () => {
      if (live) stream.write(eraseRow);
    },
  };
}

function describe({ phase, opened, seconds }: Progress, tally: Tally, asked: number): string {
  const failed = [...tally.failures.values()].reduce((a, b) => a + b, 0);
  const trouble = failed === 0 ? "" : `, ${failed} failed`;
  if (phase === "connecting") return `connecting: ${opened} of ${asked}${trouble}`;
  const rate = seconds > 0 ? Math.round(tally.echoed / seconds) : 0;
  const p99 = (tally.latency.percentile(99) / 1e6).toFixed(2);
  const words = `${phase} ${seconds.toFixed(1)} s: ${tally.echoed} echoes, ${rate}/s, p99 ${p99} ms`;
  return `${words}${trouble}`;
}
