import { styleText } from "node:util";
import type { Style } from "./rows.ts";

/** The width of the terminal that results go to; `undefined` where they go somewhere else. */
export const columns = (): number | undefined =>
  process.stdout.isTTY ? process.stdout.columns : undefined;

/** Colour on a terminal that wants it: `NO_COLOR` and its kin are Node's matter. */
export const paint = (style: Style, text: string): string =>
  styleText(style, text, { stream: process.stdout });
