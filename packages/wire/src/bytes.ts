export const noBytes: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

const digits = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);

/** The two digits of each byte as ASCII, side by side in memory. */
const pairs = /* @__PURE__ */ (() =>
  new Uint16Array(Uint8Array.from(digits.join(""), (digit) => digit.charCodeAt(0)).buffer))();

/** From so many bytes on a decoder makes the text several times as fast as adding digits does. */
const many = 128;

/** Two digits per byte, lower case; `separator` between bytes. */
export function toHex(bytes: Uint8Array, separator = ""): string {
  if (separator === "" && bytes.length >= many) {
    const text = new Uint16Array(bytes.length);
    for (let i = 0; i < bytes.length; i++) text[i] = pairs[bytes[i] ?? 0] ?? 0;
    return lenient.decode(text);
  }
  let hex = "";
  for (let i = 0; i < bytes.length; i++)
    hex += (i > 0 ? separator : "") + (digits[bytes[i] ?? 0] ?? "");
  return hex;
}

/** Reads hex digits without separators; `undefined` where the text is not that. */
export function fromHex(hex: string): Uint8Array | undefined {
  if (hex.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(hex)) return undefined;
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** One character per byte (ISO 8859-1), so that any bytes survive as a string. */
export function toLatin1(bytes: Uint8Array): string {
  let text = "";
  // In slices: the number of arguments of a call is limited.
  for (let i = 0; i < bytes.length; i += 8192)
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return text;
}

/** The reverse of {@link toLatin1}; characters above U+00FF lose their upper bits. */
export function fromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i) & 0xff;
  return bytes;
}

const encoder = /* @__PURE__ */ new TextEncoder();
// Keeping U+FEFF: what was on the wire is shown, and is what a redaction measures.
const strict = /* @__PURE__ */ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });

export function toUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Below this many bytes the call of a decoder costs more than the loop. */
const few = 16;

/** Short ASCII text; `undefined` for anything else. */
function fromAscii(bytes: Uint8Array): string | undefined {
  let text = "";
  for (const byte of bytes) {
    if (byte > 127) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** `undefined` where `bytes` are not UTF-8 (RFC 3629). */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  const short = bytes.length < few ? fromAscii(bytes) : undefined;
  if (short !== undefined) return short;
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** With U+FFFD where `bytes` are not UTF-8. */
export function fromUtf8Lenient(bytes: Uint8Array): string {
  return lenient.decode(bytes);
}

/** `bytes` without a character that its end cuts in two; so a cut text can still be checked. */
export function withoutCutCharacter(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needs > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}

/** Bytes that arrive in pieces, kept up to a cap; memory follows what arrived, not what was said. */
export interface Keeper {
  /** Takes `bytes`; what goes beyond the cap is counted only. `own` lets it keep the array itself. */
  add(bytes: Uint8Array, own?: boolean): void;
  /** What was kept. Valid until the next `add`. */
  bytes(): Uint8Array;
  /** All that was added, kept or not. */
  readonly total: number;
}

/** An array of this size at most is made for bytes that are only announced. */
const trust = 65_536;

/** @param expected how many bytes are said to come */
export function createKeeper(cap: number, expected = 0): Keeper {
  let store = noBytes;
  let kept = 0;
  let total = 0;
  return {
    get total() {
      return total;
    },
    add(bytes, own = false) {
      total += bytes.length;
      const room = Math.min(bytes.length, cap - kept);
      if (room <= 0) return;
      if (own && kept === 0 && room === bytes.length) {
        store = bytes;
        kept = room;
        return;
      }
      if (kept + room > store.length) {
        const announced = Math.min(expected, Math.max(trust, 4 * room));
        const wanted = Math.max(kept + room, announced, 2 * store.length, 64);
        const larger = new Uint8Array(Math.min(cap, wanted));
        larger.set(store.subarray(0, kept));
        store = larger;
      }
      store.set(bytes.subarray(0, room), kept);
      kept += room;
    },
    bytes: () => (store.length === kept ? store : store.slice(0, kept)),
  };
}

/** Bytes that wait in order. */
export interface Queue {
  push(bytes: Uint8Array): void;
  /** All that waits. Valid until the next call. */
  view(): Uint8Array;
  drop(count: number): void;
  readonly length: number;
}

export function createQueue(): Queue {
  let store = noBytes;
  let from = 0;
  let to = 0;
  return {
    get length() {
      return to - from;
    },
    view: () => store.subarray(from, to),
    drop(count) {
      from = Math.min(to, from + count);
      if (from < to) return;
      store = noBytes;
      from = 0;
      to = 0;
    },
    push(bytes) {
      if (to + bytes.length > store.length) {
        const waiting = to - from;
        const larger = new Uint8Array(Math.max(waiting + bytes.length, 2 * waiting, 64));
        larger.set(store.subarray(from, to));
        store = larger;
        from = 0;
        to = waiting;
      }
      store.set(bytes, to);
      to += bytes.length;
    },
  };
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** RFC 4648 section 4. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const bits = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    for (let part = 0; part < 4; part++)
      text += i + part > bytes.length ? "=" : (alphabet[(bits >> (18 - 6 * part)) & 63] ?? "");
  }
  return text;
}

/** `undefined` for what is not base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  for (let i = 0, to = 0; i < text.length; i += 4, to += 3) {
    let bits = 0;
    for (let part = 0; part < 4; part++)
      bits = (bits << 6) | Math.max(0, alphabet.indexOf(text.charAt(i + part)));
    bytes.set([bits >> 16, (bits >> 8) & 255, bits & 255].slice(0, bytes.length - to), to);
  }
  return bytes;
}
