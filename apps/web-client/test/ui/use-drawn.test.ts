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

const drawnOf = (before: readonly Entry[], next: readonly Entry[], front?: number) => {
  const { rows, shift } = step(before, next, front ?? next[0]?.seq ?? 0);
  return `${seqs(rows)}${shift ? " shifted" : ""}`;
};

describe("what the list draws next", () => {
  it.each([
    ["what was added", entries(1, 5), entries(1, 9), "1–9 (9)"],
    ["what is left of the front", entries(1, 9), entries(4, 9), "4–9 (6) shifted"],
    ["first what was added, where both ends changed", entries(1, 5), entries(4, 9), "1–9 (9)"],
    ["new entries alone, where none was kept", entries(1, 5), entries(8, 9), "8–9 (2)"],
    ["nothing, once it is cleared", entries(1, 5), [], "none"],
    ["the first entries of all", [], entries(3, 4), "3–4 (2)"],
  ])("is %s", (_, before, next, drawn) => {
    expect(drawnOf(before, next)).toBe(drawn);
  });

  it("comes to what there is after two steps", () => {
    const next = entries(4, 9);
    expect(step(step(entries(1, 5), next, 4).rows, next, 4)).toEqual({ rows: next, shift: true });
  });

  it("is plainly the next rows, where what left the front was not among them", () => {
    const odd = (from: number, to: number) => entries(from, to).filter(({ seq }) => seq % 2 === 1);
    expect(drawnOf(odd(7, 11), odd(7, 15), 6)).toBe("7–15 (5)");
    expect(drawnOf(odd(1, 11), odd(7, 11), 6)).toBe("7–11 (3) shifted");
    expect(drawnOf(odd(1, 11), odd(7, 15), 6)).toBe("1–15 (8)");
  });
});
