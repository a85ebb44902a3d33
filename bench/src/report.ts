import type { Workload } from "./load.ts";
import { median, spread } from "./statistics.ts";

export interface Sample {
  /** Server CPU per message (or login), microseconds; of idle connections bytes of RSS for each. */
  readonly cost: number;
  readonly messagesPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

export interface Series {
  readonly peer: string;
  readonly workload: Workload;
  readonly samples: readonly Sample[];
}

export interface Row {
  readonly workload: string;
  readonly peer: string;
  readonly cost: number;
  /** The cost beside the control's, median of the rounds' own ratios. */
  readonly ratio: number;
  readonly spread: number;
  readonly messagesPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

/** Ratios are taken round by round, so that a noisy moment falls on both. */
export function summarize(series: readonly Series[], control: string): readonly Row[] {
  return series.map(({ peer, workload, samples }) => {
    const base = series.find((s) => s.peer === control && s.workload.name === workload.name);
    const of = (key: keyof Sample): number => median(samples.map((sample) => sample[key]));
    const ratios = samples.map((sample, i) => sample.cost / (base?.samples[i]?.cost ?? NaN));
    return {
      workload: workload.name,
      peer,
      cost: of("cost"),
      ratio: median(ratios),
      spread: spread(samples.map((sample) => sample.cost)),
      messagesPerSecond: of("messagesPerSecond"),
      p50Us: of("p50Us"),
      p99Us: of("p99Us"),
    };
  });
}

export function formatTable(rows: readonly Row[]): string {
  const head = ["workload", "server", "µs or B", "± noise", "ratio", "msg/s", "p50 µs", "p99 µs"];
  const body = rows.map((row) => [
    row.workload,
    row.peer,
    row.cost.toFixed(2),
    `${(row.spread * 100).toFixed(0)} %`,
    row.ratio.toFixed(2),
    row.messagesPerSecond.toFixed(0),
    row.p50Us.toFixed(0),
    row.p99Us.toFixed(0),
  ]);
  const widths = head.map((title, i) =>
    Math.max(title.length, ...body.map((cells) => cells[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ");
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}
