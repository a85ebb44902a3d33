import { describe, expect, it } from "vitest";
import type { Entry } from "../../src/session/transcript.ts";
import { step } from "../../src/ui/use-drawn.ts";

const entries = (from: number, to: number): readonly Entry[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    kind: "problem",
    seq: from + i,
    at: 0,
    detail: "",
  }));
const seqs = (list: readonly Entry[]): string =>
  list.length === 0 ? "none" : `${list[0]?.seq}–${list.at(-1)?.seq} (${list.length})`;

describe("what the list draws next", () => {
  it.each([
    ["what was added", entries(1, 5), entries(1, 9), "1–9 (9)"],
    ["what is left of the front", entries(1, 9), entries(4, 9), "4–9 (6)"],
    ["first what was added, where both ends changed", entries(1, 5), entries(4, 9), "1–9 (9)"],
    ["new entries alone, where none was kept", entries(1, 5), entries(8, 9), "8–9 (2)"],
    ["nothing, once it is cleared", entries(1, 5), [], "none"],
    ["the first entries of all", [], entries(3, 4), "3–4 (2)"],
  ])("is %s", (_, before, next, drawn) => {
    expect(seqs(step(before, next))).toBe(drawn);
  });

  it("comes to what there is after two steps", () => {
    const next = entries(4, 9);
    expect(step(step(entries(1, 5), next), next)).toBe(next);
  });
});
