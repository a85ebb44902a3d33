import { styleText } from "node:util";
import type { Style } from "./rows.ts";

/** The width of the terminal that results go to; `undefined` where they go elsewhere, or it is not known. */
export function columns(): number | undefined {
  const { isTTY, columns: width } = process.stdout;
  // Some terminals say 0.
  return isTTY && width > 0 ? width : undefined;
}

/** Colour on a terminal that wants it: `NO_COLOR` and its kin are Node's matter. */
export const paint = (style: Style, text: string): string =>
  styleText(style, text, { stream: process.stdout });
