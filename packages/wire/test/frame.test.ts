import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeHeader, mask, parseHeader } from "../src/frame.ts";

test("masking is the XOR of RFC 6455 5.3, from any offset", () => {
  const bytes = fc.uint8Array({ maxLength: 1000 });
  const key = fc.uint8Array({ minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(bytes, key, fc.nat({ max: 9 }), fc.nat({ max: 3 }), (payload, four, at, skew) => {
      const given = Buffer.concat([Buffer.alloc(skew), payload]).subarray(skew);
      const before = Buffer.from(given);
      const wanted = payload.map((byte, i) => byte ^ (four[(at + i) % 4] ?? 0));
      expect(mask(given, four, at)).toEqual(wanted);
      expect(mask(mask(given, four, at), four, at)).toEqual(Uint8Array.from(payload));
      // What it got is left as it was, also where it was a Buffer.
      expect(Buffer.from(given)).toEqual(before);
    }),
  );
});

test("a header is read as it was written, with the shortest length", () => {
  const lengths = fc.oneof(fc.nat({ max: 130 }), fc.nat({ max: 70_000 }), fc.nat({ max: 2 ** 31 }));
  fc.assert(
    fc.property(
      lengths,
      fc.nat({ max: 15 }),
      fc.nat({ max: 7 }),
      fc.boolean(),
      (len, op, rsv, masked) => {
        const bytes = encodeHeader({ fin: 1, rsv, op, masked, len });
        const padded = Buffer.concat([bytes, Buffer.alloc(masked ? 4 : 0)]);
        expect(parseHeader(padded)).toMatchObject({
          fin: 1,
          rsv,
          op,
          masked,
          len,
          size: padded.length,
        });
        expect(bytes.length).toBe(len < 126 ? 2 : len < 65_536 ? 4 : 10);
        expect(parseHeader(padded.subarray(0, -1))).toBeUndefined();
      },
    ),
  );
});
