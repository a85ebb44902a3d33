export interface Preview {
  readonly text: string;
  /** Whether something was left out. */
  readonly cut: boolean;
}

export interface PreviewBounds {
  readonly lines: number;
  /** UTF-16 units. */
  readonly length: number;
}

/** About six lines also where a narrow screen breaks them. */
const defaultBounds: PreviewBounds = { lines: 6, length: 480 };

/** The beginning of `text` within `bounds`, never half a character. */
export function previewText(text: string, bounds: PreviewBounds = defaultBounds): Preview {
  let end = Math.min(text.length, bounds.length);
  let newline = -1;
  for (let line = 0; line < bounds.lines; line++) {
    newline = text.indexOf("\n", newline + 1);
    if (newline < 0 || newline >= end) break;
    if (line === bounds.lines - 1) end = newline;
  }
  if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
  return { text: text.slice(0, end), cut: end < text.length };
}

/** `text` on one line of at most `length` UTF-16 units, for a screen reader's announcement. */
export function previewLine(text: string, length = 100): string {
  const line = text
    .slice(0, length * 4)
    .replace(/\s+/g, " ")
    .trim();
  if (line.length <= length && text.length <= length * 4) return line;
  const end = isHighSurrogate(line.charCodeAt(length - 1)) ? length - 1 : length;
  return `${line.slice(0, end)}…`;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
