import { describe, expect, it } from "vitest";
import { placeAfter } from "../../src/frames/keys.ts";

describe("placeAfter", () => {
  it.each([
    ["ArrowDown", 3, 4],
    ["ArrowUp", 3, 2],
    ["ArrowDown", 9, undefined],
    ["ArrowUp", 0, undefined],
    ["PageDown", 3, 8],
    ["PageDown", 8, 9],
    ["PageUp", 3, 0],
    ["Home", 3, 0],
    ["End", 3, 9],
    ["ArrowRight", 3, undefined],
    ["x", 3, undefined],
  ] as const)("in a list: %s at %d leads to %s", (key, at, to) => {
    expect(placeAfter(key, { at, count: 10, columns: 1, page: 5 })).toBe(to);
  });

  it.each([
    ["ArrowRight", 7, 8],
    ["ArrowLeft", 8, 7],
    ["ArrowDown", 2, 10],
    ["ArrowUp", 10, 2],
    ["ArrowUp", 2, undefined],
    ["ArrowDown", 10, undefined],
    ["ArrowRight", 16, undefined],
    ["PageDown", 2, 16],
  ] as const)("in a grid of eight columns: %s at %d leads to %s", (key, at, to) => {
    expect(placeAfter(key, { at, count: 17, columns: 8, page: 64 })).toBe(to);
  });

  it("leads nowhere in an empty list", () => {
    expect(placeAfter("Home", { at: 0, count: 0, columns: 1, page: 5 })).toBeUndefined();
  });
});
