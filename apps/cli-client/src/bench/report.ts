import { wrapWords } from "../wire/fit.ts";
import type { BenchResult, Counted, Spread } from "./result.ts";

const figures = ["min", "mean", "p50", "p90", "p95", "p99", "p999", "max"] as const;
/** What a row of all figures takes. */
const wide = 76;

/**
 * The result as a person reads it. Failure kinds may quote a peer: the caller makes them harmless.
 *
 * @param columns of the terminal; Infinity for none
 */
export function formatResult(result: BenchResult, columns: number): readonly string[] {
  const { connections, latencyMs, connectMs, slowReaders: slow } = result;
  const failures = failuresOf(result, "failures");
  return [
    `${result.url}, ${result.loop}-loop, ${result.sizeBytes} B a message, ${seconds(result.seconds)}`,
    `connections ${connections.opened} of ${connections.asked} opened`,
    `messages    ${messagesOf(result)}`,
    `rate        ${result.perSecond} echoes/s`,
    "",
    ...tableOf({ connect: connectMs, "round trip": latencyMs }, columns),
    ...failures,
    ...(slow === undefined
      ? []
      : [
          "",
          `slow readers, counted apart: ${slow.connections.opened} of ${slow.connections.asked} opened`,
          `messages    ${messagesOf(slow)}`,
          ...tableOf({ "round trip": slow.latencyMs }, columns),
          ...failuresOf(slow, "failures of slow readers"),
        ]),
  ].flatMap((line) => wrapWords(line, columns, 12));
}

/** A row for each spread, or a column where the screen is too narrow for that. */
function tableOf(
  spreads: Readonly<Record<string, Spread | null>>,
  columns: number,
): readonly string[] {
  const measured = Object.entries(spreads).flatMap(([name, spread]) =>
    spread === null ? [] : [{ name, spread }],
  );
  const missing = Object.entries(spreads)
    .filter(([, spread]) => spread === null)
    .map(([name]) => `${name.padEnd(12)}nothing measured`);
  if (measured.length === 0) return missing;
  if (columns >= wide)
    return [
      `ms          ${figures.map((figure) => label(figure).padStart(8)).join("")}`,
      ...measured.map(
        ({ name, spread }) =>
          name.padEnd(12) + figures.map((figure) => ms(spread[figure]).padStart(8)).join(""),
      ),
      ...missing,
    ];
  return [
    `ms    ${measured.map(({ name }) => name.padStart(12)).join("")}`,
    ...figures.map(
      (figure) =>
        label(figure).padEnd(6) +
        measured.map(({ spread }) => ms(spread[figure]).padStart(12)).join(""),
    ),
    ...missing,
  ];
}

function messagesOf(counted: Counted): string {
  const trouble = (["lost", "reordered", "doubled", "corrupt", "unsent"] as const)
    .filter((kind) => counted[kind] > 0)
    .map((kind) => `${counted[kind]} ${kind}`);
  return `${counted.sent} sent, ${counted.echoed} echoed byte for byte, ${
    trouble.length === 0 ? "nothing lost or out of order" : trouble.join(", ")
  }`;
}

function failuresOf({ failures }: Counted, title: string): readonly string[] {
  const lines = Object.entries(failures).map(([kind, n]) => `  ${n} × ${kind}`);
  return lines.length === 0 ? [] : ["", title, ...lines];
}

function label(column: string): string {
  return column === "p999" ? "p99.9" : column;
}

function ms(value: number): string {
  return value.toFixed(value < 10 ? 3 : value < 1000 ? 2 : 0);
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}
