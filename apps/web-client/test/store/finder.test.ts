import { computed, signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import { everything } from "../../src/session/filter.ts";
import { draftOf, emptyTranscript, trim, type Entry } from "../../src/session/transcript.ts";
import { createFinder } from "../../src/store/finder.ts";

const createFixture = () => {
  const transcript = signal(emptyTranscript);
  const soon: (() => void)[] = [];
  let time = 0;
  const finder = createFinder({
    entries: computed(() => transcript.value.entries),
    // Each look at the clock is a millisecond.
    clock: () => time++,
    soon: (run) => soon.push(run),
  });
  const add = (from: number, to: number): void => {
    const draft = draftOf(transcript.value);
    for (let i = from; i <= to; i++) draft.append({ kind: "problem", at: 0, detail: `line ${i}` });
    transcript.value = draft.finish();
  };
  const details = (): readonly string[] =>
    finder.shown.value.map((entry: Entry) => (entry.kind === "problem" ? entry.detail : ""));
  return { finder, transcript, add, details, turn: () => soon.splice(0).forEach((run) => run()) };
};

describe("a search", () => {
  it("goes through a long transcript in slices, and goes on with what comes", () => {
    const { finder, add, details, turn } = createFixture();
    add(1, 5000);
    finder.filter.value = { ...everything, text: "line \\d*00$", regex: true };
    expect(finder.progress.value).toBeLessThan(0.5);
    for (let i = 0; i < 20; i++) turn();
    expect(finder.progress.value).toBe(1);
    expect(details()).toHaveLength(50);
    add(5001, 5100);
    expect(details().at(-1)).toBe("line 5100");
    finder.filter.value = everything;
    expect(details()).toHaveLength(5100);
  });

  it("shows nothing that the transcript let go, but what was pinned", () => {
    const { finder, transcript, add, details } = createFixture();
    add(1, 20);
    const [first] = finder.shown.value;
    if (first !== undefined) finder.togglePin(first);
    finder.filter.value = { ...everything, text: "line" };
    transcript.value = trim(transcript.value, { entries: 5, bytes: 1000 });
    expect(details()).toEqual([16, 17, 18, 19, 20].map((i) => `line ${i}`));
    finder.filter.value = { ...everything, pinned: true };
    expect(details()).toEqual(["line 1"]);
  });

  it("says what is wrong with an expression, and shows everything meanwhile", () => {
    const { finder, add, details } = createFixture();
    add(1, 3);
    finder.filter.value = { ...everything, text: "(", regex: true };
    expect(finder.problem.value).toContain("(");
    expect(details()).toHaveLength(3);
  });
});
