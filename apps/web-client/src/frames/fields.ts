import { describeFrame, unmask, type FrameField, type FrameRecord } from "@wsecho/wire";

/** A frame's bytes and what they are. */
export interface FrameBytes {
  readonly bytes: Uint8Array;
  readonly fields: readonly FrameField[];
  /** Offset of the payload in `bytes`. */
  readonly payloadAt: number;
  readonly plain: Uint8Array;
}

export function frameBytes(frame: FrameRecord): FrameBytes {
  const { bytes, fields } = describeFrame(frame, { payload: 0 });
  const payloadAt = frame.hdr.length + (frame.key?.length ?? 0);
  return { bytes, fields, payloadAt, plain: unmask(frame) };
}

/** The indexes of the fields that the byte at offset `at` belongs to. */
export function fieldsAt(fields: readonly FrameField[], at: number): readonly number[] {
  return fields.flatMap(({ start, end }, i) => (at >= start && at < end ? [i] : []));
}

/** Eight bits with a dot for each that is another field's, as in `1... ....`; of whole bytes nothing. */
export function bitsOf({ bits, start }: FrameField, bytes: Uint8Array): string {
  if (bits === undefined) return "";
  const [first, count] = bits;
  const all = binary(bytes[start] ?? 0);
  const own = Array.from(all, (bit, i) => (i >= first && i < first + count ? bit : "."));
  return `${own.slice(0, 4).join("")} ${own.slice(4).join("")}`;
}

export const binary = (byte: number): string => byte.toString(2).padStart(8, "0");
export const hex = (byte: number): string => byte.toString(16).padStart(2, "0");

/** A byte as an ASCII character, a dot for all others. */
export const ascii = (byte: number): string =>
  byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".";

/** The frame as a proxy sent it on; `null` where it changed nothing. */
export function sentOn(frame: FrameRecord): FrameRecord | null {
  const { edited } = frame;
  if (edited === null) return null;
  const first = edited.hdr[0] ?? 0;
  const { cut: _cut, ...rest } = frame;
  return {
    ...rest,
    ...edited,
    fin: first >> 7 === 1 ? 1 : 0,
    rsv: (first >> 4) & 7,
    op: first & 15,
    len: edited.raw.length,
    edited: null,
  };
}
