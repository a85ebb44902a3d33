import { describe, expect, it } from "vitest";
import { previewLine, previewText } from "../../src/text/preview.ts";

describe("previewText", () => {
  it("leaves six short lines whole", () => {
    const text = "1\n2\n3\n4\n5\n6";
    expect(previewText(text)).toEqual({ text, cut: false });
  });

  it("cuts before the seventh line", () => {
    expect(previewText("1\n2\n3\n4\n5\n6\n7")).toEqual({ text: "1\n2\n3\n4\n5\n6", cut: true });
  });

  it("cuts a long line, and says so", () => {
    const { text, cut } = previewText("x".repeat(5000));
    expect(text).toHaveLength(480);
    expect(cut).toBe(true);
  });

  it("never cuts a character in two", () => {
    const bounds = { lines: 6, length: 3 };
    expect(previewText("a😀😀", bounds)).toEqual({ text: "a😀", cut: true });
    expect(previewText("ab😀", bounds)).toEqual({ text: "ab", cut: true });
  });

  it("leaves the empty text empty", () => {
    expect(previewText("")).toEqual({ text: "", cut: false });
  });
});

describe("previewLine", () => {
  it("puts everything on one line", () => {
    expect(previewLine(" a\n\t b\r\nc ")).toBe("a b c");
  });

  it("cuts at the given length, between characters", () => {
    expect(previewLine("abcdef", 3)).toBe("abc…");
    expect(previewLine("ab😀def", 3)).toBe("ab…");
  });

  it("says when only white space was looked at", () => {
    expect(previewLine(`a${" ".repeat(1000)}b`, 10)).toBe("a…");
  });
});
