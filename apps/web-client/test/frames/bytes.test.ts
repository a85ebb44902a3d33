import fc from "fast-check";
import { explain, parseBytes, unmask, type FrameRecord } from "@wsecho/wire";
import { describe, expect, it } from "vitest";
import { fieldWords } from "../../src/frames/describe.ts";
import { bitsOf, fieldsAt, frameBytes, sentOn } from "../../src/frames/fields.ts";
import { maxWalk, plainSoFar, walkOf } from "../../src/frames/walk.ts";
import { ft } from "../../src/frames/words.ts";
import { handshake, recordsOf, up } from "../support/capture.ts";

const frameOf = (hex: string): FrameRecord => {
  const bytes = parseBytes(hex);
  const [frame] = bytes.ok ? explain(bytes.value) : [];
  if (frame?.k !== "frame") throw new Error("not a frame");
  return frame;
};
const hello = frameOf("81 85 37 fa 21 3d 7f 9f 4d 51 58");
const clientFrame = (payload: Uint8Array): FrameRecord => {
  const [frame] = recordsOf([...handshake, up(payload, { op: 2 })]).filter(
    ({ k }) => k === "frame",
  );
  return frame as FrameRecord;
};

describe("a byte and its fields", () => {
  const { bytes, fields } = frameBytes(hello);
  const namesAt = (at: number): readonly (string | undefined)[] =>
    fieldsAt(fields, at).map((i) => fields[i]?.name);

  it("know each other, down to the bit", () => {
    expect(namesAt(0)).toEqual(["FIN", "RSV1", "RSV2", "RSV3", "opcode"]);
    expect(namesAt(1)).toEqual(["MASK", "length"]);
    expect(namesAt(5)).toEqual(["masking key"]);
    expect(namesAt(10)).toEqual(["payload"]);
    expect(namesAt(11)).toEqual([]);
    expect(fields.map((field) => bitsOf(field, bytes)).filter(Boolean)).toEqual([
      "1... ....",
      ".0.. ....",
      "..0. ....",
      "...0 ....",
      ".... 0001",
      "1... ....",
      ".000 0101",
    ]);
  });

  it("are said in words", () => {
    expect(fields.map((field) => fieldWords(field, hello, ft))).toEqual([
      ...["the last frame of its message", "0", "0", "0", "1 text", "masked", "5"],
      ...["sent in clear beside the data", "5 B"],
    ]);
    const long = frameOf(`82 7e 01 00 ${"00 ".repeat(256)}`);
    const lengths = frameBytes(long).fields.filter(({ name }) => name.includes("length"));
    expect(lengths.map((field) => fieldWords(field, long, ft))).toEqual([
      "126: in the next 2 bytes",
      "256",
    ]);
  });

  it("are all there: every byte has a field, and every field has bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => {
        const parts = frameBytes(clientFrame(payload));
        for (let at = 0; at < parts.bytes.length; at++)
          expect(fieldsAt(parts.fields, at)).not.toEqual([]);
        for (const { start, end } of parts.fields) {
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(parts.bytes.length);
        }
      }),
    );
  });
});

describe("the walk from masked to plain", () => {
  it("shows RFC 6455's example byte by byte", () => {
    const [line = []] = walkOf(hello);
    expect(line.map(({ wire, key, plain }) => [wire, key, plain])).toEqual([
      [0x7f, 0x37, 0x48],
      [0x9f, 0xfa, 0x65],
      [0x4d, 0x21, 0x6c],
      [0x51, 0x3d, 0x6c],
      [0x58, 0x37, 0x6f],
    ]);
    expect([0, 1, 3, 5].map((steps) => plainSoFar([line], steps))).toEqual([
      "",
      "H",
      "Hel",
      "Hello",
    ]);
  });

  it("adds up for any payload, as far as it goes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => {
        const frame = clientFrame(payload);
        const steps = walkOf(frame).flat();
        expect(steps).toHaveLength(Math.min(payload.length, maxWalk));
        const plain = unmask(frame);
        steps.forEach((step, i) => {
          expect(step.at).toBe(i);
          expect(step.wire ^ step.key).toBe(step.plain);
          expect(step.plain).toBe(plain[i]);
        });
      }),
    );
  });

  it("never reads half a character", () => {
    const [line = []] = walkOf(clientFrame(new TextEncoder().encode("a€")));
    expect([1, 2, 3, 4].map((steps) => plainSoFar([line], steps))).toEqual(["a", "a", "a", "a€"]);
  });

  it("is none where nothing is masked", () => {
    expect(walkOf(frameOf("81 05 48 65 6c 6c 6f"))).toEqual([]);
  });
});

describe("a frame that a proxy edited", () => {
  it("can be seen as it was sent on", () => {
    const raw = Uint8Array.of(0x4f, 0x4b);
    const edited = { hdr: Uint8Array.of(0x82, 0x02), key: null, raw };
    const sent = sentOn({ ...hello, edited });
    expect(sent).toMatchObject({ fin: 1, op: 2, key: null, len: 2, raw, edited: null });
    expect(sentOn(hello)).toBeNull();
  });
});
