import { noBytes, toLatin1 } from "./bytes.ts";
import type { Direction } from "./records.ts";
import { findFrames } from "./resync.ts";
import { other, takeWaiting, toFrames, type Connection } from "./stream.ts";

/**
 * Decides by its first bytes what a stream is.
 *
 * @param midstream whether it may begin behind its handshake
 * @returns what is to be read next: nothing while the bytes are too few to tell
 */
export function decide(
  { shared, streams }: Connection,
  dir: Direction,
  { bytes, midstream }: { readonly bytes: Uint8Array; readonly midstream: boolean },
): Uint8Array {
  const own = streams[dir];
  own.waiting.push(bytes);
  const found = guess(dir, own.waiting.view());
  if (found === undefined) return noBytes;
  const kind = found === "seek" && !midstream ? "opaque" : found;
  const rest = takeWaiting(own);
  own.mode = kind === "http" ? "head" : kind;
  if (kind === "seek") {
    shared.note("midstream", "the capture begins after the handshake", { dir });
    own.skipped = 0;
  }
  if (kind === "opaque") {
    shared.note(
      "opaque",
      found === "seek"
        ? "these bytes begin no HTTP request"
        : "these are TLS or HTTP/2, whose frames cannot be read here",
      { dir },
    );
    streams[other[dir]].mode = "opaque";
  }
  return rest;
}

/**
 * Looks for frames in what waits.
 *
 * @param last no more bytes will come
 * @returns whether frames were found
 */
export function seek(connection: Connection, dir: Direction, last: boolean): boolean {
  const { shared, streams } = connection;
  const own = streams[dir];
  const found = findFrames(own.waiting.view(), dir, { from: 0, cap: shared.limits.pending, last });
  own.skipped += found.offset;
  own.waiting.drop(found.offset);
  if (found.kind === "more") return false;
  if (own.skipped > 0)
    shared.note("resync", "frames were found again behind bytes that belong to none", {
      dir,
      count: own.skipped,
    });
  own.skipped = 0;
  toFrames(connection, dir, true);
  return true;
}

/** What the first bytes of a stream are; `undefined` where they are too few to tell. */
function guess(dir: Direction, bytes: Uint8Array): "http" | "opaque" | "seek" | undefined {
  const text = toLatin1(bytes.subarray(0, 24));
  const [first = 0, second] = bytes;
  // TLS records: types 20 to 23, major version 3.
  if (first >= 20 && first <= 23 && second === 3) return "opaque";
  if (first >= 20 && first <= 23 && second === undefined) return undefined;
  if (dir === "s2c") {
    if (text.startsWith("HTTP/")) return "http";
    return "HTTP/".startsWith(text) ? undefined : "seek";
  }
  if (text.startsWith("PRI * HTTP/2")) return "opaque";
  if ("PRI * HTTP/2".startsWith(text)) return undefined;
  if (/^[A-Z]{2,16} /.test(text)) return "http";
  return /^[A-Z]{0,16}$/.test(text) ? undefined : "seek";
}
