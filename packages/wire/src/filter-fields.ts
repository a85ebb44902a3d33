import { toHex } from "./bytes.ts";
import { opcodes, unmask } from "./frame.ts";
import type { FrameRecord, WireRecord } from "./records.ts";

/** What a field has in a record; several values where any of them may match. */
export type Value = string | number | readonly (string | number)[] | undefined;

type Read = (record: WireRecord) => Value;

const ofFrame =
  (read: (frame: FrameRecord) => Value): Read =>
  (record) =>
    record.k === "frame" ? read(record) : undefined;

const property =
  (name: string): Read =>
  (record) => {
    const value = (record as unknown as Readonly<Record<string, unknown>>)[name];
    return typeof value === "string" || typeof value === "number"
      ? value
      : typeof value === "boolean"
        ? Number(value)
        : undefined;
  };

const op: Read = (record) => {
  if (record.k !== "frame" && record.k !== "message") return undefined;
  const name = opcodes[record.op] ?? "reserved";
  return [record.op, name, ...(name === "continuation" ? ["cont"] : [])];
};
const text: Read = (record) => {
  if (record.k === "close") return record.reason;
  return record.k === "frame" || record.k === "message" ? record.text : undefined;
};
const closeCode: Read = (record) => {
  if (record.k === "close") return record.code;
  if (record.k !== "frame" || record.op !== 8) return undefined;
  const [high, low] = unmask(record);
  return low === undefined ? undefined : (high ?? 0) * 256 + low;
};
const mask = ofFrame(({ key }) => (key === null ? 0 : 1));
const key = ofFrame((frame) => (frame.key === null ? undefined : toHex(frame.key)));
const fin = ofFrame((frame) => frame.fin);
const rsv = ofFrame((frame) => frame.rsv);
const length: Read = property("len");
const payload = ofFrame((frame) => toHex(unmask(frame)));
const ofOp = (wanted: number): Read =>
  ofFrame((frame) => (frame.op === wanted ? frame.text : undefined));

const own: Readonly<Record<string, Read>> = {
  kind: property("k"),
  dir: property("dir"),
  op,
  len: length,
  conn: property("conn"),
  n: property("n"),
  msg: property("msg"),
  part: property("part"),
  fin,
  rsv,
  mask,
  key,
  text,
  hex: payload,
  code: closeCode,
  status: property("status"),
  sec: (record) => record.us / 1_000_000,
  at: property("at"),
  compressed: (record) => (record.k === "message" ? Number(record.compressed) : undefined),
  incomplete: (record) => (record.k === "message" ? Number(record.incomplete ?? false) : undefined),
  cut: property("cut"),
  redacted: property("redacted"),
  edited: ofFrame((frame) => (frame.edited === null ? 0 : 1)),
  injected: (record) =>
    record.k === "frame" || record.k === "message" ? Number(record.injected ?? false) : undefined,
  lint: (record) => ("lint" in record ? record.lint.map(({ rule }) => rule) : undefined),
  note: (record) => (record.k === "note" ? record.code : undefined),
  control: ofFrame((frame) => (frame.op >= 8 ? 1 : 0)),
};

/** Ours, for messages of errors. */
export const fieldNames: readonly string[] = Object.keys(own);

/** Every name that may stand in a filter: ours, and Wireshark's for the same things. */
export const fields: Readonly<Record<string, Read>> = {
  ...own,
  k: own["kind"] ?? op,
  opcode: op,
  websocket: ofFrame(() => 1),
  "websocket.fin": fin,
  "websocket.rsv": rsv,
  "websocket.pmc": ofFrame((frame) => ((frame.rsv & 4) === 0 ? 0 : 1)),
  "websocket.opcode": op,
  "websocket.mask": mask,
  "websocket.payload_length": length,
  "websocket.payload_length_ext_16": ofFrame(({ hdr, len }) =>
    hdr.length === 4 ? len : undefined,
  ),
  "websocket.payload_length_ext_64": ofFrame(({ hdr, len }) =>
    hdr.length === 10 ? len : undefined,
  ),
  "websocket.masking_key": key,
  "websocket.masked_payload": ofFrame((frame) =>
    frame.key === null ? undefined : toHex(frame.raw),
  ),
  "websocket.payload": payload,
  "websocket.payload.text": text,
  "websocket.payload.continue": ofOp(0),
  "websocket.payload.ping": ofOp(9),
  "websocket.payload.pong": ofOp(10),
  "websocket.payload.close.status_code": closeCode,
  "websocket.payload.close.reason": ofOp(8),
  "tcp.stream": property("conn"),
};
