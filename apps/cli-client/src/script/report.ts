import { sanitizeLine } from "../terminal/sanitize.ts";
import type { StepResult } from "./run.ts";

/** One step as TAP has it (version 14), with a block that says why it failed. */
export function tapLine({ step, outcome, why }: StepResult, number: number): string {
  // A # would begin a directive, a backslash an escape.
  const title = sanitizeLine(`line ${step.line}: ${step.text}`).replace(/[\\#]/g, "\\$&");
  const skipped = outcome === "skipped" ? " # SKIP an earlier step failed" : "";
  const head = `${outcome === "failed" ? "not ok" : "ok"} ${number} - ${title}${skipped}\n`;
  return outcome === "failed"
    ? `${head}  ---\n  message: ${JSON.stringify(sanitizeLine(why))}\n  ...\n`
    : head;
}

/** The whole as JUnit XML, as CI servers read it. */
export function junit(name: string, results: readonly StepResult[]): string {
  const count = (outcome: StepResult["outcome"]): number =>
    results.filter((result) => result.outcome === outcome).length;
  const time = (seconds: number): string => seconds.toFixed(3);
  const all = results.reduce((sum, { seconds }) => sum + seconds, 0);
  const cases = results.map(({ step, outcome, seconds, why }) => {
    const title = escape(`line ${step.line}: ${step.text}`);
    const head = `    <testcase classname="${escape(name)}" name="${title}" time="${time(seconds)}"`;
    if (outcome === "passed") return `${head}/>`;
    const inner = outcome === "skipped" ? "<skipped/>" : `<failure message="${escape(why)}"/>`;
    return `${head}>${inner}</testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<testsuites>",
    `  <testsuite name="${escape(name)}" tests="${results.length}" failures="${count("failed")}" skipped="${count("skipped")}" time="${time(all)}">`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Control characters, which XML has none of, are shown. */
const escape = (text: string): string =>
  sanitizeLine(text).replace(/[&<>"]/g, (character) => entities[character] ?? "");
