/** One frame of a client, right or wrong (RFC 6455 section 5.2). */
export interface ClientFrame {
  readonly opcode: number;
  /** Default true. */
  readonly fin?: boolean;
  /** RSV1 to RSV3 as the bits 4, 2 and 1; default 0. */
  readonly rsv?: number;
  readonly payload?: Uint8Array;
  /** Default: a key like any other. `null` leaves the payload as it is, and says so. */
  readonly mask?: Uint8Array | null;
  /** Writes the length in more bytes than it needs. */
  readonly lengthBytes?: 2 | 8;
  /** Says another length than the payload has. */
  readonly claimedLength?: bigint;
  /** Compresses the message, in frames of so many bytes; 0 for one frame. */
  readonly deflate?: number;
}

/** A frame as the server sent it. */
export interface ServerFrame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly rsv: number;
  readonly masked: boolean;
  /** Whether its length is written in as few bytes as it needs. */
  readonly minimal: boolean;
  readonly payload: Buffer;
}

export const opcodes = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

const defaultMask = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

export function encodeFrame(frame: ClientFrame): Buffer {
  const { opcode, fin = true, rsv = 0, mask = defaultMask } = frame;
  const payload = frame.payload ?? new Uint8Array(0);
  const length = frame.claimedLength ?? BigInt(payload.length);
  const lengthBytes = frame.lengthBytes ?? (length < 126n ? 0 : length < 65_536n ? 2 : 8);
  const head = Buffer.alloc(2 + lengthBytes);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  head[1] =
    (mask === null ? 0 : 0x80) |
    (lengthBytes === 0 ? Number(length) : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) head.writeUInt16BE(Number(length), 2);
  if (lengthBytes === 8) head.writeBigUInt64BE(length, 2);
  return mask === null
    ? Buffer.concat([head, payload])
    : Buffer.concat([head, mask, masked(payload, mask)]);
}

/** Four bytes at a time, for some payloads have many millions. */
function masked(payload: Uint8Array, mask: Uint8Array): Uint8Array {
  const words = new Uint32Array(Math.ceil(payload.length / 4));
  const bytes = new Uint8Array(words.buffer, 0, payload.length);
  bytes.set(payload);
  const [key = 0] = new Uint32Array(Uint8Array.from(mask).buffer);
  for (let i = 0; i < words.length; i++) words[i] = (words[i] ?? 0) ^ key;
  return bytes;
}

/** Cuts what the server sends into frames, however it arrives. */
export interface FrameReader {
  readonly push: (chunk: Buffer) => void;
  /** The next whole frame, or `undefined` while there is none. */
  readonly next: () => ServerFrame | undefined;
}

export function createFrameReader(): FrameReader {
  let chunks: Buffer[] = [];
  let available = 0;

  /** Puts the chunks together only when there are enough, or a large frame would be copied often. */
  function peek(bytes: number): Buffer | undefined {
    if (available < bytes) return undefined;
    const [first] = chunks;
    if (first === undefined || first.length < bytes) chunks = [Buffer.concat(chunks)];
    return chunks[0];
  }

  return {
    push(chunk) {
      chunks.push(chunk);
      available += chunk.length;
    },
    next() {
      const start = peek(2);
      if (start === undefined) return undefined;
      const first = start.readUInt8(0);
      const second = start.readUInt8(1);
      const short = second & 0x7f;
      const isMasked = (second & 0x80) !== 0;
      const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
      const head = peek(2 + lengthBytes);
      if (head === undefined) return undefined;
      const length =
        lengthBytes === 0
          ? short
          : lengthBytes === 2
            ? head.readUInt16BE(2)
            : Number(head.readBigUInt64BE(2));
      const from = 2 + lengthBytes + (isMasked ? 4 : 0);
      const whole = peek(from + length);
      if (whole === undefined) return undefined;
      chunks[0] = whole.subarray(from + length);
      available -= from + length;
      return {
        opcode: first & 15,
        fin: (first & 0x80) !== 0,
        rsv: (first >> 4) & 7,
        masked: isMasked,
        minimal: lengthBytes === (length < 126 ? 0 : length < 65_536 ? 2 : 8),
        payload: whole.subarray(from, from + length),
      };
    },
  };
}
