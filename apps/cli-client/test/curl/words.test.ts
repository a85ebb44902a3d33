import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitWords } from "../../src/curl/words.ts";

describe("a command as text", () => {
  it("is cut as bash cuts it", () => {
    const commands = [
      `curl 'https://a.example/x?y=1&z=2' \\\n  -H 'A: it'\\''s' \\\r\n  --compressed`,
      `curl $'a\\'b\\\\c\\u0021\\x41\\101\\n' "d \\"e\\" \\$f \\z"  g\\ h''i`,
      `''  "" x`,
      `a"b"'c'$'d'$"e"`,
      `$'\\u00e9\\U0001f389\\q'`,
    ];
    for (const command of commands) {
      const script = `printf '%s\\0' ${command.replaceAll("\r\n", "\n")}`;
      const env = { ...process.env, LC_ALL: "C.UTF-8" };
      const words = execFileSync("bash", ["-c", script], { encoding: "utf8", env }).split("\0");
      expect(splitWords(command)).toEqual({ ok: true, value: words.slice(0, -1) });
    }
  });

  it("gives back whatever was quoted, in each way of quoting", () => {
    const single = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
    const double = (text: string): string => `"${text.replace(/[$`"\\]/g, "\\$&")}"`;
    const ansi = (text: string): string =>
      `$'${text.replace(/[\\']/g, "\\$&").replace(/[^ -~]/gu, (character) => `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`)}'`;
    const quote = fc.constantFrom(single, double, ansi);
    const text = fc.string({ unit: fc.constantFrom(...Array.from("a'\"\\$`!\n é|;&"), "🎉") });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, quote), { minLength: 1 }), (parts) => {
        const command = parts.map(([part, by]) => by(part)).join(" \\\n ");
        expect(splitWords(command)).toEqual({ ok: true, value: parts.map(([part]) => part) });
      }),
    );
  });

  it.each([
    ["curl 'https://a", "ends within '…'"],
    ['curl "a', 'ends within "…"'],
    ["curl $'a\\'", "ends within '…'"],
    ["curl a | sh", "| means something to a shell"],
    ["curl $(id)", "$( means something"],
    ['curl "$HOME"', "$H means something"],
    ["curl a; b", "; means"],
    ['curl ^"https://a^"', "copy it as cURL (bash)"],
  ])("%s is refused", (command, words) => {
    const split = splitWords(command);
    expect(split.ok ? "" : split.error).toContain(words);
  });
});
