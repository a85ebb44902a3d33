import type { Close } from "./close.ts";
import type { FrameHeader } from "./frame.ts";
import type { Lint } from "./lint.ts";
import type { Assembly, Content } from "./message.ts";
import type { CloseRecord, Direction, FrameRecord, MessageRecord, Stamp } from "./records.ts";

/*
 * Records are made by the million: field by field, in the order of the documentation. Spreading
 * other objects into them would cost more than reading the frame.
 */
type Draft<T> = { -readonly [Name in keyof T]: T[Name] };
type Late = "edited" | "lint";

/** A frame that has ended, and what was kept of it. */
export interface FrameParts {
  readonly n: number;
  readonly dir: Direction;
  readonly off: number;
  readonly header: FrameHeader;
  readonly hdr: Uint8Array;
  readonly key: Uint8Array | null;
  readonly raw: Uint8Array;
  readonly text: string | undefined;
  readonly msg: number | undefined;
  readonly part: number;
  readonly lint: readonly Lint[];
}

export function frameRecord({ t, us, conn, at }: Stamp, frame: FrameParts): FrameRecord {
  const { n, dir, off, header, hdr, key, raw, text, msg } = frame;
  const { fin, rsv, op, len } = header;
  const record: Omit<Draft<FrameRecord>, Late> & Partial<Draft<Pick<FrameRecord, Late>>> = {
    k: "frame",
    t,
    us,
    conn,
    at,
    n,
    dir,
    off,
    fin,
    rsv,
    op,
    key,
    len,
    hdr,
    raw,
  };
  if (len > raw.length) record.cut = len - raw.length;
  if (text !== undefined) record.text = text;
  if (msg !== undefined) {
    record.msg = msg;
    record.part = frame.part;
  }
  record.edited = null;
  record.lint = frame.lint;
  return record as FrameRecord;
}

export function messageRecord(
  { t, us, conn, at }: Stamp,
  dir: Direction,
  ended: Assembly,
  content: Content,
): MessageRecord {
  const { msg, op, first, last, parts, wire, compressed } = ended;
  const { len, text, data, cut } = content;
  const record: Omit<Draft<MessageRecord>, "lint"> & { lint?: readonly Lint[] } = {
    k: "message",
    t,
    us,
    conn,
    at,
    dir,
    msg,
    op,
    frames: [first, last],
    parts,
    len,
    wire,
    compressed,
  };
  if (compressed && wire > 0) record.ratio = Math.round((len / wire) * 100) / 100;
  if (text !== undefined) record.text = text;
  if (data !== undefined) record.data = data;
  if (cut !== undefined) record.cut = cut;
  if (content.incomplete) record.incomplete = true;
  record.lint = content.lint;
  return record as MessageRecord;
}

export function closeRecord(
  { t, us, conn, at }: Stamp,
  dir: Direction,
  { code, reason, n, lint }: Close & { readonly n: number },
): CloseRecord {
  return { k: "close", t, us, conn, at, dir, by: "frame", code, reason, n, lint };
}
