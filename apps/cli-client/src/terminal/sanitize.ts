/**
 * What could drive a terminal or lie about the order of text: C0 except tab, DEL, C1, the bidi
 * controls (Unicode UAX #9), line and paragraph separators, interlinear marks and tag characters.
 */
const unsafe =
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** One line of peer text for a person: nothing in it acts, everything in it shows. */
export function sanitizeLine(text: string): string {
  return text.replace(unsafe, picture);
}

/**
 * Peer text of several lines. Later lines are indented, so that no peer can make one of its lines
 * look like a message of its own. A carriage return before a line feed is part of the line end.
 */
export function sanitizeLines(text: string, indent = "  "): string {
  return text.split(/\r?\n/).map(sanitizeLine).join(`\n${indent}`);
}

/** C0 and DEL have pictures in Unicode; the others are named by their number. */
function picture(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}
