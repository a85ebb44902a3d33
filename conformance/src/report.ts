import { styleText } from "node:util";
import type { Result } from "./run.ts";

const words = { passed: "ok  ", failed: "FAIL", skipped: "skip" } as const;
const colours = { passed: "green", failed: "red", skipped: "yellow" } as const;

/** One line for a vector; a failed one also shows what was said. */
export function lineOf(result: Result, coloured: boolean): string {
  const { id, title, rules, outcome, ms, reason, expected, received } = result;
  const { notes = [], conversation = [] } = result;
  const word = coloured
    ? styleText(colours[outcome], words[outcome], { validateStream: false })
    : words[outcome];
  const end = reason === undefined ? [`(${ms} ms)`, ...notes].join(" — ") : `— ${reason}`;
  const first = `${word} ${id} [${rules.join(", ")}] ${title} ${end}`;
  if (outcome !== "failed") return first;
  return [
    first,
    ...conversation.map((line) => `       ${line}`),
    `     expected ${expected ?? ""}`,
    `     received ${received ?? ""}`,
  ].join("\n");
}

export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Those that failed vectors name, in order. */
  readonly brokenRules: readonly string[];
}

export function summarize(results: readonly Result[]): Summary {
  const count = (outcome: Result["outcome"]): number =>
    results.filter((result) => result.outcome === outcome).length;
  const broken = results.filter(({ outcome }) => outcome === "failed").flatMap((r) => r.rules);
  return {
    passed: count("passed"),
    failed: count("failed"),
    skipped: count("skipped"),
    brokenRules: [...new Set(broken)].sort((a, b) => a.localeCompare(b, "en", { numeric: true })),
  };
}

export function summaryLine({ passed, failed, skipped, brokenRules }: Summary): string {
  const counts = `${passed} passed, ${failed} failed, ${skipped} skipped`;
  return brokenRules.length === 0
    ? counts
    : `${counts}; see ${brokenRules.join(", ")}${brokenRules.some(isOurs) ? " in PROTOCOL.md" : ""}`;
}

/** A rule of PROTOCOL.md, not one that names its own book. */
const isOurs = (rule: string): boolean => !rule.includes(" ");
