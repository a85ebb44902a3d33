import {
  createDecoder,
  createJsonlWriter,
  encodeHeader,
  mask,
  type Direction,
  type WireRecord,
} from "@wsecho/wire";

/** One piece of a conversation, sent by one side. */
export type Piece = readonly [dir: Direction, bytes: Uint8Array];

const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));

/** The handshake of RFC 6455 section 1.3, with a secret in it. */
export const handshake: readonly Piece[] = [
  [
    "c2s",
    latin1(
      "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer secret-token\r\n" +
        "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Version: 13\r\n\r\n",
    ),
  ],
  [
    "s2c",
    latin1(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n",
    ),
  ],
];

interface FrameParts {
  readonly op?: number;
  readonly fin?: 0 | 1;
  readonly key?: Uint8Array;
}

/** Keys that no rule minds. */
let drawn = 0x1b5e2a97;
const nextKey = (): Uint8Array => {
  const key = Uint8Array.of(drawn >>> 24, (drawn >>> 16) & 255, (drawn >>> 8) & 255, drawn & 255);
  drawn = (Math.imul(drawn, 1_664_525) + 1_013_904_223) >>> 0;
  return key;
};

const encode = (payload: string | Uint8Array, { op = 1, fin = 1, key }: FrameParts): Uint8Array => {
  const plain = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const masked = key !== undefined;
  const header = encodeHeader({ op, fin, rsv: 0, masked, len: plain.length });
  return Buffer.concat([header, key ?? new Uint8Array(0), mask(plain, key ?? null)]);
};

/** A client's frame. */
export const up = (payload: string | Uint8Array, parts: FrameParts = {}): Piece => [
  "c2s",
  encode(payload, { key: nextKey(), ...parts }),
];
/** A server's frame. */
export const down = (payload: string | Uint8Array, parts: FrameParts = {}): Piece => [
  "s2c",
  encode(payload, parts),
];
/** A client's frame without a mask, which breaks a rule. */
export const unmasked = (payload: string): Piece => ["c2s", encode(payload, {})];

/** Noon of a day, in microseconds since 1970. */
const noon = 1_795_327_200_000_000;

/** What the decoder makes of `pieces`, a millisecond apart. */
export function recordsOf(
  pieces: readonly Piece[],
  conn = 1,
  start?: "frames",
): readonly WireRecord[] {
  const records: WireRecord[] = [];
  const decoder = createDecoder({
    conn,
    ...(start && { start }),
    emit: (record) => void records.push(record),
  });
  pieces.forEach(([dir, bytes], i) => decoder.push(dir, bytes, noon + i * 1000));
  decoder.stop(noon + pieces.length * 1000);
  return records;
}

/** A capture file as our own tools write it, secrets shown. */
export function jsonl(records: readonly WireRecord[]): string {
  const writer = createJsonlWriter({ reveal: true });
  return records.map((record) => writer.push(record)).join("") + writer.end();
}

/** As many pings with their pongs. */
export const heartbeats = (count: number): readonly Piece[] =>
  Array.from({ length: count }, (_, i) => [
    down(`beat ${i}`, { op: 9 }),
    up(`beat ${i}`, { op: 10 }),
  ]).flat();

/** A conversation with some of everything; the first client frame is RFC 6455's "Hello". */
export const conversation: readonly Piece[] = [
  ...handshake,
  ["c2s", Uint8Array.from(Buffer.from("818537fa213d7f9f4d5158", "hex"))],
  down("Hello"),
  down("one, ", { fin: 0 }),
  down("two", { op: 0 }),
  ...heartbeats(3),
  up(
    Uint8Array.from({ length: 300 }, (_, i) => i),
    { op: 2 },
  ),
  unmasked("bare"),
  up(Uint8Array.of(0x03, 0xe8, 0x62, 0x79, 0x65), { op: 8 }),
  down(Uint8Array.of(0x03, 0xe8, 0x62, 0x79, 0x65), { op: 8 }),
];
