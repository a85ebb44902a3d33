import fc from "fast-check";
import { expect, test } from "vitest";
import { explain, parseBytes } from "../src/explain.ts";
import type { FrameRecord } from "../src/records.ts";
import { describeFrame, renderFrame, safeText } from "../src/view.ts";
import { decode, frames, hex } from "./support/decode.ts";
import { clientFrame, frame } from "./support/wire.ts";

const one = (bytes: Uint8Array): FrameRecord => {
  const [found] = explain(bytes).filter((record) => record.k === "frame");
  if (found === undefined) throw new Error("no frame");
  return found;
};
const hello = "81 85 37 fa 21 3d 7f 9f 4d 51 58";

test("a masked frame is shown bit by bit, and masked ⊕ key = plain line by line", () => {
  const view = describeFrame({ ...one(hex(hello)), n: 4 });
  expect(renderFrame(view)).toEqual([
    "── frame 4 · 11 bytes ────────────────────────────────────────",
    "81             1 000 0001  FIN, RSV 000, opcode 1 text",
    "85             1 0000101   MASK, length 5",
    "37 fa 21 3d                masking key (sent in clear)",
    '7f 9f 4d 51 58             on the wire     "..MQX"',
    "37 fa 21 3d 37             ⊕ key, repeated",
    '48 65 6c 6c 6f             payload         "Hello"',
  ]);
});

test("every byte of a frame belongs to a field, and every bit of its first two", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 0, max: 15 }),
      fc.boolean(),
      (payload, op, masked) => {
        const bytes = masked ? clientFrame(payload, { op }) : frame(payload, { op });
        const view = describeFrame(one(bytes));
        expect(Buffer.from(view.bytes)).toEqual(Buffer.from(bytes));
        const covered = bytes.map((_, i) =>
          view.fields.some(({ start, end }) => start <= i && i < end) ? 1 : 0,
        );
        expect(covered.every((value) => value === 1)).toBe(true);
        const bits = [0, 1].map((at) =>
          view.fields
            .filter(({ start, bits: own }) => start === at && own)
            .reduce((sum, { bits: own }) => sum + (own?.[1] ?? 0), 0),
        );
        expect(bits).toEqual([8, 8]);
        for (const line of renderFrame(view)) expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      },
    ),
  );
});

test("rows point at the bytes that they are about", () => {
  const { rows, bytes } = describeFrame(one(clientFrame("x".repeat(40))), { perLine: 16 });
  for (const row of rows)
    if (row.kind !== "repeated key" && row.kind !== "payload")
      expect(row.bytes).toEqual(bytes.slice(row.start, row.end));
  expect(rows.filter(({ kind }) => kind === "payload").map(({ ascii }) => ascii.length)).toEqual([
    16, 16, 8,
  ]);
});

test("as many rows are shown as there are", () => {
  const view = describeFrame(one(hex(hello)));
  const rows = Array.from({ length: 30_000 }, () => view.rows).flat();
  expect(renderFrame({ ...view, rows }).length).toBe(1 + rows.length);
});

test("a long payload is shown in part, and a close frame has its code and its reason", () => {
  expect(describeFrame(one(frame("x".repeat(300)))).rows.at(-1)).toMatchObject({
    kind: "more",
    says: "… and 44 more bytes",
  });
  const close = describeFrame(one(frame(hex("03e8 62 79 65"), { op: 8 })));
  expect(close.fields.slice(-2)).toMatchObject([
    { name: "close code", start: 2, end: 4, says: "1000" },
    { name: "close reason", start: 4, end: 7, says: "bye" },
  ]);
});

test("text that is more than ASCII is shown as text, and cannot drive a terminal", () => {
  expect(describeFrame(one(frame("wörld"))).text).toBe("wörld");
  const { text } = describeFrame(one(frame("aé".repeat(1000))), { payload: 8 });
  expect(text).toBe("aéaéa…");
  expect(safeText("a\u001b[2Jb\u202ec\u009bd\n")).toBe("a\\u{1b}[2Jb\\u{202e}c\\u{9b}d\\n");
});

test.each([
  [hello],
  ["818537fa213d7f9f4d5158"],
  ["0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58"],
  ["\\x81\\x85\\x37\\xfa\\x21\\x3d\\x7f\\x9f\\x4d\\x51\\x58"],
  ["81:85:37:fa:21:3d:7f:9f:4d:51:58"],
  ["{ 0x81, 0x85, 0x37, 0xfa,\n  0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58 }"],
  ["0000  81 85 37 fa 21 3d 7f 9f   ..7.!=..\n0008  4d 51 58                  MQX"],
  ["00000000: 8185 37fa 213d 7f9f  ..7.!=..\n00000008: 4d51 58  MQX"],
])("bytes are read as people copy them: %s", (text) => {
  expect(parseBytes(text)).toEqual({ ok: true, value: hex(hello) });
});

test("what are no bytes is said", () => {
  expect(parseBytes("81 85\nhello")).toEqual({
    ok: false,
    error: "line 2: not hex digits; give bytes like 81 85 37 fa",
  });
  expect(parseBytes("818")).toMatchObject({ ok: false });
  expect(parseBytes(" ")).toMatchObject({ ok: false });
});

test("who sent bytes shows by the MASK bit, and a handshake is known by its first line", () => {
  expect(explain(hex(hello))).toMatchObject([
    { k: "frame", dir: "c2s" },
    { k: "message", text: "Hello" },
  ]);
  expect(explain(hex("81 05 48 65 6c 6c 6f"))).toMatchObject([{ dir: "s2c" }, { text: "Hello" }]);
  expect(explain(Buffer.from("GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"))[0]).toMatchObject({
    k: "handshake",
    dir: "c2s",
  });
  expect(explain(Buffer.from("HTTP/1.1 101 x\r\n\r\n"))[0]).toMatchObject({
    k: "handshake",
    dir: "s2c",
  });
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void explain(bytes)));
});

test("describing never fails", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      for (const record of frames(decode([["c2s", bytes]], { start: "frames" })))
        renderFrame(describeFrame(record));
    }),
  );
});
