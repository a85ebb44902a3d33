import { describe, expect, it } from "vitest";
import {
  clear,
  draftOf,
  emptyTranscript,
  trim,
  type NewEntry,
  type Transcript,
} from "../../src/session/transcript.ts";

const sent = (id: number, bytes = 1): NewEntry => ({
  kind: "sent",
  at: 0,
  id,
  payload: { kind: "text", text: "x".repeat(bytes) },
  bytes,
  fate: { kind: "waiting" },
});

const transcriptOf = (...entries: readonly NewEntry[]): Transcript => {
  const draft = draftOf(emptyTranscript);
  for (const entry of entries) draft.append(entry);
  return draft.finish();
};

const ids = ({ entries }: Transcript): readonly unknown[] =>
  entries.map((entry) => (entry.kind === "sent" ? entry.id : entry.kind));

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);

describe("draftOf", () => {
  it("appends in order and numbers without gaps", () => {
    const transcript = transcriptOf(sent(1, 3), sent(2, 4));
    expect(transcript.entries.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(transcript.bytes).toBe(7);
  });

  it("settles the entry of an id, once", () => {
    const draft = draftOf(transcriptOf(sent(1), sent(2)));
    draft.settle(2, { kind: "lost" });
    draft.settle(2, { kind: "echoed" });
    const { entries, open } = draft.finish();
    expect(entries.map((entry) => (entry.kind === "sent" ? entry.fate.kind : ""))).toEqual([
      "waiting",
      "lost",
    ]);
    expect([...open.keys()]).toEqual([1]);
  });

  it("leaves the transcript that it began with untouched", () => {
    const before = transcriptOf(sent(1));
    const draft = draftOf(before);
    draft.settle(1, { kind: "lost" });
    draft.append(sent(2));
    expect(before).toEqual(transcriptOf(sent(1)));
  });
});

describe("trim", () => {
  const bounds = { entries: 10, bytes: 100 };

  it("waits until a bound is exceeded by a tenth", () => {
    const full = transcriptOf(...range(11).map((id) => sent(id)));
    expect(trim(full, bounds)).toBe(full);
  });

  it("lets the oldest go, down to the bound, and counts them", () => {
    const trimmed = trim(transcriptOf(...range(12).map((id) => sent(id))), bounds);
    expect(ids(trimmed)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(trimmed).toMatchObject({ dropped: 2, bytes: 10 });
  });

  it("bounds the bytes too", () => {
    const trimmed = trim(transcriptOf(sent(1, 60), sent(2, 60), sent(3, 30)), bounds);
    expect(ids(trimmed)).toEqual([2, 3]);
    expect(trimmed).toMatchObject({ dropped: 1, bytes: 90 });
  });

  it("lets even the only entry go where it is larger than all the room", () => {
    expect(trim(transcriptOf(sent(1, 500)), bounds)).toMatchObject({ entries: [], dropped: 1 });
  });

  it("finds the right entries afterwards, and none for one that is gone", () => {
    const draft = draftOf(trim(transcriptOf(...range(12).map((id) => sent(id))), bounds));
    expect(draft.sentEntry(1)).toBeUndefined();
    draft.settle(1, { kind: "lost" });
    draft.settle(3, { kind: "lost" });
    const [first, second] = draft.finish().entries;
    expect(first).toMatchObject({ id: 3, fate: { kind: "lost" } });
    expect(second).toMatchObject({ id: 4, fate: { kind: "waiting" } });
  });
});

describe("clear", () => {
  it("goes on counting, so that late outcomes find no wrong entry", () => {
    const draft = draftOf(clear(transcriptOf(sent(1), sent(2))));
    draft.append(sent(3));
    draft.settle(1, { kind: "lost" });
    const { entries } = draft.finish();
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({ id: 3, seq: 3, fate: { kind: "waiting" } });
  });
});
