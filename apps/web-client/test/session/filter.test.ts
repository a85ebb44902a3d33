import { describe, expect, it } from "vitest";
import {
  everything,
  isActive,
  matcherOf,
  patternOf,
  type Filter,
} from "../../src/session/filter.ts";
import type { Entry } from "../../src/session/transcript.ts";

const text = (kind: "sent" | "received", words: string): Entry =>
  kind === "sent"
    ? {
        ...{ seq: 1, at: 0, kind, id: 1, fate: { kind: "echoed" } },
        ...{ payload: { kind: "text", text: words }, bytes: words.length },
      }
    : {
        ...{ seq: 1, at: 0, kind, echo: null },
        ...{ payload: { kind: "text", text: words }, bytes: words.length },
      };
const binary: Entry = {
  ...{ seq: 2, at: 0, kind: "received", echo: null, bytes: 3 },
  payload: { kind: "binary", data: Uint8Array.of(0xff, 0x68, 0x69) },
};
const closed: Entry = { seq: 3, at: 0, kind: "closed", code: 4401, reason: "over", by: "server" };

const finds = (part: Partial<Filter>, entry: Entry): boolean => {
  const filter = { ...everything, ...part };
  const pattern = patternOf(filter);
  if (!pattern.ok) throw new Error(pattern.error);
  return matcherOf(filter, pattern.value)(entry);
};

describe("a filter", () => {
  it("that wants everything is none", () => {
    expect(isActive(everything)).toBe(false);
    expect(isActive({ ...everything, pinned: true })).toBe(true);
  });

  it("searches the whole payload, as words or as an expression", () => {
    const long = text("received", `${"x".repeat(200_000)}Needle (a.b)`);
    expect(finds({ text: "needle" }, long)).toBe(true);
    expect(finds({ text: "(a.b)" }, long)).toBe(true);
    expect(finds({ text: "(axb)" }, long)).toBe(false);
    expect(finds({ text: "needle \\(\\w\\.", regex: true }, long)).toBe(true);
    expect(finds({ text: "^needle", regex: true }, long)).toBe(false);
  });

  it("searches bytes as text and as hex, and closes by code and reason", () => {
    expect(finds({ text: "hi" }, binary)).toBe(true);
    expect(finds({ text: "ff 68" }, binary)).toBe(true);
    expect(finds({ text: "4401 ov" }, closed)).toBe(true);
    expect(finds({ text: "4403" }, closed)).toBe(false);
  });

  it("chooses by direction, type and size", () => {
    const json = text("sent", ' {"a": 1}');
    expect(finds({ direction: "sent" }, json)).toBe(true);
    expect(finds({ direction: "received" }, json)).toBe(false);
    expect(finds({ direction: "sent" }, closed)).toBe(false);
    expect(finds({ type: "json" }, json)).toBe(true);
    expect(finds({ type: "json" }, text("sent", "{a"))).toBe(false);
    expect(finds({ type: "binary" }, json)).toBe(false);
    expect(finds({ type: "binary" }, binary)).toBe(true);
    expect(finds({ type: "notes" }, closed)).toBe(true);
    expect(finds({ type: "notes" }, json)).toBe(false);
    expect(finds({ minBytes: 4 }, binary)).toBe(false);
    expect(finds({ minBytes: 3 }, binary)).toBe(true);
  });

  it("says what is wrong with an expression", () => {
    expect(patternOf({ ...everything, text: "(", regex: true })).toMatchObject({ ok: false });
    expect(patternOf({ ...everything, text: "(", regex: false })).toMatchObject({ ok: true });
  });
});
