import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { encodeUtf8, preparePassword, prepareUsername } from "../../src/scram/index.ts";
import { codeOf, identityVectors, valueOf } from "./support.ts";

describe.each([
  ["prepareUsername", prepareUsername, identityVectors.usernames, 255],
  ["preparePassword", preparePassword, identityVectors.passwords, 1024],
] as const)("%s", (_name, prepare, { accepted, refused }, maxBytes) => {
  it.each(accepted)("accepts $name", ({ input, output, utf8 }) => {
    const prepared = valueOf(prepare(input));
    expect(prepared).toBe(output);
    expect(Buffer.from(encodeUtf8(prepared)).toString("hex")).toBe(utf8);
  });

  it.each(refused)("refuses $name", ({ input, code }) => {
    expect(codeOf(prepare(input))).toBe(code);
  });

  it.each(["\ud800", "a\udfffb", "\udc00\ud800"])("refuses the lone surrogate in %j", (text) => {
    expect(codeOf(prepare(text))).toMatch(/-character$/);
  });

  it("does not decide otherwise about ASCII alone, which takes a short way", () => {
    for (let code = 0; code < 128; code++) {
      const character = String.fromCharCode(code);
      const [alone, beside] = [prepare(`e${character}`), prepare(`\u00e9${character}`)];
      expect(alone.ok, `U+${code.toString(16)}`).toBe(beside.ok);
      if (alone.ok && beside.ok) expect(alone.value.slice(1)).toBe(beside.value.slice(1));
    }
    for (const length of [0, 1, maxBytes, maxBytes + 1])
      expect(prepare("e".repeat(length)).ok, String(length)).toBe(length > 0 && length <= maxBytes);
  });

  it("treats all canonically equivalent spellings alike, and its own result as done", () => {
    const unit = fc.oneof(
      fc.constantFrom("binary", "grapheme", "grapheme-composite"),
      fc.constant("grapheme-ascii"),
    );
    const text = unit.chain((unit) => fc.string({ unit: unit as "binary", maxLength: 40 }));
    fc.assert(
      fc.property(text, (text) => {
        const prepared = prepare(text);
        expect(prepare(text.normalize("NFD"))).toEqual(prepared);
        expect(prepare(text.normalize("NFC"))).toEqual(prepared);
        if (!prepared.ok) return;
        expect(prepare(prepared.value)).toEqual(prepared);
        expect(encodeUtf8(prepared.value).length).toBeLessThanOrEqual(maxBytes);
      }),
      { numRuns: 2000 },
    );
  });
});
