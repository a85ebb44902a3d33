const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const values: ReadonlyMap<string, number> = new Map(Array.from(alphabet, (c, value) => [c, value]));

/** Base64 with padding (RFC 4648 section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const word = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += digit(word >> 18) + digit(word >> 12);
    text += i + 1 < bytes.length ? digit(word >> 6) : "=";
    text += i + 2 < bytes.length ? digit(word) : "=";
  }
  return text;
}

function digit(word: number): string {
  return alphabet.charAt(word & 63);
}

/**
 * The bytes of `text`, or undefined unless it is exactly what `encodeBase64` writes. `atob` skips
 * white space, tolerates missing padding and ignores left-over bits, so that many texts mean the
 * same bytes; here a signed message has one spelling (RFC 4648 sections 3.3 and 3.5).
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let word = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < digits; i++) {
    const value = values.get(text.charAt(i));
    if (value === undefined) return undefined;
    word = ((word << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = word >> bits;
  }
  const leftOver = word & ((1 << bits) - 1);
  return leftOver === 0 ? bytes : undefined;
}
