import { printable } from "../log.ts";

/** Rows under a heading, in columns; nothing in a cell can act on a terminal. */
export function formatTable(heading: readonly string[], rows: readonly string[][]): string {
  const cells = [heading, ...rows.map((row) => row.map((cell) => printable(cell, 300)))];
  const widths = heading.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? "").length)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}

/** `2026-01-02 03:04:05Z`; `-` for none. */
export function formatTime(ms: number | null): string {
  if (ms === null) return "-";
  return new Date(ms).toISOString().replace("T", " ").replace(/\.\d+/, "");
}

/** ISO 8601; `null` for none. */
export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
