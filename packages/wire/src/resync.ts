import { parseHeader, type FrameHeader } from "./frame.ts";
import type { Direction } from "./records.ts";

/** As many headers must follow one another: chance makes three in about 1 of 60,000 offsets. */
const chain = 3;

/** Whether a frame of this direction may begin so; stricter than the protocol, to find it by guess. */
function plausible(header: FrameHeader, dir: Direction): boolean {
  const { fin, rsv, op, len, extended } = header;
  if (header.masked !== (dir === "c2s")) return false;
  if (rsv !== 0 && !(rsv === 4 && (op === 1 || op === 2))) return false;
  if (op > 10 || (op > 2 && op < 8)) return false;
  if (op >= 8 && (fin === 0 || extended > 0)) return false;
  if (op === 8 && len === 1) return false;
  return extended === 0 || len > (extended === 2 ? 125 : 65_535);
}

/** Where frames begin. */
export type Found =
  | { readonly kind: "at"; readonly offset: number }
  /** Nothing before `offset` is a frame; more bytes are needed. */
  | { readonly kind: "more"; readonly offset: number };

/**
 * Finds frames in bytes whose beginning is unknown: the first offset where headers chain. The
 * answer does not depend on how the bytes were cut: the first offset that is not refuted is waited
 * for, so long as its chain fits into `cap` bytes.
 *
 * @param from where an earlier search has come to
 * @param last no more bytes will come: then a chain that ends with them will do
 */
export function findFrames(
  bytes: Uint8Array,
  dir: Direction,
  { from, cap, last }: { readonly from: number; readonly cap: number; readonly last: boolean },
): Found {
  for (let offset = from; offset < bytes.length; offset++) {
    let at = offset;
    let seen = 0;
    for (;;) {
      const header = parseHeader(bytes, at);
      if (header === undefined) break;
      if (!plausible(header, dir) || at - offset + header.size + header.len > cap) {
        seen = -1;
        break;
      }
      seen += 1;
      at += header.size + header.len;
      if (seen >= chain || at >= bytes.length) break;
    }
    if (seen < 0) continue;
    if (seen >= chain) return { kind: "at", offset };
    if (!last) return { kind: "more", offset };
    // Where the bytes begin a frame often begins, too: a segment rarely starts with the middle of one.
    if (seen > 1 || (seen > 0 && (at === bytes.length || offset === 0)))
      return { kind: "at", offset };
  }
  return { kind: "more", offset: bytes.length };
}
