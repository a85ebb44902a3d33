import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import type { lintRules } from "../src/lint.ts";
import { decode, hex, rules, type Piece } from "./support/decode.ts";
import { answer, clientFrame, deflateHeader, frame, request } from "./support/wire.ts";

const opened: readonly Piece[] = [
  ["c2s", request()],
  ["s2c", answer()],
];
const deflated: readonly Piece[] = [
  ["c2s", request(deflateHeader)],
  ["s2c", answer(deflateHeader)],
];
const key = hex("37fa213d");
const long = "x".repeat(126);

const accept = (key: string): string =>
  createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");

const shake = (asked: string, answered: string): readonly Piece[] => [
  ["c2s", asked],
  ["s2c", answered],
];
const offering = (extension: string): string =>
  `Sec-WebSocket-Extensions: permessage-deflate${extension}\r\n`;

/** Bytes that break one rule and no other. */
const broken: Readonly<Record<keyof typeof lintRules, readonly (readonly Piece[])[]>> = {
  "unmasked-client": [[...opened, ["c2s", frame("Hello")]]],
  "masked-server": [[...opened, ["s2c", frame("Hello", { key })]]],
  "rsv-without-extension": [
    [...opened, ["s2c", frame("Hello", { rsv: 4 })]],
    [...opened, ["s2c", frame("Hello", { rsv: 1 })]],
    [...deflated, ["s2c", frame("Hello", { rsv: 2 })]],
  ],
  "rsv1-misplaced": [
    [...deflated, ["s2c", frame("Hello", { rsv: 4, op: 9 })]],
    [...deflated, ["s2c", frame("a", { fin: 0 })], ["s2c", frame("b", { rsv: 4, op: 0 })]],
  ],
  "control-too-long": [[...opened, ["s2c", frame(long, { op: 9 })]]],
  "control-fragmented": [[...opened, ["s2c", frame("a", { op: 9, fin: 0 })]]],
  "reserved-opcode": [3, 7, 11, 15].map((op) => [...opened, ["s2c", frame("", { op })]]),
  "length-not-minimal": [
    [...opened, ["s2c", hex("81 7e 00 01 61")]],
    [...opened, ["s2c", hex("81 7f 00 00 00 00 00 00 00 01 61")]],
  ],
  "length-high-bit": [[...opened, ["s2c", hex("82 7f 80 00 00 00 00 00 00 01 61")]]],
  "repeated-key": [[...opened, ["c2s", frame("a", { key })], ["c2s", frame("b", { key })]]],
  "predictable-key": [
    [...opened, ["c2s", frame("a", { key: hex("00000000") })]],
    [
      ...opened,
      ...[1, 2, 3, 4].map((n): Piece => ["c2s", frame("a", { key: hex(`0000000${n}`) })]),
    ],
  ],
  "data-after-close": [[...opened, ["s2c", frame(hex("03e8"), { op: 8 })], ["s2c", frame("a")]]],
  "continuation-without-start": [[...opened, ["s2c", frame("a", { op: 0 })]]],
  "data-inside-fragments": [[...opened, ["s2c", frame("a", { fin: 0 })], ["s2c", frame("b")]]],
  "close-code": [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map((code) => [
    ...opened,
    ["s2c", frame(Uint8Array.of(code >> 8, code & 255), { op: 8 })],
  ]),
  "close-length": [[...opened, ["s2c", frame("a", { op: 8 })]]],
  "close-reason": [[...opened, ["s2c", frame(hex("03e8 ff"), { op: 8 })]]],
  "bad-utf8": [
    [...opened, ["s2c", frame(hex("ff"))]],
    [...opened, ["s2c", frame(hex("e2 82"))]],
    [...opened, ["s2c", frame(hex("ed a0 80"))]],
    [...opened, ["s2c", frame(hex("e2 82"), { fin: 0 })], ["s2c", frame("a", { op: 0 })]],
    [
      ...deflated,
      ["s2c", frame(deflateRawSync(hex("ff"), { finishFlush: 2 }).subarray(0, -4), { rsv: 4 })],
    ],
  ],
  "deflate-data": [[...deflated, ["s2c", frame(hex("ff ff ff"), { rsv: 4, op: 2 })]]],
  "request-line": [
    shake(request().replace("GET", "POST"), answer()),
    shake(request().replace("HTTP/1.1", "HTTP/1.0"), answer()),
  ],
  "missing-header": [
    shake(request().replace(/Host.*\r\n/, ""), answer()),
    shake(request().replace(/Upgrade: .*\r\n/, ""), answer()),
    shake(request().replace(/Connection.*\r\n/, ""), answer()),
    shake(request().replace(/Sec-WebSocket-Version.*\r\n/, ""), answer()),
  ],
  "duplicate-header": [shake(request("Host: another\r\n"), answer())],
  "websocket-key": [
    shake(
      request().replace("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ="),
      answer().replace("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", accept("c2hvcnQ=")),
    ),
  ],
  "weak-nonce": [
    shake(
      request().replace("dGhlIHNhbXBsZSBub25jZQ==", "AAAAAAAAAAAAAAAAAAAAAA=="),
      answer().replace("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", accept("AAAAAAAAAAAAAAAAAAAAAA==")),
    ),
  ],
  version: [shake(request().replace("Version: 13", "Version: 8"), answer())],
  "wrong-accept": [shake(request(), answer().replace("s3pP", "AAAA"))],
  "missing-response-header": [
    shake(request(), answer().replace(/Sec-WebSocket-Accept.*\r\n/, "")),
    shake(request(), answer().replace(/Upgrade: .*\r\n/, "")),
    shake(request(), answer().replace(/Connection.*\r\n/, "")),
  ],
  "protocol-not-offered": [
    shake(request("Sec-WebSocket-Protocol: a, b\r\n"), answer("Sec-WebSocket-Protocol: c\r\n")),
  ],
  "extension-not-offered": [shake(request(), answer(deflateHeader))],
  "extension-parameter": [
    shake(request(deflateHeader), answer(offering("; unknown"))),
    shake(request(deflateHeader), answer(offering("; server_max_window_bits=7"))),
    shake(request(deflateHeader), answer(offering("; server_no_context_takeover=1"))),
    shake(request(deflateHeader), answer(offering("; client_max_window_bits=10"))),
  ],
  "unexpected-header": [
    shake(request(), answer("Content-Length: 0\r\n")),
    shake(request("Sec-WebSocket-Accept: x\r\n"), answer()),
  ],
};

test.each(
  Object.entries(broken).flatMap(([rule, cases]) =>
    cases.map((pieces, i) => [rule, i, pieces] as const),
  ),
)("%s is found, case %i, and nothing else", (rule, _, pieces) => {
  expect([...new Set(rules(decode(pieces)))]).toEqual([rule]);
});

test("a blameless connection has no lint", () => {
  const pieces: readonly Piece[] = [
    ...deflated,
    ["c2s", clientFrame("Hello")],
    ["s2c", frame("Hé", { fin: 0 })],
    ["s2c", frame("", { op: 9 })],
    ["c2s", clientFrame("", { op: 10 })],
    ["s2c", frame("llo", { op: 0 })],
    ["c2s", clientFrame(hex("03e8 62 79 65"), { op: 8 })],
    ["s2c", frame(hex("03e8"), { op: 8 })],
  ];
  expect(rules(decode(pieces))).toEqual([]);
});

test("a character cut by two fragments is not bad UTF-8", () => {
  const [a, b] = [hex("e2 82"), hex("ac")];
  expect(
    rules(decode([...opened, ["s2c", frame(a, { fin: 0 })], ["s2c", frame(b, { op: 0 })]])),
  ).toEqual([]);
});

test("keys that are drawn are neither repeated nor predictable, ten thousand times", () => {
  const pieces = Array.from({ length: 10_000 }, (): Piece => ["c2s", clientFrame("")]);
  expect(rules(decode([...opened, ...pieces]))).toEqual([]);
});
