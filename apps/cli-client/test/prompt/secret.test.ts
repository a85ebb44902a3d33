import { describe, expect, it } from "vitest";
import type { Key } from "node:readline";
import { typeSecret } from "../../src/prompt/secret.ts";

const plainKey = (text: string): readonly [string, Key] => [text, { sequence: text }];
const named = (name: string, more: Key = {}): readonly [undefined, Key] => [
  undefined,
  { name, ...more },
];

function typed(start: string, ...keys: readonly (readonly [string | undefined, Key])[]): string {
  let text = start;
  for (const [characters, key] of keys) {
    const step = typeSecret(text, characters, key);
    if (step.kind !== "typing") return `${step.kind} ${"text" in step ? step.text : ""}`.trim();
    text = step.text;
  }
  return text;
}

describe("a secret being typed", () => {
  it("takes characters, of every plane, and several at once", () => {
    expect(typed("", plainKey("pä"), plainKey("ß"), plainKey("🎉"), plainKey(" "))).toBe("päß🎉 ");
  });

  it("takes back whole characters", () => {
    expect(typed("a🎉", named("backspace"))).toBe("a");
    expect(typed("", named("backspace"))).toBe("");
    expect(typed("ab", ["\b", { name: "h", ctrl: true }])).toBe("a");
    expect(typed("abc", named("u", { ctrl: true }))).toBe("");
  });

  it("is done at either line end, and over at Ctrl-D when empty", () => {
    expect(typed("abc", ["\r", { name: "return" }])).toBe("done abc");
    expect(typed("abc", ["\n", { name: "enter" }])).toBe("done abc");
    expect(typed("", ["\x04", { name: "d", ctrl: true }])).toBe("end");
    expect(typed("abc", ["\x04", { name: "d", ctrl: true }])).toBe("abc");
  });

  it("ignores keys that have no meaning where nothing shows", () => {
    const keys = [named("up"), named("left"), named("f1"), named("x", { meta: true })];
    expect(typed("abc", ...keys, ["\t", { name: "tab" }], named("y", { ctrl: true }))).toBe("abc");
  });
});
