import { failure, success, type Result } from "@wsecho/protocol";
import type { BenchResult } from "./result.ts";

/** One `--fail-if`: the run failed where it holds. */
export interface Condition {
  /** As it was typed. */
  readonly text: string;
  /** Times in milliseconds; `null` where nothing was measured. */
  readonly measure: (result: BenchResult) => number | null;
  readonly holds: (value: number) => boolean;
  /** A value with its unit, for people. */
  readonly show: (value: number) => string;
}

const percentiles = ["min", "mean", "p50", "p90", "p95", "p99", "p999", "max"] as const;
const counts = ["lost", "reordered", "doubled", "corrupt", "unsent"] as const;
const units: Readonly<Record<string, number>> = { us: 0.001, µs: 0.001, ms: 1, s: 1000 };
const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
};

const names = [...percentiles, ...counts, "failures", "rate"];
const examples = "for example 'p99>50ms', 'lost>0', 'lost>0.1%', 'failures>0' or 'rate<1000'";

/**
 * Reads `p99>50ms` and its like: a name, a comparison, a number with its unit. Times take us, ms
 * or s (also behind `connect.`), counts a number or a per cent of what was sent.
 */
export function parseCondition(text: string): Result<Condition, string> {
  const match =
    /^\s*(connect\.)?([a-z]+\d*)\s*(>=|<=|>|<)\s*(\d+(?:\.\d+)?)\s*(us|\u00b5s|ms|s|%)?\s*$/i.exec(
      text,
    );
  if (match === null) return failure(`"${text}" is no condition; ${examples}`);
  const [, connect, name = "", operator = "", digits = "", unit] = match;
  const limit = Number(digits);
  const compare = comparisons[operator];
  if (compare === undefined) return failure(`"${text}" is no condition; ${examples}`);
  const condition = (
    measure: Condition["measure"],
    sign = "",
    factor = 1,
  ): Result<Condition, string> =>
    success({
      text,
      measure,
      holds: (value) => compare(value, limit * factor),
      // As fine as was measured, even in seconds, without a trace of the arithmetic.
      show: (value) => `${Number((value / factor).toFixed(6))} ${sign}`.trimEnd(),
    });

  const percentile = percentiles.find((each) => each === name);
  if (percentile !== undefined) {
    const factor = units[unit?.toLowerCase() ?? ""];
    if (factor === undefined) return failure(`"${text}" needs a unit of time: us, ms or s`);
    return condition(
      ({ latencyMs, connectMs }) =>
        (connect === undefined ? latencyMs : connectMs)?.[percentile] ?? null,
      unit,
      factor,
    );
  }
  if (connect !== undefined)
    return failure(`"${text}": connect. goes before one of ${percentiles.join(", ")}`);
  const count = counts.find((each) => each === name);
  if (count !== undefined && (unit === undefined || unit === "%"))
    return condition(
      (result) => (unit === "%" ? percentOf(result[count], result) : result[count]),
      unit,
    );
  if (!names.some((each) => each === name))
    return failure(`"${text}": there is no "${name}"; there are ${names.join(", ")}`);
  if (unit !== undefined) return failure(`"${text}": ${name} takes a plain number`);
  if (name === "failures")
    return condition(({ failures }) => Object.values(failures).reduce((a, b) => a + b, 0));
  return condition(({ perSecond }) => perSecond, "echoes/s");
}

/** The conditions that failed the run, each in words; one that nothing was measured for fails it. */
export function brokenConditions(
  conditions: readonly Condition[],
  result: BenchResult,
): readonly string[] {
  return conditions.flatMap(({ text, measure, holds, show }) => {
    const value = measure(result);
    if (value === null) return [`${text}: nothing was measured`];
    return holds(value) ? [`${text}: it was ${show(value)}`] : [];
  });
}

function percentOf(count: number, { sent, unsent }: BenchResult): number {
  const due = sent + unsent;
  return due === 0 ? 0 : (count / due) * 100;
}
