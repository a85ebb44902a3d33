import { computed, signal } from "@preact/signals";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  everything,
  matcherOf,
  patternOf,
  type Filter,
  type Sifted,
} from "../../src/session/filter.ts";
import { draftOf, emptyTranscript, trim, type Entry } from "../../src/session/transcript.ts";
import { createFinder } from "../../src/store/finder.ts";
import { createRegexSieve } from "../../src/store/regex-sieve.ts";
import type { Slice, SieveWorker } from "../../src/store/sieve.ts";

/** What the worker's file does with a message, without its thread. */
let sift: (slice: Slice<Filter, Entry>) => Sifted;
beforeAll(async () => {
  let hear: (event: Pick<MessageEvent<Slice<Filter, Entry>>, "data">) => void = () => undefined;
  let answer: Sifted | null = null;
  vi.stubGlobal("addEventListener", (_: string, listener: typeof hear) => (hear = listener));
  vi.stubGlobal("postMessage", (said: Sifted | null) => (answer = said));
  await import("../../src/store/regex-worker.ts");
  sift = (data) => {
    hear({ data });
    if (answer === null) throw new Error("the worker says nothing");
    return answer;
  };
});
afterAll(() => void vi.unstubAllGlobals());

const createFixture = () => {
  const transcript = signal(emptyTranscript);
  const soon: (() => void)[] = [];
  let time = 0;
  const workers: SieveWorker[] = [];
  const createWorker = (): SieveWorker => {
    const worker: SieveWorker = {
      ...{ onmessage: null, onerror: null, terminate: () => undefined },
      postMessage: (slice: Slice<Filter, Entry>) => {
        const data = structuredClone(sift(structuredClone(slice)));
        soon.push(() => {
          worker.onmessage?.call(worker as Worker, new MessageEvent("message", { data }));
        });
      },
    };
    workers.push(worker);
    return worker;
  };
  const finder = createFinder({
    entries: computed(() => transcript.value.entries),
    // Each look at the clock is a millisecond.
    clock: () => time++,
    soon: (run) => soon.push(run),
    regexSieve: (filter, fail) => createRegexSieve(filter, fail, createWorker()),
  });
  const add = (from: number, to: number): void => {
    const draft = draftOf(transcript.value);
    for (let i = from; i <= to; i++) draft.append({ kind: "problem", at: 0, detail: `line ${i}` });
    transcript.value = draft.finish();
  };
  const details = (): readonly string[] =>
    finder.shown.value.map((entry: Entry) => (entry.kind === "problem" ? entry.detail : ""));
  const turn = (): void => soon.splice(0).forEach((run) => run());
  const settle = (): void => {
    while (soon.length > 0) turn();
  };
  return { finder, transcript, add, details, turn, settle, workers };
};

describe("a search", () => {
  it("goes through a long transcript in slices, and goes on with what comes", () => {
    const { finder, add, details, turn } = createFixture();
    add(1, 5000);
    finder.filter.value = { ...everything, text: "1000" };
    expect(finder.progress.value).toBeLessThan(0.5);
    for (let i = 0; i < 20; i++) turn();
    expect(finder.progress.value).toBe(1);
    expect(details()).toEqual(["line 1000"]);
    add(5001, 10_009);
    for (let i = 0; i < 20; i++) turn();
    expect(details()).toHaveLength(11);
    finder.filter.value = everything;
    expect(details()).toHaveLength(10_009);
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
    const problem = finder.problem.value;
    expect(problem?.kind === "invalid" && problem.detail).toContain("(");
    expect(details()).toHaveLength(3);
  });
});

describe("a search by a regular expression", () => {
  it("finds what a look at each entry finds, also in what comes meanwhile", () => {
    const pattern = fc.constantFrom(
      "line \\d*0$",
      "^LINE [1-3]+$",
      "\\b(\\d)\\d*\\1$",
      "5|7",
      "x?",
      "$^",
    );
    fc.assert(
      fc.property(
        pattern,
        fc.nat(5000),
        fc.nat(50),
        fc.boolean(),
        (text, before, later, pinned) => {
          const { finder, transcript, add, settle, turn } = createFixture();
          add(1, before);
          finder.shown.value.slice(0, 7).forEach(finder.togglePin);
          finder.filter.value = { ...everything, text, regex: true, pinned };
          turn();
          add(before + 1, before + later);
          settle();
          const wanted = patternOf(finder.filter.value);
          if (!wanted.ok) throw new Error(wanted.error);
          const all = transcript.value.entries;
          const searched = pinned ? all.slice(0, Math.min(7, before)) : all;
          expect(finder.progress.value).toBe(1);
          expect(finder.shown.value).toEqual(
            searched.filter(matcherOf(finder.filter.value, wanted.value)),
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  it("shows everything where it cannot be followed, until the filter is another", () => {
    const { finder, add, details, settle, workers } = createFixture();
    add(1, 3);
    finder.filter.value = { ...everything, text: "line 2", regex: true };
    expect(details()).toEqual([]);
    workers[0]?.onerror?.call(workers[0] as Worker, new Event("error") as never);
    settle();
    expect(finder.problem.value).toMatchObject({ kind: "missing" });
    expect(details()).toHaveLength(3);
    finder.filter.value = { ...everything, text: "line 3", regex: true };
    settle();
    expect(finder.problem.value).toBeNull();
    expect(details()).toEqual(["line 3"]);
  });

  it("looks at pins that the transcript let go, and at those that are new", () => {
    const { finder, transcript, add, details, settle } = createFixture();
    add(1, 20);
    const [first, second] = finder.shown.value;
    if (first === undefined || second === undefined) throw new Error("nothing is shown");
    finder.togglePin(second);
    transcript.value = trim(transcript.value, { entries: 5, bytes: 1000 });
    finder.filter.value = { ...everything, text: "^line .$", regex: true, pinned: true };
    settle();
    expect(details()).toEqual(["line 2"]);
    finder.togglePin(first);
    settle();
    expect(details()).toEqual(["line 1", "line 2"]);
  });
});
