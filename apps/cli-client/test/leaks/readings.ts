import { constants, inflateRawSync } from "node:zlib";
import { createFileReader, unmask, type WireRecord } from "@wsecho/wire";

/** The records of a capture; of what is none there are none. */
export function recordsOf(bytes: Uint8Array): readonly WireRecord[] {
  const records: WireRecord[] = [];
  const reader = createFileReader({
    emit: (record) => records.push(record),
    problem: () => undefined,
  });
  reader.push(bytes);
  reader.end();
  return records;
}

/**
 * Everything that somebody could get out of an output: as it is, out of its columns of bytes, and
 * where it is a capture (also pcapng) unmasked, put together and inflated.
 */
export function readings(output: Uint8Array): Buffer {
  const records = recordsOf(output);
  return Buffer.concat([
    output,
    ...columnsOf(Buffer.from(output).toString()),
    ...records.flatMap(textsOf),
    ...payloadsOf(records),
  ]);
}

/** The blocks of `--bytes`: their rows put together, and masked ⊕ key. */
function columnsOf(text: string): readonly Buffer[] {
  const found: Buffer[] = [];
  const rows = { payload: Buffer.alloc(0), wire: Buffer.alloc(0), key: Buffer.alloc(0) };
  for (const line of text.split("\n")) {
    const [, hex = "", label] = /^((?:[\da-f]{2} )+) *(payload|on the wire|⊕ key)/.exec(line) ?? [];
    if (label === undefined && !line.includes("masking key")) {
      found.push(rows.payload, xor(rows.wire, rows.key));
      rows.payload = rows.wire = rows.key = Buffer.alloc(0);
    }
    const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
    if (label === "payload") rows.payload = Buffer.concat([rows.payload, bytes]);
    else if (label === "on the wire") rows.wire = Buffer.concat([rows.wire, bytes]);
    else if (label !== undefined) rows.key = Buffer.concat([rows.key, bytes]);
  }
  return [...found, rows.payload, xor(rows.wire, rows.key)];
}

const xor = (one: Buffer, other: Buffer): Buffer =>
  Buffer.from(one.map((byte, i) => byte ^ (other[i] ?? 0)));

function textsOf(record: WireRecord): readonly Buffer[] {
  if (record.k === "handshake")
    return [Buffer.from(record.head, "latin1"), Buffer.from(record.body ?? [])];
  if (record.k === "message") return [Buffer.from(record.data ?? record.text ?? "")];
  if (record.k === "frame")
    return [unmask(record), record.edited === null ? [] : unmask(record.edited)].map((part) =>
      Buffer.from(part),
    );
  return [];
}

/** Each message's frames, and all of a direction's one after the other, inflated where they can be. */
function payloadsOf(records: readonly WireRecord[]): readonly Buffer[] {
  const messages = new Map<string, Buffer>();
  for (const record of records) {
    if (record.k !== "frame" || record.op >= 8) continue;
    const name = `${record.conn} ${record.dir} ${record.msg ?? ""}`;
    messages.set(name, Buffer.concat([messages.get(name) ?? Buffer.alloc(0), unmask(record)]));
  }
  const directions = new Map<string, Buffer>();
  for (const [name, payload] of messages) {
    const [conn = "", dir = ""] = name.split(" ");
    const before = directions.get(conn + dir) ?? Buffer.alloc(0);
    directions.set(conn + dir, Buffer.concat([before, payload, Buffer.of(0, 0, 0xff, 0xff)]));
  }
  const wholes = [...messages.values()].map((payload) =>
    Buffer.concat([payload, Buffer.of(0, 0, 0xff, 0xff)]),
  );
  return [...messages.values(), ...[...wholes, ...directions.values()].map(inflate)];
}

function inflate(bytes: Buffer): Buffer {
  try {
    return inflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}
