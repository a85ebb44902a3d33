import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { decodeBase64, encodeBase64, equalBytes } from "../../src/scram/index.ts";
import { xorBytes } from "../../src/scram/bytes.ts";

describe("base64", () => {
  it("agrees with Node", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = Buffer.from(bytes).toString("base64");
        expect(encodeBase64(bytes)).toBe(text);
        expect(decodeBase64(text)).toEqual(bytes);
      }),
    );
  });

  it("has one spelling for each byte string", () => {
    const digits = Array.from("ABQZabgwz019+/=-_ \n");
    const text = fc.array(fc.constantFrom(...digits), { maxLength: 12 }).map((a) => a.join(""));
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), (text) => {
        const bytes = decodeBase64(text);
        if (bytes !== undefined) expect(encodeBase64(bytes)).toBe(text);
      }),
      { numRuns: 5000 },
    );
  });

  it.each(["A", "AA", "AAA", "A===", "====", "AB==", "AAB=", "AA=A", "=AAA", "AA==AA==", "AA\n="])(
    "refuses %j",
    (text) => {
      expect(decodeBase64(text)).toBeUndefined();
    },
  );
});

describe("byte strings", () => {
  it("are equal when every byte is", () => {
    const of = (...bytes: number[]) => Uint8Array.from(bytes);
    expect(equalBytes(of(), of())).toBe(true);
    expect(equalBytes(of(1, 2), of(1, 2))).toBe(true);
    expect(equalBytes(of(1, 2), of(1, 3))).toBe(false);
    expect(equalBytes(of(1), of(1, 0))).toBe(false);
    expect(equalBytes(of(1, 0), of(1))).toBe(false);
  });

  it("[S8] are compared to the end, wherever the first difference is", () => {
    const reads = (differentAt: number): readonly string[] => {
      const seen: string[] = [];
      const spied = new Proxy(new Uint8Array(32).fill(1, differentAt, differentAt + 1), {
        get: (bytes, name) => {
          if (typeof name === "string") seen.push(name);
          return Reflect.get(bytes, name) as unknown;
        },
      });
      expect(equalBytes(spied, new Uint8Array(32))).toBe(false);
      return seen;
    };
    expect(reads(0)).toEqual(reads(31));
    expect(reads(0)).toEqual(reads(16));
  });

  it("of different lengths have no exclusive or", () => {
    expect(() => xorBytes(new Uint8Array(1), new Uint8Array(2))).toThrow(RangeError);
  });
});
