import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DialectName } from "@wsecho/protocol";
import { clientFrame, fragments } from "./frames.ts";
import { openReference, openSession, type OpenSession } from "./sessions.ts";

/** What a peer sends, as bytes; ids count up by themselves where they are not wrong on purpose. */
type Say = (nextId: () => number) => Buffer;

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ maxLength: 300 }),
  fc.constantFrom("", '"', "\\", "\n\t\b\f\r", "\u0000\u001f\u007f", "é€😀", "\u2028\ufeff", "/"),
  // Around the lengths where something changes: the frame's header, the scan, the copy.
  fc
    .constantFrom(100, 125, 126, 255, 256, 257, 1000, 16_383, 16_400, 65_535, 65_600)
    .map((n) => "x".repeat(n)),
  fc
    .tuple(fc.nat(700), fc.constantFrom("\u0001", "\n", '"', "\\", "é"))
    .map(([n, c]) => "y".repeat(n) + c + "z".repeat(300)),
);
const control = fc.oneof(
  fc.uint8Array({ maxLength: 125 }).map((data) => clientFrame(0x89, Buffer.from(data))),
  fc.uint8Array({ maxLength: 125 }).map((data) => clientFrame(0x8a, Buffer.from(data))),
);
const cuts = fc.array(fc.nat(2000), { maxLength: 3 });
const betweens = fc.array(control, { minLength: 3, maxLength: 3 });

/** A text or binary message, whole or in fragments. */
function message(opcode: 1 | 2, payload: fc.Arbitrary<(id: number) => Buffer>): fc.Arbitrary<Say> {
  return fc.tuple(payload, cuts, betweens).map(
    ([make, at, between]) =>
      (nextId) =>
        fragments(opcode, make(nextId()), at, between),
  );
}

const binary = message(
  2,
  fc.uint8Array({ maxLength: 300 }).map((data) => () => Buffer.from(data)),
);
const plainText = message(
  1,
  anyText.map((text) => () => Buffer.from(text)),
);
const submit = message(
  1,
  anyText.map((text) => (id) => Buffer.from(JSON.stringify({ type: "submit", id, text }))),
);
/** Valid and not: everything that the short way must leave to the machine, or get right. */
const unusual = message(
  1,
  fc
    .tuple(
      anyText,
      fc.constantFrom<((id: number, text: string) => string)[]>(
        (id, text) => `{"type":"submit","id":${id},"text":${JSON.stringify(text)} }`,
        (id, text) => ` {"type":"submit","id":${id},"text":${JSON.stringify(text)}}`,
        (id, text) => JSON.stringify({ type: "submit", text, id }),
        (id, text) => JSON.stringify({ type: "submit", id, text, more: [1] }),
        (id, text) => JSON.stringify({ type: "submit", id, more: text, text }),
        (id, text) => `{"type":"submit","id":${id},"text":${JSON.stringify(text)},"text":"b"}`,
        (id) => `{"type":"submit","id":${id},"text":"\\u0041\\/\\u00e9\\ud83d\\ude00\\ud800"}`,
        (id) => `{"type":"submit","id":${id},"text":"\\u000a\\u001F\\u001f\\x"}`,
        (id) => `{"type":"submit","id":${id},"text":"\\"}`,
        (id) => `{"type":"submit","id":${id},"text":"a\tb"}`,
        (id) => `{"type":"submit","id":${id},"text":"}`,
        (id) => `{"type":"submit","id":${id},"text":""}}`,
        (id) => `{"type":"submit","id":${id},"text":"a"b"}`,
        (id) => `{"type":"submit","id":${id}.0,"text":"a"}`,
        (id) => `{"type":"submit","id":${id}e0,"text":"a"}`,
        (id) => `{"type":"submit","id":0${id},"text":"a"}`,
        (id) => `{"type":"submit","id":-${id},"text":"a"}`,
        (id) => `{"type":"submit","id":"${id}","text":"a"}`,
        (id) => `{"type":"submit","id":${id - 1},"text":"again"}`,
        () => `{"type":"submit","id":0,"text":"a"}`,
        () => `{"type":"submit","id":,"text":"a"}`,
        () => `{"type":"submit","id":9007199254740991,"text":"the largest"}`,
        () => `{"type":"submit","id":9007199254740992,"text":"too large"}`,
        () => `{"type":"submit","id":999999999999999,"text":"fifteen digits"}`,
        () => `{"type":"ping"}`,
        () => `{"type":"pong"}`,
        () => `{"type":"auth","mechanism":"plain","user":"ann","password":"p"}`,
        (_, text) => text,
      ),
    )
    .map(
      ([text, write]) =>
        (id) =>
          Buffer.from(write(id, text)),
    ),
);
const framed = (make: fc.Arbitrary<Buffer>): fc.Arbitrary<Say> => make.map((frame) => () => frame);
const ending = framed(
  fc.oneof(
    fc.constantFrom(
      clientFrame(0x88, Buffer.alloc(0)),
      clientFrame(0x88, Buffer.from([0x03, 0xe8])),
      clientFrame(0x88, Buffer.from("\u000f\u00a3bye", "latin1")),
      clientFrame(0x88, Buffer.from([0x03, 0xe7])),
      // A reserved bit, a reserved opcode, no mask, a text that is no UTF-8, a stray continuation.
      clientFrame(0xc1, Buffer.from("x")),
      clientFrame(0x83, Buffer.from("x")),
      Buffer.from([0x81, 0x01, 0x78]),
      clientFrame(0x81, Buffer.from([0x61, 0xff])),
      clientFrame(0x81, Buffer.from([0xed, 0xa0, 0x80])),
      clientFrame(0x80, Buffer.from("x")),
      // Larger than the limit, of which the header says enough.
      Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 2, 0, 0, 1, 2, 3, 4]),
    ),
  ),
);

const says: Readonly<Record<DialectName, fc.Arbitrary<Say>>> = {
  plain: fc.oneof(
    { arbitrary: plainText, weight: 12 },
    { arbitrary: binary, weight: 3 },
    { arbitrary: framed(control), weight: 3 },
    { arbitrary: ending, weight: 1 },
  ),
  v1: fc.oneof(
    { arbitrary: submit, weight: 16 },
    { arbitrary: binary, weight: 3 },
    { arbitrary: framed(control), weight: 3 },
    { arbitrary: unusual, weight: 3 },
    { arbitrary: ending, weight: 1 },
  ),
};

/** How the bytes are cut into reads, and what happens before which of them. */
const course = fc.record({
  /** Lengths of reads, over and over. */
  reads: fc.array(
    fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 200, max: 200_000 })),
    {
      minLength: 1,
      maxLength: 8,
    },
  ),
  shutDownAt: fc.option(fc.nat(12), { freq: 4 }),
  deafAt: fc.option(fc.nat(6), { freq: 3 }),
});
type Course = typeof course extends fc.Arbitrary<infer T> ? T : never;

const maxReads = 100;

async function play(
  session: OpenSession,
  input: Buffer,
  { reads, shutDownAt, deafAt }: Course,
): Promise<Buffer> {
  const { wire } = session;
  for (let at = 0, turn = 0; at < input.length; turn++) {
    if (turn === deafAt) await wire.reading(false);
    if (turn === shutDownAt) session.shutDown("goingAway");
    // A large message is not worth a read for each of its bytes.
    const end = turn < maxReads ? at + (reads[turn % reads.length] ?? 1) : input.length;
    await wire.read(input.subarray(at, end));
    at = end;
  }
  // Takes everything that was held back, one write after the other.
  let count: number;
  do {
    count = wire.writes.length;
    await wire.reading(true);
  } while (count !== wire.writes.length);
  wire.socket.destroy();
  return Buffer.concat(wire.writes);
}

function withoutPongs(bytes: Buffer): Buffer {
  const kept: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const short = bytes[at + 1] ?? 0;
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    const length =
      short < 126
        ? short
        : short === 126
          ? bytes.readUInt16BE(at + 2)
          : bytes.readUIntBE(at + 4, 6);
    if (bytes[at] !== 0x8a) kept.push(bytes.subarray(at, at + header + length));
    at += header + length;
  }
  return Buffer.concat(kept);
}

function firstDifference(one: Buffer, other: Buffer): string {
  const at = one.findIndex((byte, i) => byte !== other[i]);
  const from = Math.max(0, (at < 0 ? Math.min(one.length, other.length) : at) - 20);
  const show = (bytes: Buffer): string =>
    `${bytes.length} bytes, from ${from} ${JSON.stringify(bytes.toString("latin1", from, from + 60))}`;
  return `ours ${show(one)}, by the book ${show(other)}`;
}

describe.each(["plain", "v1"] as const)("a %s session that answers by itself", (dialect) => {
  it("writes the same bytes as the machine by the book, whatever is sent and however it is cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(says[dialect], { minLength: 1, maxLength: 12 }),
        course,
        async (sayings, how) => {
          let id = 0;
          const input = Buffer.concat(sayings.map((say) => say(() => ++id)));
          // Each gets bytes of its own: the library unmasks in place.
          const written = async (session: OpenSession): Promise<Buffer> => {
            const all = await play(session, Buffer.from(input), how);
            // A peer that does not read gets fewer pongs.
            return how.deafAt === null ? all : withoutPongs(all);
          };
          const ours = await written(openSession(dialect));
          const theirs = await written(openReference(dialect));
          expect(Buffer.compare(ours, theirs), firstDifference(ours, theirs)).toBe(0);
        },
      ),
      { numRuns: 400 },
    );
  });
});
