import { createDecoder, unmask, type FrameRecord } from "@wsecho/wire";
import { describe, expect, it } from "vitest";
import { encodeFrame, parseStep, type RawFrame } from "../../src/frame/frame.ts";

const random = (): Uint8Array => Buffer.from("37fa213d", "hex");

function frameOf(text: string): RawFrame {
  const step = parseStep(text);
  if (!step.ok) throw new Error(step.error);
  if (step.value.kind !== "frame") throw new Error(step.value.kind);
  return step.value.frame;
}

const bytesOf = (text: string): string => encodeFrame(frameOf(text), random).toString("hex");

describe("a frame in words", () => {
  it.each([
    // RFC 6455 section 5.7.
    ["text:Hello", "818537fa213d7f9f4d5158"],
    ["text,mask=0:Hello", "810548656c6c6f"],
    ["text,fin=0,mask=0:Hel", "010348656c"],
    ["cont,mask=0:lo", "80026c6f"],
    ["ping,mask=0:Hello", "890548656c6c6f"],
    // What nobody should send.
    ["text,rsv=7,mask=0", "f100"],
    ["11,mask=00000000:a", "8b810000000061"],
    ["0xB,mask=0", "8b00"],
    ["text,hex,mask=0:c3 28", "8102c328"],
    ["text,bits=16,mask=0:a", "817e000161"],
    ["text,bits=64,mask=0:a", "817f000000000000000161"],
    ["text,len=100,mask=0:half", "816468616c66"],
    ["text,len=70000,mask=0", "817f0000000000011170"],
    ["text,len=5,bits=64,mask=0", "817f0000000000000005"],
    ["text,bits=7,mask=0:a:b=c,d", "8107613a623d632c64"],
    ["close,mask=0", "8800"],
    ["close,mask=0:1005", "880203ed"],
    ["close,mask=0:4001 bye: now", "880a0fa16279653a206e6f77"],
    ["close,mask=0,hex:03", "880103"],
  ])("%s is %s", (text, bytes) => {
    expect(bytesOf(text)).toBe(bytes);
  });

  it("is what the decoder reads, of each length", () => {
    for (const length of [0, 125, 126, 65_535, 65_536]) {
      const seen: FrameRecord[] = [];
      const decoder = createDecoder({
        emit: (record) => record.k === "frame" && seen.push(record),
        start: "frames",
      });
      decoder.push("c2s", encodeFrame(frameOf(`binary:${"x".repeat(length)}`), random), 0);
      expect(seen).toMatchObject([{ op: 2, fin: 1, rsv: 0, len: length, lint: [] }]);
      const [frame] = seen;
      expect(frame && Buffer.from(unmask(frame)).toString()).toBe("x".repeat(length));
    }
  });

  it.each([
    ["shout:x", "an opcode is cont, text"],
    ["16:x", "an opcode is"],
    ["text,fin=2:x", "fin=2 is none of"],
    ["text,rsv=8", "rsv=8 is none of"],
    ["text,mask=37fa", "mask=37fa is none of"],
    ["text,bits=8", "bits=8 is none of"],
    ["text,hex:0", "the payload is no hex"],
    ["close:70000", "close takes a code"],
    ["close:bye", "close takes a code"],
    ["bytes:x", "bytes takes hex digits"],
    ["bytes,fin=0:00", "bytes has no fields"],
    ["wait:-1", "wait takes seconds"],
    ["wait:", "wait takes seconds"],
  ])("%s is refused in words", (text, why) => {
    const step = parseStep(text);
    expect(step.ok ? "" : step.error).toContain(why);
  });
});
