import fc from "fast-check";
import measure from "fast-string-truncated-width";
import { describe, expect, it } from "vitest";
import { talkLines } from "../../src/terminal/talk.ts";
import { openScreen } from "../support/screen.ts";
import { closedPort } from "../support/servers.ts";

const at = (columns: number) => ({ isTTY: true, columns });

describe("talk on a terminal", () => {
  it("breaks between words, and only where a row is full", () => {
    expect(talkLines("one two three four", at(10))).toBe("one two\n  three\n  four");
    expect(talkLines("  one two three", at(10))).toBe("  one two\n    three");
    expect(talkLines("one two", at(7))).toBe("one two");
    expect(talkLines("see ws://127.0.0.1:5678/long now", at(12))).toBe(
      "see\n  ws://127.0.0.1:5678/long\n  now",
    );
    expect(talkLines("字字 字字", at(8))).toBe("字字\n  字字");
  });

  it("says every word, in rows that fit or are one word", () => {
    const word = fc.string({ unit: "grapheme-ascii", minLength: 1 });
    fc.assert(
      fc.property(fc.array(word), fc.integer({ min: 8, max: 60 }), (words, columns) => {
        const text = words.join(" ");
        const rows = talkLines(text, at(columns)).split("\n");
        expect(rows.join(" ").split(/ +/)).toEqual(talkLines(text, {}).split(/ +/));
        for (const row of rows)
          expect(measure(row).width <= columns || !row.trim().includes(" ")).toBe(true);
      }),
    );
  });

  it("stays as it is in a pipe, and where nobody knows the width", () => {
    const text = "word ".repeat(40);
    expect(talkLines(text, { columns: 10 })).toBe(text);
    expect(talkLines(text, at(0))).toBe(text);
  });

  it.each([
    ["of a connection", (port: number) => [`:${port}`, "-x", "hi"], "Nothing listens"],
    ["of a mistake in the arguments", () => ["bench", "--no-such"], "--help shows what there is"],
    ["of a close code", () => ["explain", "4408"], "may come back"],
    ["of other commands", () => ["explain", "a", "text", "without", "digits"], "hex"],
    [
      "of a proxy",
      () => ["proxy", "--target", "ws://a:b@there.example:81/"],
      "name out of the URL",
    ],
  ])("is that of the program: %s", async (_, argsOf, part) => {
    const port = await closedPort();
    using wide = openScreen(argsOf(port), { columns: 400 });
    using narrow = openScreen(argsOf(port), { columns: 33 });
    await Promise.all([wide.exit, narrow.exit]);
    const said = wide.rows().join(" ");
    expect(said).toContain(part);
    const rows = narrow.rows();
    expect(rows.length).toBeGreaterThan(wide.rows().length);
    expect(rows.map((row) => row.trim()).join(" ")).toBe(said.replace(/ +/g, " "));
  });
});
