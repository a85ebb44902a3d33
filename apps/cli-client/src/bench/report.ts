import type { BenchResult, Spread } from "./result.ts";

/** The result as a person reads it. Failure kinds may quote a peer: the caller makes them harmless. */
export function formatResult(result: BenchResult): string {
  const { connections, latencyMs, connectMs } = result;
  const columns = ["min", "mean", "p50", "p90", "p95", "p99", "p999", "max"] as const;
  const row = (name: string, spread: Spread | null): string =>
    spread === null
      ? `${name.padEnd(12)}nothing measured`
      : name.padEnd(12) + columns.map((column) => ms(spread[column]).padStart(10)).join("");
  const trouble = (["lost", "reordered", "doubled", "corrupt", "unsent"] as const)
    .filter((kind) => result[kind] > 0)
    .map((kind) => `${result[kind]} ${kind}`);
  const failures = Object.entries(result.failures).map(([kind, n]) => `  ${n} × ${kind}`);
  return [
    `${result.url}, ${result.loop}-loop, ${result.sizeBytes} B a message, ${seconds(result.seconds)}`,
    `connections ${connections.opened} of ${connections.asked} opened`,
    `messages    ${result.sent} sent, ${result.echoed} echoed byte for byte, ${
      trouble.length === 0 ? "nothing lost or out of order" : trouble.join(", ")
    }`,
    `rate        ${result.perSecond} echoes/s`,
    "",
    `ms          ${columns.map((column) => label(column).padStart(10)).join("")}`,
    row("connect", connectMs),
    row("round trip", latencyMs),
    ...(failures.length === 0 ? [] : ["", "failures", ...failures]),
  ].join("\n");
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
