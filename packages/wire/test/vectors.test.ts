import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { decode, frames, hex, messages, ofKind, rules, type Piece } from "./support/decode.ts";
import { answer, deflateHeader, frame, request } from "./support/wire.ts";
import { unmask } from "../src/frame.ts";

const open: readonly Piece[] = [
  ["c2s", request(deflateHeader)],
  ["s2c", answer(deflateHeader)],
];

/** The bytes of RFC 6455 section 5.7, and what the RFC says that they are. */
const section57: readonly (readonly [
  name: string,
  dir: "c2s" | "s2c",
  bytes: string,
  ops: number[],
])[] = [
  ["an unmasked text", "s2c", "81 05 48 65 6c 6c 6f", [1]],
  ["a masked text", "c2s", "81 85 37 fa 21 3d 7f 9f 4d 51 58", [1]],
  ["a fragmented text", "s2c", "01 03 48 65 6c 80 02 6c 6f", [1, 0]],
];

test.each(section57)("%s of RFC 6455 5.7 is read", (_, dir, bytes, ops) => {
  const records = decode([[dir, hex(bytes)]], { start: "frames" });
  expect(frames(records).map(({ op }) => op)).toEqual(ops);
  expect(messages(records)).toMatchObject([
    { op: 1, text: "Hello", len: 5, wire: 5, dir, compressed: false },
  ]);
  expect(rules(records)).toEqual([]);
});

test("ping and pong of RFC 6455 5.7 are read", () => {
  const records = decode(
    [
      ["s2c", hex("89 05 48 65 6c 6c 6f")],
      ["c2s", hex("8a 85 37 fa 21 3d 7f 9f 4d 51 58")],
    ],
    { start: "frames" },
  );
  expect(frames(records)).toMatchObject([
    { op: 9, text: "Hello", key: null, n: 1 },
    { op: 10, text: "Hello", key: hex("37fa213d"), raw: hex("7f9f4d5158"), hdr: hex("8a85"), n: 2 },
  ]);
  expect(messages(records)).toEqual([]);
});

test.each([
  ["16 bits", 256, "82 7e 01 00"],
  ["64 bits", 65_536, "82 7f 00 00 00 00 00 01 00 00"],
])("a length in %s of RFC 6455 5.7 is read", (_, length, header) => {
  const payload = new Uint8Array(length).map((__, i) => i);
  const records = decode([["s2c", Buffer.concat([hex(header), payload])]], { start: "frames" });
  expect(frames(records)).toMatchObject([{ op: 2, len: length, raw: payload, hdr: hex(header) }]);
  expect(messages(records)).toMatchObject([{ op: 2, data: payload }]);
  expect(rules(records)).toEqual([]);
});

/** RFC 7692 section 7.2.3, each as a connection. */
const section723: readonly (readonly [name: string, bytes: string, texts: string[]])[] = [
  ["one compressed block", "c1 07 f2 48 cd c9 c9 07 00", ["Hello"]],
  ["two fragments", "41 03 f2 48 cd 80 04 c9 c9 07 00", ["Hello"]],
  ["the window taken over", "c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00", ["Hello", "Hello"]],
  ["a block without compression", "c1 0b 00 05 00 fa ff 48 65 6c 6c 6f 00", ["Hello"]],
  ["a final block", "c1 08 f3 48 cd c9 c9 07 00 00", ["Hello"]],
  [
    "a message after a final block",
    "c1 08 f3 48 cd c9 c9 07 00 00 c1 05 f2 00 11 00 00",
    ["Hello", "Hello"],
  ],
  ["two blocks in one message", "c1 0d f2 48 05 00 00 00 ff ff ca c9 c9 07 00", ["Hello"]],
];

test.each(section723)("%s of RFC 7692 7.2.3 is inflated", (_, bytes, texts) => {
  const records = decode([...open, ["s2c", hex(bytes)]]);
  expect(messages(records).map(({ text }) => text)).toEqual(texts);
  expect(messages(records).every(({ compressed }) => compressed)).toBe(true);
  expect(rules(records)).toEqual([]);
});

test("a compressed message in three fragments with a ping between them is inflated", () => {
  const text = "wsecho ".repeat(500);
  const deflated = deflateRawSync(text, { finishFlush: 2 }).subarray(0, -4);
  const third = Math.floor(deflated.length / 3);
  const records = decode([
    ...open,
    ["s2c", frame(deflated.subarray(0, third), { fin: 0, rsv: 4 })],
    ["s2c", frame("between", { op: 9 })],
    ["s2c", frame(deflated.subarray(third, 2 * third), { fin: 0, op: 0 })],
    ["s2c", frame(deflated.subarray(2 * third), { op: 0 })],
  ]);
  expect(messages(records)).toMatchObject([
    { text, parts: 3, frames: [1, 4], wire: deflated.length, len: 3500 },
  ]);
  expect(frames(records).map(({ msg, part }) => [msg, part])).toEqual([
    [1, 0],
    [undefined, undefined],
    [1, 1],
    [1, 2],
  ]);
  expect(rules(records)).toEqual([]);
});

test("the handshake of RFC 6455 1.3 is accepted, header by header", () => {
  const [asked, answered] = ofKind(decode(open), "handshake");
  expect(asked).toMatchObject({
    dir: "c2s",
    method: "GET",
    target: "/chat",
    head: request(deflateHeader),
  });
  expect(asked?.headers.map(([name]) => name)).toEqual([
    "Host",
    "Upgrade",
    "Connection",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Extensions",
    "Sec-WebSocket-Version",
  ]);
  expect(answered).toMatchObject({
    status: 101,
    accepted: true,
    subprotocol: null,
    deflate: { c2s: { takeover: true, windowBits: 15 }, s2c: { takeover: true, windowBits: 15 } },
    lint: [],
  });
});

test("the bytes of a frame are put back together from its record", () => {
  const bytes = hex("81 85 37 fa 21 3d 7f 9f 4d 51 58");
  const [record] = frames(decode([["c2s", bytes]], { start: "frames" }));
  if (record === undefined) throw new Error("no frame");
  expect(Buffer.concat([record.hdr, record.key ?? "", record.raw] as Uint8Array[])).toEqual(
    Buffer.from(bytes),
  );
  expect(Buffer.from(unmask(record)).toString()).toBe("Hello");
});
