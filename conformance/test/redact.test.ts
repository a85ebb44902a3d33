import { describe, expect, it } from "vitest";
import { printable, redact, shorten } from "../src/redact.ts";

describe("redact", () => {
  it("hides the password, also as JSON writes it", () => {
    const target = { password: 'p"w\\d' };
    const said = JSON.stringify({ type: "auth", user: "ann", password: target.password });
    for (const text of [said, JSON.stringify(said), `ann:${target.password}`]) {
      expect(redact(text, target)).not.toContain("w\\d");
      expect(redact(text, target)).toContain("•••");
    }
  });

  it("hides the proofs of a SCRAM exchange, with which a password could be guessed", () => {
    const text =
      "c=biws,r=abc,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ= v=6rriTRBi23WpRR/wtup+mMhUZUn=";
    expect(redact(text, { password: "x".repeat(9) })).toBe("c=biws,r=abc,p=••• v=•••");
  });

  it("leaves no character that could drive a terminal or turn a line round", () => {
    const text = "\u001b[31m\u0007\r\n\u009b2J\u202e\u2066\u2028é 你 😀\ud800";
    expect(printable(text)).toBe(
      "\\u{1b}[31m\\u{7}\\u{d}\\u{a}\\u{9b}2J\\u{202e}\\u{2066}\\u{2028}é 你 😀\\u{d800}",
    );
  });
});

describe("shorten", () => {
  it("says how long a text was", () => {
    expect(shorten("abc", 3)).toBe("abc");
    expect(shorten("abcd", 3)).toBe("abc… (4 characters)");
  });
});
