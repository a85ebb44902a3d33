import { applyEdits, format } from "jsonc-parser";

const layout = { insertSpaces: true, tabSize: 2, eol: "\n" };

/**
 * A JSON object or list, indented. What it says stays as it came: numbers that no program can hold,
 * names that come twice, and their order. `null` for any other text.
 */
export function prettyJson(text: string): string | null {
  if (!/^\s*[[{]/.test(text)) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  return applyEdits(text, format(text, undefined, layout)).trim();
}
