import {
  createDecoder,
  createRedactor,
  encodeHeader,
  mask,
  type Direction,
  type WireRecord,
} from "@wsecho/wire";
import fc from "fast-check";
import measure from "fast-string-truncated-width";
import { describe, expect, it } from "vitest";
import { wrapWords } from "../../src/wire/fit.ts";
import { createRows } from "../../src/wire/rows.ts";

interface Sent {
  readonly dir: Direction;
  readonly op: number;
  readonly fin: 0 | 1;
  readonly payload: Uint8Array;
}

const key = Uint8Array.from([0x9f, 0x66, 0x75, 0x64]);

/** What a client and a server without a subprotocol send each other. */
function talk(frames: readonly Sent[]): readonly WireRecord[] {
  const records: WireRecord[] = [];
  const decoder = createDecoder({ emit: (record) => records.push(record), at: "client" });
  const say = (dir: Direction, head: string) => decoder.push(dir, Buffer.from(head), 0);
  say(
    "c2s",
    `GET /a/rather/long/path/for/a/narrow/screen HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  say(
    "s2c",
    "HTTP/1.1 101 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
  );
  for (const { dir, op, fin, payload } of frames) {
    const own = dir === "c2s" ? key : null;
    const header = { fin, rsv: 0, op, masked: own !== null, len: payload.length };
    decoder.push(dir, encodeHeader(header), 1000);
    if (own !== null) decoder.push(dir, own, 1000);
    decoder.push(dir, mask(payload, own), 1000);
  }
  decoder.stop(2000);
  return records;
}

function redact(records: readonly WireRecord[]): readonly WireRecord[] {
  const redactor = createRedactor();
  return [...records.flatMap((record) => redactor.push(record)), ...redactor.end()];
}

function show(
  records: readonly WireRecord[],
  columns: number | undefined,
  bytes: boolean,
): readonly string[] {
  const rows = createRows({
    bytes,
    fold: true,
    columns: () => columns,
    paint: (_style, text) => text,
  });
  return [...records.flatMap((record) => rows.push(record)), ...rows.end()];
}

const text = (dir: Direction, payload: string): Sent => ({
  dir,
  op: 1,
  fin: 1,
  payload: Buffer.from(payload),
});

const anyFrame: fc.Arbitrary<Sent> = fc.record({
  dir: fc.constantFrom<Direction>("c2s", "s2c"),
  op: fc.constantFrom(0, 1, 2, 8, 9, 10),
  fin: fc.constantFrom<0 | 1>(0, 1),
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 125 }),
    fc.string({ unit: "grapheme", maxLength: 60 }).map((words) => Buffer.from(words)),
    fc.constant(new Uint8Array(300)),
  ),
});

describe("rows on a terminal", () => {
  it.each([[false], [true]])("fit into it, however narrow it is; bit by bit: %s", (bytes) => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 4 }),
        fc.integer({ min: 40, max: 130 }),
        (frames, columns) => {
          for (const row of show(redact(talk(frames)), columns, bytes))
            expect({ row, fits: measure(row).width <= columns }).toEqual({ row, fits: true });
        },
      ),
      { numRuns: 60 },
    );
  });

  it("have the payload below in 40 columns, with more of it", () => {
    const records = talk([text("c2s", '{"type":"submit","id":1,"text":"hello"}')]);
    expect(show(records, 40, false).slice(-2)).toEqual([
      "   1   0.001 c▶s TEXT 39, msg 1",
      '      {"type":"submit","id":1,"text":"h…',
    ]);
  });

  it("take a frame apart in 40 columns, four bytes a line, as the key has", () => {
    const block = show(talk([text("c2s", "Hello")]), 40, true).slice(-13);
    expect(block).toEqual([
      "",
      "── frame 1 · 11 bytes ──────────────────",
      "81          1 000 0001  FIN, RSV 000,",
      "            opcode 1 text",
      "85          1 0000101  MASK, length 5",
      "9f 66 75 64 masking key (sent in clear)",
      'd7 03 19 08 on the wire     "...."',
      "9f 66 75 64 ⊕ key, repeated",
      '48 65 6c 6c payload         "Hell"',
      'f0          on the wire     "."',
      "9f          ⊕ key, repeated",
      '6f          payload         "o"',
      "",
    ]);
  });
});

describe("a frame that hides a login", () => {
  it.each([40, 80, undefined])("shows no star as a byte of the wire, in %s columns", (columns) => {
    const sent = talk([text("c2s", "admin:sekret")]);
    const block = show(redact(sent), columns, true);
    const shown = block.join("\n").replaceAll(/\n {2}/g, " ");
    expect(shown).toContain("hidden: the wire had other bytes where stars stand");
    expect(shown).toMatch(/payload +"/);
    expect(shown).not.toMatch(/on the wire|repeated|sekret/);
    const open = show(sent, columns, true).join("\n");
    expect(open).toContain("on the wire");
    expect(open).not.toContain("hidden");
  });
});

describe("words in lines", () => {
  it("keep all words in their order, and break only what has no blank", () => {
    expect(wrapWords("one two three", 8, 2)).toEqual(["one two", "  three"]);
    expect(wrapWords("abcdefghij", 4, 2)).toEqual(["abcd", "  ef", "  gh", "  ij"]);
    expect(wrapWords("漢字漢字", 5, 0)).toEqual(["漢字", "漢字"]);
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 4, max: 40 }), (words, columns) => {
        const lines = wrapWords(words, columns, 2);
        const bare = (given: string): string => given.replaceAll(" ", "");
        expect(lines.map(bare).join("")).toBe(bare(words));
        for (const line of lines) expect(measure(line).width).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
