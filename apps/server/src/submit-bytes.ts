/**
 * Reads v1's `submit` without decoding it, where its echo is the same bytes behind another
 * beginning: `{"type":"submit","id":7,"text":"…"}`, as `JSON.stringify` writes it. Anything else
 * (other fields, order, spaces, escapes that `JSON.stringify` would write otherwise) is left to the
 * machine.
 */
const begin = Buffer.from('{"type":"submit","id":');
const middle = Buffer.from(',"text":"');
const quote = 0x22;
const backslash = 0x5c;
const brace = 0x7d;

/** Of more digits not every number is exact, and the largest id has 16. */
const maxDigits = 15;

/** What an echo has in place of a submit's first {@link echoOffset} bytes. */
export const echoBegin = Buffer.from('{"type":"echo","id":');
export const echoOffset = begin.length;

/** The characters behind a backslash in the escapes that `JSON.stringify` writes in short form. */
const shortEscapes = new Set(Buffer.from('"\\bfnrt'));

/** @returns the id; 0 where the bytes are not a submit of that form */
export function submitId(bytes: Buffer): number {
  if (!hasAt(bytes, begin, 0)) return 0;
  let id = 0;
  let at = begin.length;
  for (; at < begin.length + maxDigits; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    // A leading zero is not JSON.
    if (digit < 0 || digit > 9 || (digit === 0 && at === begin.length)) break;
    id = id * 10 + digit;
  }
  if (at === begin.length || !hasAt(bytes, middle, at)) return 0;
  const text = at + middle.length;
  const end = bytes.length - 2;
  if (end < text || bytes[end] !== quote || bytes[end + 1] !== brace) return 0;
  return isCanonical(bytes, text, end) ? id : 0;
}

function hasAt(bytes: Buffer, part: Buffer, at: number): boolean {
  // Beyond the end there is `undefined`, which equals no byte.
  for (let i = 0; i < part.length; i++) if (bytes[at + i] !== part[i]) return false;
  return true;
}

/** From how many bytes on looking at four at a time is worth its preparation. */
const wordwiseFrom = 256;

/** Whether `JSON.stringify` would write the same string: bytes from `start`, before `end`. */
function isCanonical(bytes: Buffer, start: number, end: number): boolean {
  if (end - start >= wordwiseFrom && bytes.indexOf(backslash, start) < 0)
    return bytes.indexOf(quote, start) === end && !hasControls(bytes, start, end);
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 || byte === quote) return false;
    if (byte !== backslash) continue;
    at += 1;
    if (at === end || !shortEscapes.has(bytes[at] ?? 0)) return false;
  }
  return true;
}

/** Whether a byte below 0x20 is among them. */
function hasControls(bytes: Buffer, start: number, end: number): boolean {
  let at = start;
  for (; (bytes.byteOffset + at) % 4 !== 0; at++) if ((bytes[at] ?? 0) < 0x20) return true;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (end - at) >>> 2);
  // By index: an iterator would cost ten times as much.
  let i = 0;
  while (i < words.length) {
    const word = words[i++] ?? 0;
    // Of each byte the highest bit: set where taking 0x20 borrowed and the byte was small itself.
    if (((word - 0x20202020) & ~word & 0x80808080) !== 0) return true;
  }
  for (at += words.length * 4; at < end; at++) if ((bytes[at] ?? 0) < 0x20) return true;
  return false;
}
