import fc from "fast-check";
import { expect, test } from "vitest";
import { fromHex, toHex } from "../src/bytes.ts";

test("bytes are written in hex and read again, few and many of them", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400, size: "max" }), (bytes) => {
      const hex = toHex(bytes);
      expect(hex).toBe(Buffer.from(bytes).toString("hex"));
      expect(fromHex(hex)).toEqual(bytes);
      expect(toHex(bytes, " ").replaceAll(" ", "")).toBe(hex);
    }),
  );
});
