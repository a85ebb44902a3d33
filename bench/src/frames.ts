/** One fixed key: servers unmask all alike. */
export const maskKey = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** A masked client text frame (RFC 6455 section 5.2). */
export function clientFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const masked = Buffer.from(payload);
  for (let i = 0; i < masked.length; i++) masked[i] = (masked[i] ?? 0) ^ (maskKey[i % 4] ?? 0);
  return Buffer.concat([header(payload.length, 0x80), maskKey, masked]);
}

/** A masked close frame without a code. */
export const clientClose = Buffer.concat([Buffer.from([0x88, 0x80]), maskKey]);

/** An unmasked server text frame. */
export function serverFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([header(payload.length, 0), payload]);
}

function header(length: number, maskBit: 0 | 0x80): Buffer {
  if (length < 126) return Buffer.from([0x81, maskBit | length]);
  if (length < 65536) {
    const bytes = Buffer.from([0x81, maskBit | 126, 0, 0]);
    bytes.writeUInt16BE(length, 2);
    return bytes;
  }
  const bytes = Buffer.alloc(10);
  bytes[0] = 0x81;
  bytes[1] = maskBit | 127;
  bytes.writeBigUInt64BE(BigInt(length), 2);
  return bytes;
}
