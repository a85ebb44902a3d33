import { hexOf } from "../text/hex.ts";

/** A message of protocol buffers as far as it can be read without its schema. */
export type Field = readonly [number: number, value: string | readonly Field[]];

const decoder = new TextDecoder("utf-8", { fatal: true });
/** Deeper, and it is chance that the bytes look like messages. */
const maxDepth = 8;

/** The fields in order; `null` where the bytes are no message. */
export function readProtobuf(data: Uint8Array, depth = 0): readonly Field[] | null {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const fields: Field[] = [];
  let at = 0;

  const varint = (): bigint | null => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = data[at++];
      if (byte === undefined) return null;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return null;
  };
  const fixed = (size: 4 | 8): string | null => {
    if (at + size > data.byteLength) return null;
    const start = at;
    at += size;
    return size === 4
      ? `${view.getUint32(start, true)} (float ${view.getFloat32(start, true)})`
      : `${view.getBigUint64(start, true)} (double ${view.getFloat64(start, true)})`;
  };
  const chunk = (): Field[1] | null => {
    const length = varint();
    if (length === null || length > BigInt(data.byteLength - at)) return null;
    const bytes = data.subarray(at, at + Number(length));
    at += bytes.byteLength;
    return readChunk(bytes, depth);
  };

  while (at < data.byteLength) {
    const key = varint();
    if (key === null || key >> 3n === 0n || key >> 3n > 536_870_911n) return null;
    const value = valueOf(Number(key & 7n));
    if (value === null) return null;
    fields.push([Number(key >> 3n), value]);
  }
  return fields;

  function valueOf(wireType: number): Field[1] | null {
    switch (wireType) {
      case 0:
        return varint()?.toString() ?? null;
      case 1:
        return fixed(8);
      case 2:
        return chunk();
      case 5:
        return fixed(4);
      default:
        // Groups are from before proto3, and nobody writes them.
        return null;
    }
  }
}

/** Text where it is text, a message where it is one, else bytes. */
function readChunk(bytes: Uint8Array, depth: number): Field[1] {
  try {
    const text = decoder.decode(bytes);
    // eslint-disable-next-line no-control-regex -- what holds them is more likely a message
    if (!/[\u0000-\u0008\u000e-\u001f]/.test(text)) return JSON.stringify(text);
  } catch {
    // Not UTF-8.
  }
  const inner = depth < maxDepth ? readProtobuf(bytes, depth + 1) : null;
  return inner ?? `bytes ${hexOf(bytes)}`;
}

/** One field a line, what is inside another indented. */
export function protobufText(fields: readonly Field[], indent = ""): string {
  return fields
    .map(([number, value]) =>
      typeof value === "string"
        ? `${indent}${number}: ${value}`
        : `${indent}${number} {\n${protobufText(value, `${indent}  `)}\n${indent}}`,
    )
    .join("\n");
}
