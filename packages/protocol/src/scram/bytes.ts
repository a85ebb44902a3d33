/** UTF-8 (RFC 3629). A lone surrogate becomes U+FFFD; what is parsed or prepared here has none. */
export function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * Whether both hold the same bytes, in a time that depends on the lengths only: a comparison that
 * stops at the first difference tells an attacker how much of a guess was right.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Byte-wise exclusive or. Throws RangeError unless both have the same length. */
export function xorBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length !== b.length) throw new RangeError("xorBytes needs two arrays of the same length");
  return a.map((byte, i) => byte ^ (b[i] ?? 0));
}
