/** A part of a text, and whether it is what was searched for. */
export interface Piece {
  readonly text: string;
  readonly hit: boolean;
}

/** More are not marked: nobody looks at them one by one, and each takes its place in the page. */
export const maxHits = 500;

/** The text in pieces, in order; `pattern` finds all places, and none that is empty. */
export function hitsIn(text: string, pattern: RegExp): readonly Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  let hits = 0;
  // Its own: that of the search remembers where it found something last.
  for (const { 0: found, index } of text.matchAll(new RegExp(pattern))) {
    if (index > done) pieces.push({ text: text.slice(done, index), hit: false });
    pieces.push({ text: found, hit: true });
    done = index + found.length;
    if (++hits === maxHits) break;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), hit: false });
  return pieces;
}
