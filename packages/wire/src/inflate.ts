import {
  Z_OK,
  Z_STREAM_END,
  Z_SYNC_FLUSH,
  ZStream,
  zlibInflate,
  zlibInflateInit2,
  zlibInflateReset,
  zlibInflateResetKeep,
} from "pako";
import { noBytes } from "./bytes.ts";

/** Raw DEFLATE (RFC 1951) across messages. */
export interface Inflater {
  /**
   * Hands what comes out to `take`, in pieces that are valid during the call only; stops when
   * `take` returns `false`.
   *
   * @returns `false` where the data cannot be inflated
   */
  push(bytes: Uint8Array, take: (piece: Uint8Array) => boolean): boolean;
  /** Forgets the window. */
  reset(): void;
}

/** What a sender cuts off the end of each message (RFC 7692 section 7.2.1). */
export const flushTail: Uint8Array = /* @__PURE__ */ Uint8Array.of(0, 0, 0xff, 0xff);

/*
 * zlib's own interface, because the streaming one of pako keeps all output and stops for good at a
 * final block, which RFC 7692 section 7.2.3.4 allows in the middle of a connection.
 * The window is always 32 KiB: a larger one than negotiated reads the same and forgives more.
 */
export function createInflater(): Inflater {
  const stream = new ZStream();
  zlibInflateInit2(stream, -15);
  const output = new Uint8Array(65_536);
  return {
    reset() {
      zlibInflateReset(stream);
    },
    push(bytes, take) {
      stream.input = bytes;
      stream.next_in = 0;
      stream.avail_in = bytes.length;
      let good = true;
      for (;;) {
        stream.output = output;
        stream.next_out = 0;
        stream.avail_out = output.length;
        const status = zlibInflate(stream, Z_SYNC_FLUSH);
        if (stream.next_out > 0 && !take(output.subarray(0, stream.next_out))) break;
        if (status === Z_STREAM_END) {
          // The next block begins anew, and may still refer to what came before.
          zlibInflateResetKeep(stream);
          if (stream.avail_in === 0) break;
          continue;
        }
        // zlib answers "no progress" where there was neither input nor output left.
        if (status !== Z_OK && stream.avail_in > 0) good = false;
        if (status !== Z_OK || stream.avail_out > 0) break;
      }
      stream.input = noBytes;
      return good;
    },
  };
}

/**
 * The same bytes as DEFLATE blocks without compression (RFC 7692 section 7.2.3.3), so that they
 * refer to nothing before them; without the tail, as they stand in a message.
 */
export function storedBlocks(bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil(bytes.length / 65_535);
  const out = new Uint8Array(bytes.length + 5 * blocks + 1);
  let to = 0;
  for (let from = 0; from < bytes.length; from += 65_535) {
    const part = bytes.subarray(from, from + 65_535);
    const { length } = part;
    out.set([0, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255], to);
    out.set(part, to + 5);
    to += 5 + length;
  }
  // The last byte is the header of the empty block, whose other four bytes are the tail.
  return out;
}
