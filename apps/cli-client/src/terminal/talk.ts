import measure from "fast-string-truncated-width";
import { sanitizeLines } from "./sanitize.ts";

/** What talk goes to. */
export interface Ear {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Talk of ours, which may quote a peer: harmless, and in lines that `ear` has room for. */
export function talkLines(text: string, ear: Ear): string {
  return wrapTalk(sanitizeLines(text), ear);
}

/** Says it on stderr, for commands that share it with nobody. */
export function talk(text: string): void {
  process.stderr.write(`${talkLines(text, process.stderr)}\n`);
}

/**
 * Breaks lines between words where `ear` is a terminal that is too narrow for them. A word that is
 * longer than its rows stays whole, so that an address or a command can be copied.
 */
export function wrapTalk(text: string, { isTTY = false, columns = 0 }: Ear): string {
  // Some terminals do not say how wide they are.
  if (!isTTY || columns === 0) return text;
  return text
    .split("\n")
    .flatMap((line) => wrapLine(line, columns))
    .join("\n");
}

function wrapLine(line: string, columns: number): readonly string[] {
  if (measure(line).width <= columns) return [line];
  const [, margin = "", words = ""] = /^( *)(.*)$/s.exec(line) ?? [];
  const rows: string[] = [];
  let row = "";
  for (const word of words.split(" ")) {
    const indent = rows.length === 0 ? margin : `${margin}  `;
    const longer = row === "" ? indent + word : `${row} ${word}`;
    if (row !== "" && measure(longer).width > columns) {
      rows.push(row.trimEnd());
      row = `${margin}  ${word}`;
    } else row = longer;
  }
  return [...rows, row];
}
