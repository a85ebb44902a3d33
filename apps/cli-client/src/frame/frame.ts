import { failure, success, type Result } from "@wsecho/protocol";
import { parseBytes } from "../input/framing.ts";

/** A frame as it is to be sent, right or wrong (RFC 6455 section 5.2). */
export interface RawFrame {
  /** 0 to 15. */
  readonly opcode: number;
  readonly fin: boolean;
  /** 0 to 7; RSV1 is 4. */
  readonly rsv: number;
  /** Four bytes; `"random"` for fresh ones, `null` for a frame without a mask. */
  readonly key: Uint8Array | "random" | null;
  /** What the header says, whatever the payload has; `null` for the truth. */
  readonly length: number | null;
  /** Bits of the length field; the shortest that holds it for `null`. */
  readonly lengthBits: 7 | 16 | 64 | null;
  readonly payload: Uint8Array;
}

/** What goes out, one after the other. */
export type Step =
  | { readonly kind: "frame"; readonly frame: RawFrame }
  /** Bytes as they are, of a frame or of none. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "wait"; readonly ms: number };

const opcodes: ReadonlyMap<string, number> = new Map([
  ["cont", 0],
  ["text", 1],
  ["binary", 2],
  ["close", 8],
  ["ping", 9],
  ["pong", 10],
]);

/** For `--help`. */
export const stepHelp = `A FRAME is OPCODE[,FIELD…][:PAYLOAD], apart by blanks of the shell:
  text: binary: cont: close: ping: pong:, or a number, 0 to 15 or 0x0 to 0xf
  fin=0           not the last fragment
  rsv=4           the reserved bits, 0 to 7; RSV1 is 4
  mask=0          no mask; mask=37fa213d is that key, otherwise it is random
  len=N           the length that the header claims; bits=7, 16 or 64 the field it stands in
  hex             the payload is hex digits; otherwise UTF-8, and of close a code and a reason
Beside frames: bytes:HEX is sent as it is, wait:SECONDS is a pause.`;

const maxWaitSeconds = 3600;

/** Reads one; the error says what is wrong with it. */
export function parseStep(text: string): Result<Step, string> {
  const [, head = "", colon, rest = ""] = /^([^:]*)(:)?([^]*)$/.exec(text) ?? [];
  const [name = "", ...fields] = head.split(",");
  const wrong = (why: string): Result<never, string> => failure(`${text}: ${why}`);
  if (name === "bytes" || name === "wait") {
    if (fields.length > 0) return wrong(`${name} has no fields`);
    if (name === "wait") {
      const seconds = Number(rest);
      return rest !== "" && seconds >= 0 && seconds <= maxWaitSeconds
        ? success({ kind: "wait", ms: seconds * 1000 })
        : wrong(`wait takes seconds, ${maxWaitSeconds} at most`);
    }
    const bytes = parseBytes(rest, "hex");
    return bytes === null ? wrong("bytes takes hex digits") : success({ kind: "bytes", bytes });
  }
  const opcode = /^(?:\d+|0x[\da-f])$/i.test(name) ? Number(name) : opcodes.get(name);
  if (opcode === undefined || opcode > 15)
    return wrong(`an opcode is ${[...opcodes.keys()].join(", ")}, or 0 to 15`);
  let frame: Omit<RawFrame, "payload"> = {
    opcode,
    fin: true,
    rsv: 0,
    key: "random",
    length: null,
    lengthBits: null,
  };
  let hex = false;
  for (const field of fields) {
    if (field === "hex") {
      hex = true;
      continue;
    }
    const read = readField(field);
    if (read === null)
      return wrong(`${field} is none of fin, rsv, mask, len, bits, hex as it should be`);
    frame = { ...frame, ...read };
  }
  const payload = hex ? parseBytes(rest, "hex") : payloadOf(opcode, rest, colon !== undefined);
  if (payload === null)
    return wrong(hex ? "the payload is no hex" : "close takes a code, 0 to 65535, and a reason");
  return success({ kind: "frame", frame: { ...frame, payload } });
}

function readField(field: string): Partial<RawFrame> | null {
  const [name, value = ""] = field.split("=", 2);
  switch (name) {
    case "fin":
      return /^[01]$/.test(value) ? { fin: value === "1" } : null;
    case "rsv":
      return /^[0-7]$/.test(value) ? { rsv: Number(value) } : null;
    case "mask":
      if (/^[01]$/.test(value)) return { key: value === "0" ? null : "random" };
      return /^[\da-f]{8}$/i.test(value) ? { key: Buffer.from(value, "hex") } : null;
    case "len":
      return /^\d{1,15}$/.test(value) ? { length: Number(value) } : null;
    case "bits":
      return value === "7" || value === "16" || value === "64"
        ? { lengthBits: Number(value) as 7 | 16 | 64 }
        : null;
    default:
      return null;
  }
}

/** Of a close a code in two bytes, and behind a blank its reason; none where there is no colon. */
function payloadOf(opcode: number, text: string, given: boolean): Uint8Array | null {
  if (opcode !== 8 || !given || text === "") return Buffer.from(text);
  const [, digits = "", reason = ""] = /^(\d{1,5})(?: ([^]*))?$/.exec(text) ?? [];
  const code = Number(digits);
  if (digits === "" || code > 0xffff) return null;
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason)]);
}

/** @param random four fresh bytes for a masking key */
export function encodeFrame(frame: RawFrame, random: () => Uint8Array): Buffer {
  const { opcode, fin, rsv, payload } = frame;
  const length = frame.length ?? payload.byteLength;
  const bits = frame.lengthBits ?? (length < 126 ? 7 : length < 0x10000 ? 16 : 64);
  const key = frame.key === "random" ? random() : frame.key;
  const mask = key === null ? 0 : 0x80;
  const field = Buffer.alloc(bits === 7 ? 0 : bits / 8);
  if (bits === 16) field.writeUInt16BE(length & 0xffff);
  else if (bits === 64) field.writeBigUInt64BE(BigInt(length));
  const short = bits === 7 ? length & 0x7f : bits === 16 ? 126 : 127;
  const head = Buffer.of((fin ? 0x80 : 0) | (rsv << 4) | opcode, mask | short);
  const body = payload.map((byte, at) => byte ^ (key?.[at % 4] ?? 0));
  return Buffer.concat([head, field, key ?? Buffer.alloc(0), body]);
}
