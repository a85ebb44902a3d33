const key = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

/** A masked client frame. `first` is its first byte: FIN, reserved bits and opcode. */
export function clientFrame(first: number, payload: Buffer): Buffer {
  const masked = Buffer.from(payload.map((byte, i) => byte ^ (key[i % 4] ?? 0)));
  return Buffer.concat([Buffer.from([first]), length(payload.length, 0x80), key, masked]);
}

/** A whole message, cut at `cuts`, with `between` behind each fragment but the last. */
export function fragments(
  opcode: number,
  payload: Buffer,
  cuts: readonly number[],
  between: readonly Buffer[],
): Buffer {
  const edges = [0, ...cuts.map((cut) => cut % (payload.length + 1)).sort((a, b) => a - b)];
  return Buffer.concat(
    edges.flatMap((from, i) => {
      const isLast = i === edges.length - 1;
      const part = payload.subarray(from, edges[i + 1] ?? payload.length);
      const frame = clientFrame((isLast ? 0x80 : 0) | (i === 0 ? opcode : 0), part);
      return isLast ? [frame] : [frame, between[i] ?? Buffer.alloc(0)];
    }),
  );
}

export const textFrame = (text: string): Buffer => clientFrame(0x81, Buffer.from(text));

/** A server's frame. */
export function serverFrame(opcode: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x80 | opcode]), length(payload.length, 0), payload]);
}

function length(bytes: number, maskBit: 0 | 0x80): Buffer {
  if (bytes < 126) return Buffer.from([maskBit | bytes]);
  if (bytes < 65536) return Buffer.from([maskBit | 126, bytes >>> 8, bytes & 0xff]);
  const long = Buffer.alloc(9);
  long[0] = maskBit | 127;
  long.writeUInt32BE(bytes, 5);
  return long;
}
