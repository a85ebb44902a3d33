import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTemplate, templateMessages, type Template } from "../../src/bench/template.ts";

function read(text: string): Template {
  const template = parseTemplate(text);
  if (!template.ok) throw new Error(template.error);
  return template.value;
}

describe("a template of messages", () => {
  it("has a number, its connection's, and what is random but the same each time it is made", () => {
    const options = { connection: 7, seed: 1, binary: false };
    const template = read('{"id":{{n}},"of":{{connection}},"key":"{{random}}"}');
    const { make } = templateMessages(template, options);
    expect(make(12)).toMatch(/^\{"id":12,"of":7,"key":"[\da-f]{8}"\}$/);
    expect(make(12)).toBe(make(12));
    const keys = Array.from({ length: 1000 }, (_, n) => make(n).slice(-10));
    expect(new Set(keys).size).toBe(1000);
    const others = [{ connection: 8 }, { seed: 2 }].map((other) =>
      templateMessages(template, { ...options, ...other }).make(12),
    );
    expect(new Set([make(12), ...others]).size).toBe(3);
  });

  it("tells the number of each of its messages, and that others are none of them", () => {
    const part = fc.oneof(
      fc.constantFrom("{{n}}", "{{connection}}", "{{random}}"),
      fc.string({ unit: "binary" }).filter((text) => !text.includes("{{")),
    );
    fc.assert(
      fc.property(
        fc.array(part).map((parts) => `${parts.join("")}|{{n}}`),
        fc.record({ connection: fc.nat(), seed: fc.nat(), binary: fc.boolean() }),
        fc.nat(),
        (text, options, n) => {
          const { make, numberOf } = templateMessages(read(text), options);
          expect(numberOf(make(n))).toBe(n);
          expect(numberOf(`${make(n)}!`)).toBeNull();
        },
      ),
    );
    const { make, numberOf } = templateMessages(read("hi"), {
      connection: 0,
      seed: 0,
      binary: false,
    });
    expect([make(3), numberOf("hi")]).toEqual(["hi", null]);
  });

  it("knows three names, and leaves other braces alone", () => {
    expect(parseTemplate("{{user}}")).toEqual({
      ok: false,
      error: "{{user}} is none of {{n}}, {{connection}}, {{random}}",
    });
    expect(read('{"a":{"b":{{n}}}}')).toEqual(['{"a":{"b":', { name: "n" }, "}}"]);
  });
});
