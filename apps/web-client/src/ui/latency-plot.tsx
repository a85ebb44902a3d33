import type { JSX } from "preact";
import { percentiles } from "../session/figures.ts";
import { formatCount, formatSpan } from "../text/format.ts";
import { dt } from "../words/dialogs.ts";

interface LatencyPlotProps {
  /** Milliseconds, the newest last. */
  readonly roundTrips: readonly number[];
  /** How many of them are drawn. */
  readonly last: number;
}

const width = 120;
const height = 24;

/** The newest round trips as a line, from 0 to the slowest of them. */
export function LatencyPlot({ roundTrips, last }: LatencyPlotProps): JSX.Element | null {
  const shown = roundTrips.slice(-last);
  const of = percentiles(shown);
  if (of === null) return null;
  const { p50, p95, p99, max } = of;
  const y = (ms: number): number => height - 1 - (ms / (max || 1)) * (height - 2);
  const step = width / Math.max(1, shown.length - 1);
  const points = shown.map((ms, i) => `${(i * step).toFixed(1)},${y(ms).toFixed(1)}`).join(" ");
  const label = dt("figures.plot", {
    count: formatCount(shown.length),
    p50: formatSpan(p50),
    p95: formatSpan(p95),
    p99: formatSpan(p99),
  });
  return (
    <svg
      class="plot"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <line x1="0" x2={width} y1={y(p95)} y2={y(p95)} />
      {shown.length === 1 ? (
        <circle cx={width / 2} cy={y(max)} r="1.5" />
      ) : (
        <polyline points={points} />
      )}
    </svg>
  );
}
