import type { BenchResult, Counted, Spread } from "./result.ts";

/** The result as a person reads it. Failure kinds may quote a peer: the caller makes them harmless. */
export function formatResult(result: BenchResult): string {
  const { connections, latencyMs, connectMs, slowReaders: slow } = result;
  const columns = ["min", "mean", "p50", "p90", "p95", "p99", "p999", "max"] as const;
  const row = (name: string, spread: Spread | null): string =>
    spread === null
      ? `${name.padEnd(12)}nothing measured`
      : name.padEnd(12) + columns.map((column) => ms(spread[column]).padStart(10)).join("");
  const failures = failuresOf(result, "failures");
  return [
    `${result.url}, ${result.loop}-loop, ${result.sizeBytes} B a message, ${seconds(result.seconds)}`,
    `connections ${connections.opened} of ${connections.asked} opened`,
    `messages    ${messagesOf(result)}`,
    `rate        ${result.perSecond} echoes/s`,
    "",
    `ms          ${columns.map((column) => label(column).padStart(10)).join("")}`,
    row("connect", connectMs),
    row("round trip", latencyMs),
    ...failures,
    ...(slow === undefined
      ? []
      : [
          "",
          `slow readers, counted apart: ${slow.connections.opened} of ${slow.connections.asked} opened`,
          `messages    ${messagesOf(slow)}`,
          row("round trip", slow.latencyMs),
          ...failuresOf(slow, "failures of slow readers"),
        ]),
  ].join("\n");
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
