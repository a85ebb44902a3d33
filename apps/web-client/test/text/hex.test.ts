import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hexOf, hexRowBytes, hexRows, parseHex } from "../../src/text/hex.ts";

describe("hexRows", () => {
  it("shows eight bytes a row, with what can be printed beside them", () => {
    const data = new Uint8Array([0, 0x68, 0x69, 0x7e, 0x7f, 0x80, 0xff, 0x20, 0x41]);
    expect(hexRows(data, 9)).toEqual([
      { hex: "00 68 69 7e 7f 80 ff 20", ascii: ".hi~... " },
      { hex: "41", ascii: "A" },
    ]);
  });

  it("stops after the rows that are wanted", () => {
    expect(hexRows(new Uint8Array(100), 2)).toHaveLength(2);
    expect(hexRowBytes(2)).toBe(16);
  });
});

describe("parseHex", () => {
  it("reads digits as dumps and source code have them", () => {
    for (const text of ["00ff68", "00 FF 68", "0x00, 0xff, 0x68", "00:ff:68\n"])
      expect(parseHex(text)).toEqual({ ok: true, value: new Uint8Array([0, 0xff, 0x68]) });
  });

  it("reads nothing as no bytes", () => {
    expect(parseHex(" \n")).toEqual({ ok: true, value: new Uint8Array() });
  });

  it("says which character is none, also outside of the BMP", () => {
    expect(parseHex("00 fg")).toEqual({ ok: false, error: { kind: "notHex", found: "g" } });
    expect(parseHex("😀")).toEqual({ ok: false, error: { kind: "notHex", found: "😀" } });
  });

  it("says when half a byte is missing", () => {
    expect(parseHex("00 f")).toEqual({ ok: false, error: { kind: "oddDigits" } });
  });

  it("reads back every dump", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (data) => {
        expect(parseHex(hexOf(data))).toEqual({ ok: true, value: new Uint8Array(data) });
      }),
    );
  });
});
