import { concat, fromUtf8, noBytes, toHex, withoutCutCharacter } from "./bytes.ts";
import { readClose } from "./close.ts";
import { opcodes, unmask } from "./frame.ts";
import type { Lint } from "./lint.ts";
import type { FrameRecord } from "./records.ts";

/** A part of a frame, to be pointed at. */
export interface FrameField {
  readonly name: FieldName;
  /** Offset of the first byte in the frame, and of the first one behind it. */
  readonly start: number;
  readonly end: number;
  /** Where the field is smaller than a byte: its first bit, 0 being the highest, and their number. */
  readonly bits?: readonly [first: number, count: number];
  /** The value in words. */
  readonly says: string;
}

/** The parts that a frame may have (RFC 6455 section 5.2). */
export type FieldName =
  | "FIN"
  | "RSV1"
  | "RSV2"
  | "RSV3"
  | "opcode"
  | "MASK"
  | "length"
  | "extended length"
  | "masking key"
  | "payload"
  | "close code"
  | "close reason";

/** One line of the walk-through. */
export interface FrameRow {
  readonly kind: "header" | "key" | "wire" | "repeated key" | "payload" | "more";
  /** Offsets in the frame of the bytes that the line is about. */
  readonly start: number;
  readonly end: number;
  /** The bytes of the line; for `payload` they are the plain ones. */
  readonly bytes: Uint8Array;
  /** Bit by bit, of a header. */
  readonly bits: string;
  readonly says: string;
  /** The bytes as ASCII, anything else as a dot; empty for headers and keys. */
  readonly ascii: string;
}

/** A frame taken apart, as data: for a terminal, a page, or a test. */
export interface FrameView {
  readonly title: string;
  /** All bytes of the frame that were kept, as on the wire. */
  readonly bytes: Uint8Array;
  readonly fields: readonly FrameField[];
  readonly rows: readonly FrameRow[];
  /** What is shown of the payload as text, where it is UTF-8 and more than ASCII; safe to print. */
  readonly text: string | undefined;
  readonly lint: readonly Lint[];
}

/** How much {@link describeFrame} shows. */
export interface DescribeOptions {
  /** Bytes of payload; 256 by default. */
  readonly payload?: number;
  /** Bytes per line; 12 by default, so that lines fit into 80 columns. */
  readonly perLine?: number;
}

/**
 * `text` without anything that could drive a terminal or turn its order around: controls, format
 * characters and lone surrogates as escapes.
 */
export function safeText(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => {
    const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return short[character] ?? `\\u{${code}}`;
  });
}

const toAscii = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join(
    "",
  );

const binary = (value: number, width: number): string => value.toString(2).padStart(width, "0");

/** Takes a frame apart: bit by bit, then masked ⊕ key = plain, line by line. */
export function describeFrame(frame: FrameRecord, options: DescribeOptions = {}): FrameView {
  const { payload = 256, perLine = 12 } = options;
  const key = frame.key ?? noBytes;
  const bytes = concat([frame.hdr, key, frame.raw]);
  const total = frame.hdr.length + key.length + frame.len;
  const plain = unmask(frame);
  const text = frame.op === 8 || (frame.rsv & 4) !== 0 ? undefined : textOf(plain, payload);
  return {
    title: `frame ${frame.n} · ${total} ${total === 1 ? "byte" : "bytes"}`,
    bytes,
    fields: fieldsOf(frame, plain),
    rows: [...headerRows(frame), ...payloadRows(frame, plain, { payload, perLine })],
    text: text === undefined || isAscii(text) ? undefined : safeText(text),
    lint: frame.lint,
  };
}

function textOf(plain: Uint8Array, most: number): string | undefined {
  if (plain.length <= most) return fromUtf8(plain);
  const text = fromUtf8(withoutCutCharacter(plain.subarray(0, most)));
  return text && `${text}…`;
}

const isAscii = (text: string): boolean => /^[ -~]*$/.test(text);

function opcodeName(op: number): string {
  return opcodes[op] ?? "reserved";
}

function fieldsOf(frame: FrameRecord, plain: Uint8Array): readonly FrameField[] {
  const { fin, rsv, op, key, hdr, len } = frame;
  const bit = (name: FieldName, first: number, set: boolean): FrameField => ({
    name,
    start: 0,
    end: 1,
    bits: [first, 1],
    says: set ? "1" : "0",
  });
  const short = (hdr[1] ?? 0) & 127;
  const at = hdr.length + (key?.length ?? 0);
  const end = at + frame.raw.length;
  const fields: FrameField[] = [
    {
      ...bit("FIN", 0, fin === 1),
      says: fin === 1 ? "the last frame of its message" : "more frames follow",
    },
    bit("RSV1", 1, (rsv & 4) !== 0),
    bit("RSV2", 2, (rsv & 2) !== 0),
    bit("RSV3", 3, (rsv & 1) !== 0),
    { name: "opcode", start: 0, end: 1, bits: [4, 4], says: `${op} ${opcodeName(op)}` },
    { name: "MASK", start: 1, end: 2, bits: [0, 1], says: key === null ? "not masked" : "masked" },
    {
      name: "length",
      start: 1,
      end: 2,
      bits: [1, 7],
      says: short < 126 ? String(short) : `${short}: in the next ${short === 126 ? 2 : 8} bytes`,
    },
  ];
  if (hdr.length > 2)
    fields.push({ name: "extended length", start: 2, end: hdr.length, says: String(len) });
  if (key !== null)
    fields.push({ name: "masking key", start: hdr.length, end: at, says: "sent in clear" });
  if (end > at)
    fields.push({
      name: "payload",
      start: at,
      end,
      says: `${len} ${len === 1 ? "byte" : "bytes"}`,
    });
  if (op === 8 && plain.length >= 2) {
    const { code, reason } = readClose(plain);
    fields.push({ name: "close code", start: at, end: at + 2, says: String(code) });
    if (plain.length > 2)
      fields.push({ name: "close reason", start: at + 2, end, says: safeText(reason) });
  }
  return fields;
}

function headerRows(frame: FrameRecord): readonly FrameRow[] {
  const { fin, rsv, op, key, hdr, len } = frame;
  const row = (from: number, to: number, bits: string, says: string): FrameRow => ({
    kind: "header",
    start: from,
    end: to,
    bytes: hdr.slice(from, to),
    bits,
    says,
    ascii: "",
  });
  const second = hdr[1] ?? 0;
  const short = second & 127;
  const masks = key === null ? "no MASK" : "MASK";
  const rows = [
    row(
      0,
      1,
      `${fin} ${binary(rsv, 3)} ${binary(op, 4)}`,
      `${fin === 1 ? "FIN" : "no FIN"}, RSV ${binary(rsv, 3)}, opcode ${op} ${opcodeName(op)}`,
    ),
    row(
      1,
      2,
      `${second >> 7} ${binary(short, 7)}`,
      short < 126
        ? `${masks}, length ${short}`
        : `${masks}, length in the next ${hdr.length - 2} bytes`,
    ),
  ];
  if (hdr.length > 2) rows.push(row(2, hdr.length, "", `length ${len}`));
  if (key !== null)
    rows.push({
      ...row(hdr.length, hdr.length + 4, "", "masking key (sent in clear)"),
      kind: "key",
      bytes: key,
    });
  return rows;
}

function payloadRows(
  frame: FrameRecord,
  plain: Uint8Array,
  { payload, perLine }: Required<DescribeOptions>,
): readonly FrameRow[] {
  const { key, raw, len } = frame;
  const before = frame.hdr.length + (key?.length ?? 0);
  const shown = Math.min(payload, raw.length);
  const rows: FrameRow[] = [];
  for (let at = 0; at < shown; at += perLine) {
    const to = Math.min(at + perLine, shown);
    const row = (kind: FrameRow["kind"], bytes: Uint8Array, says: string): FrameRow => ({
      kind,
      start: before + at,
      end: before + to,
      bytes,
      bits: "",
      says,
      ascii: kind === "repeated key" ? "" : toAscii(bytes),
    });
    if (key !== null) {
      const repeated = Uint8Array.from({ length: to - at }, (_, i) => key[(at + i) % 4] ?? 0);
      rows.push(row("wire", raw.slice(at, to), "on the wire"));
      rows.push(row("repeated key", repeated, "⊕ key, repeated"));
    }
    const compressed = (frame.rsv & 4) !== 0 && frame.op < 3;
    rows.push(row("payload", plain.slice(at, to), compressed ? "payload, compressed" : "payload"));
  }
  if (len > shown)
    rows.push({
      kind: "more",
      start: before + shown,
      end: before + len,
      bytes: noBytes,
      bits: "",
      says: `… and ${len - shown} more ${len - shown === 1 ? "byte" : "bytes"}${shown < raw.length ? "" : ", which were not kept"}`,
      ascii: "",
    });
  return rows;
}

const isPayload = (kind: FrameRow["kind"]): boolean => kind !== "header" && kind !== "key";

const longest = (texts: readonly string[]): number =>
  texts.reduce((length, text) => Math.max(length, text.length), 0);

/** {@link describeFrame} as lines of text, safe to print whatever the peer sent. */
export function renderFrame(view: FrameView, width = 62): readonly string[] {
  const rule = `── ${view.title} `;
  const hexes = view.rows.map(({ bytes }) => toHex(bytes, " "));
  const column = Math.min(47, Math.max(12, longest(hexes)));
  const says = longest(view.rows.filter(({ kind }) => isPayload(kind)).map((row) => row.says));
  // Beside long lines of bytes the column of bits would be too much.
  const alwaysBits = column < 24;
  const lines = view.rows.map((row, i) => {
    const hex = (hexes[i] ?? "").padEnd(column);
    const bits = alwaysBits || !isPayload(row.kind) ? `${row.bits.padEnd(11)} ` : "";
    const ascii = row.ascii === "" ? "" : ` "${row.ascii}"`;
    return `${hex} ${bits}${ascii === "" ? row.says : row.says.padEnd(says) + ascii}`.trimEnd();
  });
  const text = view.text === undefined ? [] : [`text: "${view.text}"`];
  const lint = view.lint.map(({ level, says: what, rfc }) => `${level}: ${what} (${rfc})`);
  return [rule + "─".repeat(Math.max(0, width - rule.length)), ...lines, ...text, ...lint];
}
