import type { Key } from "node:readline";

let made: Intl.Segmenter | undefined;

/**
 * How often a key that goes by code points has to be pressed, so that it goes by what a person sees
 * as one character (UAX #29): 1 for any other key.
 */
export function graphemesFrom(text: string, cursor: number, key: Key): number {
  if (key.ctrl === true || key.meta === true) return 1;
  // It takes some milliseconds to make.
  const segmenter = (made ??= new Intl.Segmenter());
  const one = (part: string | undefined): number => Math.max(Array.from(part ?? "").length, 1);
  switch (key.name) {
    case "left":
    case "backspace":
      return one([...segmenter.segment(text.slice(0, cursor))].at(-1)?.segment);
    case "right":
    case "delete":
      return one(segmenter.segment(text.slice(cursor)).containing(0)?.segment);
    default:
      return 1;
  }
}
