import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Direction } from "../src/records.ts";
import { decode, hex, type Piece } from "./support/decode.ts";
import { answer, clientFrame, deflateHeader, frame, request } from "./support/wire.ts";

const sync = (text: string): Uint8Array => deflateRawSync(text, { finishFlush: 2 }).subarray(0, -4);

const c2sFrames = fc.array(
  fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }).map((text) => clientFrame(text)),
    fc.string({ maxLength: 200 }).map((text) => clientFrame(sync(text), { rsv: 4 })),
    fc
      .record({
        op: fc.integer({ min: 0, max: 15 }),
        fin: fc.constantFrom(0 as const, 1 as const),
        rsv: fc.integer({ min: 0, max: 7 }),
        key: fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 })),
        payload: fc.uint8Array({ maxLength: 300 }),
      })
      .map(({ payload, ...parts }) => frame(payload, parts)),
    fc.uint8Array({ maxLength: 20 }),
  ),
  { maxLength: 12 },
);

const beginnings: readonly (readonly Piece[])[] = [
  [],
  [
    ["c2s", request(deflateHeader)],
    ["s2c", answer(deflateHeader)],
  ],
  [
    ["c2s", request(deflateHeader)],
    ["s2c", answer("Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n")],
  ],
  [
    ["c2s", request()],
    ["s2c", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\n\r\nno, no"],
  ],
  [
    ["c2s", request()],
    ["s2c", "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nno,\r\n0\r\n\r\n"],
  ],
  [
    ["c2s", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["s2c", "HTTP/1.1 200 OK\r\n\r\n"],
  ],
];

/** Cuts `bytes` at the offsets. */
const cut = (bytes: Uint8Array, at: readonly number[]): Uint8Array[] => {
  const edges = [
    0,
    ...at.map((offset) => offset % (bytes.length + 1)).sort((a, b) => a - b),
    bytes.length,
  ];
  return edges.slice(1).map((edge, i) => bytes.subarray(edges[i], edge));
};

/** Times differ where pieces do. */
const timeless = (records: readonly object[]): unknown =>
  records.map((record) => ({ ...record, t: 0, us: 0 }));

test("the records are the same however the bytes are cut", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...beginnings),
      c2sFrames,
      c2sFrames,
      fc.array(fc.nat(), { maxLength: 30 }),
      (beginning, up, down, at) => {
        const whole: Piece[] = [
          ...beginning,
          ["c2s", Buffer.concat(up)],
          ["s2c", Buffer.concat(down)],
        ];
        const pieces = whole.flatMap(([dir, bytes]): Piece[] =>
          cut(Buffer.from(bytes as Uint8Array), at).map((piece) => [dir, piece]),
        );
        expect(timeless(decode(pieces))).toEqual(timeless(decode(whole)));
      },
    ),
    { numRuns: 500 },
  );
});

test("one byte at a time gives the same records", () => {
  fc.assert(
    fc.property(fc.constantFrom(...beginnings), c2sFrames, (beginning, up) => {
      const whole: Piece[] = [...beginning, ["c2s", Buffer.concat(up)]];
      const pieces = whole.flatMap(([dir, bytes]): Piece[] =>
        [...Buffer.from(bytes as Uint8Array)].map((byte) => [dir, Uint8Array.of(byte)]),
      );
      expect(timeless(decode(pieces))).toEqual(timeless(decode(whole)));
    }),
    { numRuns: 100 },
  );
});

const anything = fc.array(
  fc.tuple(
    fc.constantFrom<Direction>("c2s", "s2c"),
    fc.oneof(
      { weight: 6, arbitrary: fc.uint8Array({ maxLength: 400 }) },
      { weight: 2, arbitrary: c2sFrames.map((list) => Uint8Array.from(Buffer.concat(list))) },
      { weight: 1, arbitrary: fc.nat({ max: 100_000 }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          "GET / HTTP/1.1\r\n",
          "HTTP/1.1 101 \r\n\r\n",
          request(),
          answer(),
          "\r\n\r\n",
        ),
      },
    ),
  ),
  { maxLength: 30 },
);

test("it never throws, and numbers frames without a gap", () => {
  fc.assert(
    fc.property(
      anything,
      fc.constantFrom("handshake" as const, "frames" as const),
      (pieces, start) => {
        const records = decode(pieces, { start });
        const numbers = records.flatMap((record) => (record.k === "frame" ? [record.n] : []));
        expect(numbers).toEqual(numbers.map((_, i) => i + 1));
      },
    ),
    { numRuns: 1000 },
  );
});

test("every message that begins has one record", () => {
  fc.assert(
    fc.property(anything, (pieces) => {
      const records = decode(pieces, { start: "frames" });
      const begun = new Set(
        records.flatMap((record) => (record.k === "frame" && record.msg ? [record.msg] : [])),
      );
      const ended = records.flatMap((record) => (record.k === "message" ? [record.msg] : []));
      expect(ended.toSorted((a, b) => a - b)).toEqual([...begun].sort((a, b) => a - b));
    }),
    { numRuns: 300 },
  );
});

test("the caller's buffer may change after the call", () => {
  const bytes = Buffer.from(hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"));
  const pieces: Piece[] = [["c2s", bytes]];
  const records = decode(pieces, { start: "frames" });
  bytes.fill(0);
  expect(records[0]).toMatchObject({ raw: hex("7f 9f 4d 51 58"), key: hex("37fa213d") });
});
