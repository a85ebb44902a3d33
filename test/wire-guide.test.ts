import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fillFigures, makeFigures } from "../scripts/guide/figures.ts";

const guide = readFileSync(new URL("../docs/wire.md", import.meta.url), "utf8");

describe("docs/wire.md", () => {
  test("shows what goes over the wire today; pnpm docs:wire makes its figures anew", async () => {
    const figures = await makeFigures();
    expect(fillFigures(guide, figures)).toBe(guide);
    // What its words say of the figures.
    expect(figures.get("frame 3")).toContain('payload         "Hello"');
    expect(figures.get("stream")).not.toContain("Hello");
    expect(figures.get("v1 messages")).not.toContain("123456");
    expect(figures.get("v1 hidden")).not.toMatch(/r=|s=|p=|v=/);
    // Seven programs, one after the other.
  }, 120_000);

  test("a figure that is not there is told, and text between figures stays", () => {
    const text = "a\n<!-- figure: x -->\n\n```\nold\n```\nb\n";
    expect(fillFigures(text, new Map([["x", "new"]]))).toBe(text.replace("old", "new"));
    expect(() => fillFigures(text, new Map())).toThrow("no figure x");
  });
});
