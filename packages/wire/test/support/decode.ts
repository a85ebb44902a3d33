import { createDecoder, type DecoderOptions } from "../../src/decoder.ts";
import type { Direction, FrameRecord, MessageRecord, WireRecord } from "../../src/records.ts";

/** A piece of one direction; a number stands for as many missing bytes. */
export type Piece = readonly [dir: Direction, bytes: Uint8Array | string | number];

/** Hex digits, blanks allowed. */
export const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));

export const latin = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));

export const time = 1_795_327_200_000_000;

/** Decodes all pieces, one millisecond apart, to the end of both directions. */
export function decode(
  pieces: readonly Piece[],
  options: Partial<DecoderOptions> = {},
): readonly WireRecord[] {
  const records: WireRecord[] = [];
  const decoder = createDecoder({ emit: (record) => records.push(record), ...options });
  pieces.forEach(([dir, bytes], i) => {
    const now = time + i * 1000;
    if (typeof bytes === "number") decoder.skip(dir, bytes, now);
    else decoder.push(dir, typeof bytes === "string" ? latin(bytes) : bytes, now);
  });
  decoder.end(time + pieces.length * 1000);
  return records;
}

export const ofKind = <K extends WireRecord["k"]>(
  records: readonly WireRecord[],
  kind: K,
): readonly Extract<WireRecord, { readonly k: K }>[] =>
  records.filter((record): record is Extract<WireRecord, { readonly k: K }> => record.k === kind);

export const frames = (records: readonly WireRecord[]): readonly FrameRecord[] =>
  ofKind(records, "frame");
export const messages = (records: readonly WireRecord[]): readonly MessageRecord[] =>
  ofKind(records, "message");

/** The names of all rules broken, in order. */
export const rules = (records: readonly WireRecord[]): readonly string[] =>
  records.flatMap((record) => ("lint" in record ? record.lint.map(({ rule }) => rule) : []));
