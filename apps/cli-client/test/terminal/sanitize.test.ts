import { describe, expect, it } from "vitest";
import { sanitizeLine, sanitizeLines } from "../../src/terminal/sanitize.ts";

describe("sanitizeLine", () => {
  it("leaves what people write alone", () => {
    const text = "tab\there, ünïcödé 你好 🎉 👩‍👩‍👧 עברית \u200b\u00a0 ␛";
    expect(sanitizeLine(text)).toBe(text);
  });

  it("shows control characters instead of obeying them", () => {
    expect(sanitizeLine("\x1b[31mred\x1b[0m")).toBe("␛[31mred␛[0m");
    expect(sanitizeLine("\x1b]52;c;aGk=\x07\0\b\r\n\x7f")).toBe("␛]52;c;aGk=␇␀␈␍␊␡");
    expect(sanitizeLine("\u009b2J\u009d0;t\u009c\u0085")).toBe(
      "<U+009B>2J<U+009D>0;t<U+009C><U+0085>",
    );
    expect(sanitizeLine("a\u2028b\u2029c\ufff9\u{e0041}")).toBe(
      "a<U+2028>b<U+2029>c<U+FFF9><U+E0041>",
    );
  });

  it("shows every bidi control", () => {
    const controls = ["061c", "200e", "200f", "202a", "202b", "202c", "202d", "202e"];
    controls.push("2066", "2067", "2068", "2069");
    for (const code of controls) {
      expect(sanitizeLine(String.fromCodePoint(Number.parseInt(code, 16)))).toBe(
        `<U+${code.toUpperCase()}>`,
      );
    }
  });

  it("lets no C0, DEL or C1 through but the tab", () => {
    for (let code = 0; code < 0xa0; code += 1) {
      if (code >= 0x20 && code < 0x7f) continue;
      const shown = sanitizeLine(String.fromCharCode(code));
      // eslint-disable-next-line no-control-regex -- control characters are what this is about
      expect(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/.test(shown)).toBe(false);
      expect(shown).not.toBe("");
    }
  });
});

describe("sanitizeLines", () => {
  it("indents later lines, so that none looks like a message of its own", () => {
    expect(sanitizeLines("one\r\n< fake\n\x1b[A")).toBe("one\n  < fake\n  ␛[A");
  });
});
