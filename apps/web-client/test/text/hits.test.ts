import { describe, expect, it } from "vitest";
import { hitsIn, maxHits } from "../../src/text/hits.ts";

const marked = (text: string, pattern: RegExp): string =>
  hitsIn(text, pattern)
    .map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
    .join("");

describe("what a search found in a text", () => {
  it.each([
    ["a needle, Needle", /needle/gi, "a [needle], [Needle]"],
    ["needle", /needle/gi, "[needle]"],
    ["nothing of it", /needle/gi, "nothing of it"],
    ["", /needle/gi, ""],
    ["<b>x</b>", /<b>/gi, "[<b>]x</b>"],
    ["世界 世界", /世/gi, "[世]界 [世]界"],
  ])("is marked in %j", (text, pattern, shown) => {
    expect(marked(text, pattern)).toBe(shown);
  });

  it("is marked also where the pattern was used before", () => {
    const pattern = /needle/gi;
    pattern.test("needle");
    expect(marked("needle", pattern)).toBe("[needle]");
  });

  it("is marked so often and no more, and all of the text is there", () => {
    const text = "ab".repeat(maxHits + 10);
    const pieces = hitsIn(text, /a/gi);
    expect(pieces.filter(({ hit }) => hit)).toHaveLength(maxHits);
    expect(pieces.map((piece) => piece.text).join("")).toBe(text);
  });
});
