import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { createDecoder } from "../src/decoder.ts";
import type { Direction, WireRecord } from "../src/records.ts";
import {
  decode,
  frames,
  hex,
  messages,
  ofKind,
  rules,
  time,
  type Piece,
} from "./support/decode.ts";
import { fromJsonl, toJsonl } from "./support/files.ts";
import { bytesInUse } from "./support/gc.ts";
import { answer, clientFrame, deflateHeader, frame, request } from "./support/wire.ts";

const opened: readonly Piece[] = [
  ["c2s", request(deflateHeader)],
  ["s2c", answer(deflateHeader)],
];
const notes = (records: readonly WireRecord[]): readonly string[] =>
  ofKind(records, "note").map(({ code }) => code);
const zeros = (megabytes: number): Uint8Array =>
  deflateRawSync(Buffer.alloc(megabytes * 1_048_576), { finishFlush: 2 }).subarray(0, -4);

test("a frame above the cap is kept in part, counted and passed over", () => {
  const big = "x".repeat(5000);
  const records = decode([...opened, ["s2c", frame(big)], ["s2c", frame("after")]], {
    limits: { frame: 1000 },
  });
  expect(frames(records)).toMatchObject([
    { len: 5000, cut: 4000, raw: { length: 1000 } },
    { text: "after" },
  ]);
  expect(messages(records)).toMatchObject([{ len: 5000, text: big }, { text: "after" }]);
  expect(notes(records)).toEqual(["cap"]);
});

test("a message above the cap is kept in part, and the cut does not spoil its UTF-8", () => {
  const records = decode([...opened, ["s2c", frame("é".repeat(600))], ["s2c", frame("after")]], {
    limits: { message: 1001, frame: 100 },
  });
  expect(messages(records)).toMatchObject([
    { len: 1200, cut: 200, text: "é".repeat(500) },
    { text: "after" },
  ]);
  expect(rules(records)).toEqual([]);
});

test("an inflated message above the cap is kept in part, and the window goes on", () => {
  const deflated = deflateRawSync("a".repeat(3000) + "the end", { finishFlush: 2 }).subarray(0, -4);
  const records = decode([...opened, ["s2c", frame(deflated, { rsv: 4 })]], {
    limits: { inflated: 1000 },
  });
  expect(messages(records)).toMatchObject([{ len: 3007, cut: 2007, text: "a".repeat(1000) }]);
});

test("a bomb is left alone after eight times the cap, and later messages are read", () => {
  const records = decode(
    [
      ["c2s", request(deflateHeader)],
      [
        "s2c",
        answer("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n"),
      ],
      ["s2c", frame(zeros(64), { rsv: 4, op: 2 })],
      ["s2c", frame(hex("f2 48 cd c9 c9 07 00"), { rsv: 4 })],
    ],
    { limits: { inflated: 100_000 } },
  );
  const [bomb, after] = messages(records);
  expect(bomb).toMatchObject({ incomplete: true, data: { length: 100_000 } });
  expect(bomb?.len).toBeLessThan(1_000_000);
  expect(after).toMatchObject({ text: "Hello" });
  expect(notes(records)).toEqual(["cap"]);
});

test("a head above the cap is kept in part, and its end is found", () => {
  const records = decode(
    [
      ["c2s", request(`X-Long: ${"x".repeat(5000)}\r\n`)],
      ["s2c", answer()],
      ["s2c", frame("Hello")],
    ],
    { limits: { head: 500 } },
  );
  expect(ofKind(records, "handshake")[0]?.cut).toBeGreaterThan(4500);
  expect(messages(records)).toMatchObject([{ text: "Hello" }]);
  expect(notes(records)).toEqual(["cap"]);
});

test("a client that does not wait for the answer is read when the answer comes, or never does", () => {
  const early = clientFrame("early");
  const answered = decode([
    ["c2s", request()],
    ["c2s", early],
    ["s2c", answer()],
  ]);
  expect(messages(answered)).toMatchObject([{ text: "early" }]);
  expect(frames(answered)[0]?.off).toBe(request().length);
  const unanswered = decode([
    ["c2s", request()],
    ["c2s", early],
  ]);
  expect(messages(unanswered)).toMatchObject([{ text: "early" }]);
  expect(notes(unanswered)).toEqual(["midstream"]);
  const capped = decode(
    [
      ["c2s", request()],
      ["c2s", early],
      ["c2s", early],
    ],
    { limits: { pending: 15 } },
  );
  expect(messages(capped)).toMatchObject([{ text: "early" }, { text: "early" }]);
  expect(notes(capped)).toEqual(["cap"]);
});

test("a refused handshake is recorded with its body, also in chunks, and a second one may follow", () => {
  const records = decode([
    ["c2s", request()],
    ["s2c", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 7\r\n\r\nlog in!"],
    ["c2s", request()],
    [
      "s2c",
      "HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nwait\r\n1\r\n!\r\n0\r\n\r\n",
    ],
    ["c2s", request()],
    ["s2c", answer()],
    ["c2s", clientFrame("in")],
  ]);
  const text = (body: Uint8Array | undefined): string => Buffer.from(body ?? []).toString();
  expect(
    ofKind(records, "handshake").map(({ status, accepted, body }) => [
      status,
      accepted,
      text(body),
    ]),
  ).toEqual([
    [undefined, undefined, ""],
    [401, false, "log in!"],
    [undefined, undefined, ""],
    [503, false, "wait!"],
    [undefined, undefined, ""],
    [101, true, ""],
  ]);
  expect(messages(records)).toMatchObject([{ text: "in" }]);
});

test("what follows an answer is told from it: none to HEAD, and an early one to a request still under way", () => {
  const records = decode([
    ["c2s", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["s2c", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"],
    ["c2s", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab"],
    ["s2c", "HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n"],
    ["c2s", "cd"],
    ["c2s", request()],
    ["s2c", answer()],
    ["c2s", clientFrame("in")],
  ]);
  expect(ofKind(records, "handshake").map(({ status }) => status)).toEqual([undefined, 101]);
  expect(messages(records)).toMatchObject([{ text: "in" }]);
});

test.each(["HTTP/1.1 abc No", "HTTP/1.1 0x65 Yes", "HTTP/1.1"])(
  "an answer without a status of three digits has the status 0: %s",
  (line) => {
    const records = decode([
      ["c2s", request()],
      ["s2c", `${line}\r\n\r\nbad`],
    ]);
    expect(ofKind(records, "handshake")[1]).toMatchObject({ status: 0, accepted: false });
    expect(fromJsonl(toJsonl(records)).problems).toEqual([]);
  },
);

test("a head of any bytes is taken apart in no time, and a value keeps its last byte", () => {
  const head = `GET /${"a".repeat(20_000)}\rb HTTP/1.1\r\nX-Name:\t voil\u00c3\u00a0 \r\n\r\n`;
  const [found] = ofKind(
    decode([["c2s", `${head.slice(0, -2)}Upgrade: websocket\r\n\r\n`]]),
    "handshake",
  );
  expect(found?.target).toHaveLength(20_001);
  expect(found?.headers[0]).toEqual(["X-Name", "voil\u00c3\u00a0"]);
});

test("a text that ends inside a character is not blamed for it where its message has not ended", () => {
  const half = Uint8Array.of(0x61, 0xc3);
  const cut = decode([...opened, ["s2c", frame(half, { fin: 0 })]]);
  expect(messages(cut)).toMatchObject([{ text: "a", len: 2, cut: 1, incomplete: true }]);
  expect(rules(cut)).toEqual([]);
  expect(rules(decode([...opened, ["s2c", frame(half)]]))).toEqual(["bad-utf8"]);
});

test("an answer that ends with the connection is recorded", () => {
  const records = decode([
    ["c2s", request()],
    ["s2c", "HTTP/1.0 400 Bad Request\r\n\r\nbad"],
  ]);
  expect(Buffer.from(ofKind(records, "handshake")[1]?.body ?? []).toString()).toBe("bad");
});

test("a plaintext tunnel is looked into", () => {
  const records = decode([
    ["c2s", "CONNECT server.example.com:80 HTTP/1.1\r\nHost: server.example.com\r\n\r\n"],
    ["s2c", "HTTP/1.1 200 OK\r\n\r\n"],
    ["c2s", request()],
    ["s2c", answer()],
    ["c2s", clientFrame("inside")],
  ]);
  expect(messages(records)).toMatchObject([{ text: "inside" }]);
});

test("TLS, HTTP/2 and plain HTTP are named, not misread", () => {
  expect(notes(decode([["c2s", hex("16 03 01 00 05 01 02 03 04 05")]]))).toEqual(["opaque"]);
  expect(notes(decode([["c2s", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]]))).toEqual(["opaque"]);
  const plain = decode([
    ["c2s", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["s2c", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"],
    ["c2s", request()],
    ["s2c", answer()],
    ["c2s", clientFrame("then")],
  ]);
  expect(notes(plain)).toEqual(["http"]);
  expect(messages(plain)).toMatchObject([{ text: "then" }]);
});

test("bytes missing inside a frame cost that frame's end only", () => {
  const whole = frame("x".repeat(300));
  const records = decode([
    ...opened,
    ["s2c", whole.subarray(0, 104)],
    ["s2c", 100],
    ["s2c", whole.subarray(204)],
    ["s2c", frame("after")],
  ]);
  expect(frames(records)).toMatchObject([
    { len: 300, cut: 200, raw: { length: 100 } },
    { text: "after" },
  ]);
  expect(messages(records)).toMatchObject([
    { incomplete: true, text: "x".repeat(100) },
    { text: "after" },
  ]);
  expect(notes(records)).toEqual(["gap"]);
});

test("bytes missing between frames are looked over until frames chain again", () => {
  const parts = ["one", "two", "three", "four", "five", "six"].map((text) => clientFrame(text));
  const records = decode([
    ...opened,
    ["c2s", parts[0] ?? ""],
    ["c2s", (parts[1]?.length ?? 0) + 3],
    ["c2s", parts[2]?.subarray(3) ?? ""],
    ...parts.slice(3).map((part): Piece => ["c2s", part]),
  ]);
  expect(messages(records).map(({ text }) => text)).toEqual(["one", "four", "five", "six"]);
  expect(notes(records)).toEqual(["gap", "resync"]);
  const offsets = frames(records).map(({ off }) => off);
  const lengths = parts.map((part) => part.length);
  const start = request(deflateHeader).length;
  expect(offsets).toEqual(
    [0, 3, 4, 5].map((i) => lengths.slice(0, i).reduce((sum, n) => sum + n, start)),
  );
});

test("a stream that begins in the middle of a frame is read from the next one on", () => {
  const parts = ["cut", "two", "three", "four"].map((text) => clientFrame(text));
  const records = decode(parts.map((part, i): Piece => ["c2s", i === 0 ? part.subarray(4) : part]));
  expect(messages(records).map(({ text }) => text)).toEqual(["two", "three", "four"]);
  expect(notes(records)).toEqual(["midstream", "resync"]);
});

test("a tap that begins in the middle finds the client's frames and blames nobody for what it missed", () => {
  const cut = clientFrame("cut").subarray(4);
  const records = decode(
    [
      ["s2c", frame("echo")],
      ["c2s", cut],
      ["c2s", clientFrame("end of it", { op: 0 })],
      ["c2s", clientFrame("next")],
      ["c2s", clientFrame("stray", { op: 0 })],
    ],
    { start: "middle" },
  );
  expect(messages(records).map(({ text }) => text)).toEqual(["echo", "next"]);
  expect(notes(records)).toEqual(["resync"]);
  expect(rules(records)).toEqual(["continuation-without-start"]);
});

test("compressed messages from the middle of a connection are read as far as the window allows", () => {
  const records = decode([
    ["s2c", hex("c1 05 f2 00 11 00 00")], // needs what came before
    ["s2c", hex("c1 07 f2 48 cd c9 c9 07 00")],
    ["s2c", hex("c1 05 f2 00 11 00 00")],
    ["s2c", frame("plain")],
  ]);
  expect(messages(records).map(({ text, incomplete }) => [text, incomplete])).toEqual([
    ["H", true],
    ["Hello", undefined],
    ["Hello", undefined],
    ["plain", undefined],
  ]);
  expect(notes(records)).toEqual(["midstream", "context"]);
  expect(rules(records)).toEqual([]);
});

test("a connection that ends without a close frame says so once", () => {
  const records = decode([...opened, ["s2c", frame("Hello").subarray(0, 4)]]);
  expect(ofKind(records, "close")).toMatchObject([{ by: "transport", code: 1006 }]);
  expect(frames(records)).toMatchObject([{ len: 5, cut: 3 }]);
  expect(messages(records)).toMatchObject([{ incomplete: true, text: "He", len: 2 }]);
});

test("memory stays bounded over endless frames, heads, fragments and bombs", async () => {
  const endless: readonly (readonly [Direction, () => Uint8Array, Uint8Array?])[] = [
    ["c2s", () => new Uint8Array(65_536).fill(65), Buffer.from("GET / HTTP/1.1\r\nX: ")],
    ["c2s", () => new Uint8Array(65_536).fill(0x41)],
    ["s2c", () => new Uint8Array(65_536), hex("82 7f 00 ff 00 00 00 00 00 00")],
    ["s2c", () => frame(new Uint8Array(60_000), { op: 0, fin: 0 }), frame("", { fin: 0, op: 2 })],
    ["s2c", () => frame(zeros(1), { rsv: 4, op: 2 })],
  ];
  for (const [dir, make, begin] of endless) {
    const decoder = createDecoder({
      emit: () => undefined,
      start: begin?.[0] === 71 ? "handshake" : "frames",
    });
    if (begin !== undefined) decoder.push(dir, begin, time);
    const piece = make();
    for (let i = 0; i < 20; i++) decoder.push(dir, piece, time);
    const before = await bytesInUse();
    for (let i = 0; i < 40; i++) decoder.push(dir, piece, time);
    const grown = (await bytesInUse()) - before;
    expect(grown, `piece ${piece[0] ?? 0}`).toBeLessThan(12_000_000);
    decoder.end(time);
  }
});
