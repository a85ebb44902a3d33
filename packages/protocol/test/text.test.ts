import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { fitReason, maxReasonBytes, utf8Length } from "../src/index.ts";

const encoder = new TextEncoder();
/** Any UTF-16, halves of pairs included. */
const anyText = fc.string({ unit: "binary", maxLength: 300 });

describe("utf8Length", () => {
  it("equals TextEncoder's for every text, also with halves of pairs", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(utf8Length(text)).toBe(encoder.encode(text).length);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ["\ud800", 3],
    ["\udc00\ud800", 6],
    ["\ud83d\ude00", 4],
    ["\ud83d\ud83d\ude00", 7],
    ["\u007f\u0080\u07ff\u0800\uffff", 1 + 2 + 2 + 3 + 3],
  ])("counts %j as %i bytes", (text, bytes) => {
    expect(utf8Length(text)).toBe(bytes);
    expect(encoder.encode(text).length).toBe(bytes);
  });
});

describe("fitReason", () => {
  it("[C5] always fits a close frame", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(encoder.encode(fitReason(text)).length).toBeLessThanOrEqual(maxReasonBytes);
      }),
      { numRuns: 1000 },
    );
  });

  it("[C5] cuts as late as it may, and never inside a character", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const fitted = fitReason(text);
        const characters = Array.from(text);
        const kept = Array.from(fitted);
        expect(kept).toEqual(characters.slice(0, kept.length));
        const next = characters[kept.length];
        if (next !== undefined)
          expect(utf8Length(fitted) + utf8Length(next)).toBeGreaterThan(maxReasonBytes);
      }),
      { numRuns: 1000 },
    );
  });

  it("[C5] counts half a pair as the three bytes that it is sent as", () => {
    expect(fitReason(`${"a".repeat(121)}\ud800`)).toBe("a".repeat(121));
    expect(fitReason(`${"a".repeat(120)}\ud800`)).toBe(`${"a".repeat(120)}\ud800`);
  });
});
