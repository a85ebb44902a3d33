import { describe, expect, it } from "vitest";
import { protobufText, readProtobuf } from "../../src/session/protobuf.ts";

describe("a message of protocol buffers without its schema", () => {
  it("is shown by number, with text and messages found inside", () => {
    // 1: 150, 2: "testing", 3: { 1: 150 } — the examples of protobuf.dev
    const data = Uint8Array.from([
      ...[0x08, 0x96, 0x01, 0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67],
      ...[0x1a, 0x03, 0x08, 0x96, 0x01],
    ]);
    const fields = readProtobuf(data);
    expect(fields === null ? null : protobufText(fields)).toBe(
      '1: 150\n2: "testing"\n3 {\n  1: 150\n}',
    );
  });

  it.each([[[0x08]], [[0x12, 0x05, 0x61]], [[0x00]], [[0x0b]], [[0x09, 1, 2]]])(
    "is not %j",
    (bytes) => expect(readProtobuf(Uint8Array.from(bytes))).toBeNull(),
  );
});
