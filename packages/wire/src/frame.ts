import { noBytes } from "./bytes.ts";

/** Names of the opcodes (RFC 6455 section 11.8). */
export const opcodes: Readonly<Record<number, string>> = {
  0: "continuation",
  1: "text",
  2: "binary",
  8: "close",
  9: "ping",
  10: "pong",
};

/** The first bytes of a frame, read. */
export interface FrameHeader {
  readonly fin: 0 | 1;
  readonly rsv: number;
  readonly op: number;
  readonly masked: boolean;
  /** Length of the payload; above 2^53 only roughly. */
  readonly len: number;
  /** Bytes of the extended length: 0, 2 or 8. */
  readonly extended: 0 | 2 | 8;
  /** Bytes up to the payload, the key included. */
  readonly size: number;
}

/** The longest header: two bytes, eight of length, four of key. */
export const maxHeaderBytes = 14;

/** The header that begins at `start`, or `undefined` where the bytes end inside it, at `end`. */
export function parseHeader(
  bytes: Uint8Array,
  start = 0,
  end = bytes.length,
): FrameHeader | undefined {
  if (end < start + 2) return undefined;
  const first = bytes[start] ?? 0;
  const second = bytes[start + 1] ?? 0;
  const short = second & 0x7f;
  const extended = short === 127 ? 8 : short === 126 ? 2 : 0;
  const masked = (second & 0x80) !== 0;
  const size = 2 + extended + (masked ? 4 : 0);
  if (end < start + size) return undefined;
  let len = short;
  if (extended > 0) {
    len = 0;
    for (let i = 0; i < extended; i++) len = len * 256 + (bytes[start + 2 + i] ?? 0);
  }
  return {
    fin: first >> 7 === 1 ? 1 : 0,
    rsv: (first >> 4) & 7,
    op: first & 15,
    masked,
    len,
    extended,
    size,
  };
}

/** What {@link encodeHeader} needs. */
export interface HeaderFields {
  readonly fin: 0 | 1;
  readonly rsv: number;
  readonly op: number;
  readonly masked: boolean;
  readonly len: number;
}

/** The header of a frame without its key, the length in the fewest bytes. */
export function encodeHeader({ fin, rsv, op, masked, len }: HeaderFields): Uint8Array {
  const extended = len < 126 ? 0 : len < 65_536 ? 2 : 8;
  const bytes = new Uint8Array(2 + extended);
  bytes[0] = (fin << 7) | (rsv << 4) | op;
  bytes[1] = (masked ? 0x80 : 0) | (extended === 0 ? len : extended === 2 ? 126 : 127);
  for (let i = 0, rest = len; i < extended; i++, rest = Math.floor(rest / 256))
    bytes[1 + extended - i] = rest % 256;
  return bytes;
}

const littleEndian =
  /* @__PURE__ */ new Uint8Array(/* @__PURE__ */ Uint32Array.of(1).buffer)[0] === 1;

/**
 * `bytes` ⊕ `key`, as a new array (RFC 6455 section 5.3). The same call masks and unmasks.
 *
 * @param at the offset of the first byte in its payload
 */
export function mask(bytes: Uint8Array, key: Uint8Array | null, at = 0): Uint8Array {
  // Not `slice`: a Node Buffer's would share the memory.
  const out = new Uint8Array(bytes);
  if (key !== null && key.length >= 4) xor(out, key, at);
  return out;
}

/** Reused, because for most payloads nobody needs the plain bytes for longer than a look. */
const scratch = /* @__PURE__ */ new Uint8Array(65_536);

/** The same, valid until the next call only. */
export function glance(bytes: Uint8Array, key: Uint8Array | null): Uint8Array {
  // Few bytes lie where handing them to a text decoder is dear.
  if (key === null && bytes.length > 64) return bytes;
  if (bytes.length > scratch.length) return mask(bytes, key);
  const out = scratch.subarray(0, bytes.length);
  out.set(bytes);
  if (key !== null) xor(out, key, 0);
  return out;
}

function xor(out: Uint8Array, key: Uint8Array, at: number): void {
  const a = key[at & 3] ?? 0;
  const b = key[(at + 1) & 3] ?? 0;
  const c = key[(at + 2) & 3] ?? 0;
  const d = key[(at + 3) & 3] ?? 0;
  const words = out.length >>> 2;
  let i = 0;
  // Four bytes at a time; not for few bytes, whose memory lies where looking at it is dear.
  if (words > 32) {
    const word = littleEndian
      ? a | (b << 8) | (c << 16) | (d << 24)
      : (a << 24) | (b << 16) | (c << 8) | d;
    const view = new Uint32Array(out.buffer, 0, words);
    for (let w = 0; w < words; w++) view[w] = (view[w] ?? 0) ^ word;
    i = words * 4;
  }
  for (; i < out.length; i++)
    out[i] = (out[i] ?? 0) ^ ((i & 3) === 0 ? a : (i & 3) === 1 ? b : (i & 3) === 2 ? c : d);
}

/** What a frame reader finds, in order. */
export interface FrameSink {
  /** @param bytes the header without the key */
  start(header: FrameHeader, bytes: Uint8Array, key: Uint8Array | null): void;
  /** A piece of the payload, as on the wire; valid during the call only. */
  data(piece: Uint8Array, at: number): void;
  /** Bytes of the payload that the capture lacks. */
  missing(count: number): void;
  end(): void;
}

/** Finds frames in bytes that come in any pieces. */
export interface FrameReader {
  /** Takes all of `bytes`. */
  push(bytes: Uint8Array): void;
  /**
   * Says that `count` bytes are missing here.
   *
   * @returns how many of them go beyond the frame: where the next frame begins is then unknown
   */
  skip(count: number): number;
  /** Whether a frame is under way. */
  readonly open: boolean;
  /** Forgets a frame under way. */
  reset(): void;
}

export function createFrameReader(sink: FrameSink): FrameReader {
  const header = new Uint8Array(maxHeaderBytes);
  let have = 0;
  let frame: FrameHeader | undefined;
  let done = 0;

  const begin = (found: FrameHeader, from: Uint8Array, at: number): void => {
    frame = found;
    done = 0;
    have = 0;
    const end = at + 2 + found.extended;
    const key = found.masked ? from.slice(end, end + 4) : null;
    sink.start(found, from.slice(at, end), key);
    if (found.len === 0) finish();
  };

  const finish = (): void => {
    frame = undefined;
    sink.end();
  };

  return {
    get open() {
      return frame !== undefined || have > 0;
    },
    reset() {
      frame = undefined;
      have = 0;
    },
    push(bytes) {
      let at = 0;
      while (at < bytes.length) {
        if (frame === undefined) {
          const whole = have === 0 ? parseHeader(bytes, at) : undefined;
          if (whole !== undefined) {
            begin(whole, bytes, at);
            at += whole.size;
            continue;
          }
          header[have++] = bytes[at++] ?? 0;
          const found = parseHeader(header, 0, have);
          if (found !== undefined) begin(found, header, 0);
          continue;
        }
        const piece = bytes.subarray(at, at + Math.min(bytes.length - at, frame.len - done));
        sink.data(piece, done);
        done += piece.length;
        at += piece.length;
        if (done >= frame.len) finish();
      }
    },
    skip(count) {
      if (frame === undefined) return count;
      const inside = Math.min(count, frame.len - done);
      sink.missing(inside);
      done += inside;
      if (done >= frame.len) finish();
      return count - inside;
    },
  };
}

/** The plain payload of a frame, as far as it was kept. */
export function unmask(frame: {
  readonly raw: Uint8Array;
  readonly key: Uint8Array | null;
}): Uint8Array {
  return frame.raw.length === 0 ? noBytes : mask(frame.raw, frame.key);
}
