import { safeText } from "@wsecho/wire";
import measure from "fast-string-truncated-width";

/** What a peer said, made harmless, in as many columns at most. */
export function cut(text: string, width: number): string {
  const room = Math.max(1, width);
  // No more is looked at than could be shown: a text may be long.
  const safe = safeText(text.slice(0, 4 * room));
  return measure(safe).width <= room ? safe : `${beginning(safe, room - 1)}…`;
}

/** Fills up to so many columns; a character may take two. */
export const pad = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - measure(text).width));

export const fits = (text: string, columns: number): boolean => measure(text).width <= columns;

/** Takes away the row that stands there, for another one or none. */
export const eraseRow = "\r\u001b[K";

/** In place of the row before; of a longer one all but the last row would stay. */
export const liveRow = (text: string, { columns = 0 }: { readonly columns?: number }): string =>
  eraseRow + (columns === 0 ? safeText(text) : cut(text, columns - 1));

/** The text in lines of so many columns at most, broken at blanks where it has some. */
export function wrapWords(text: string, columns: number, indent: number): readonly string[] {
  const lines: string[] = [];
  const margin = " ".repeat(Math.min(indent, columns >> 1));
  let rest = text;
  while (columns !== Infinity && !fits(rest, columns)) {
    const begin = lines.length === 0 ? 0 : margin.length;
    const room = beginning(rest, columns).length;
    const blank = rest.lastIndexOf(" ", room);
    const end = blank > begin ? blank : Math.max(room, begin + 1);
    lines.push(rest.slice(0, end).trimEnd());
    rest = margin + rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

let segmenter: Intl.Segmenter | undefined;

/** As many characters as have room; what `measure` itself would cut may be a column too wide. */
function beginning(text: string, columns: number): string {
  if (/^[ -~]*$/.test(text)) return text.slice(0, columns);
  segmenter ??= new Intl.Segmenter();
  let end = 0;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) {
    width += measure(segment).width;
    if (width > columns) break;
    end += segment.length;
  }
  return text.slice(0, end);
}
