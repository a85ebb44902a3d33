import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { everything, type Sifted } from "../../src/session/filter.ts";
import type { Entry } from "../../src/session/transcript.ts";
import { createRegexSieve } from "../../src/store/regex-sieve.ts";
import type { SieveWorker } from "../../src/store/sieve.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const createFixture = () => {
  const sent: unknown[] = [];
  const failures: string[] = [];
  const told: Sifted[] = [];
  const terminate = vi.fn();
  const worker: SieveWorker = {
    ...{ onmessage: null, onerror: null, terminate },
    postMessage: (slice: unknown) => sent.push(slice),
  };
  const filter = { ...everything, text: "a", regex: true };
  const sieve = createRegexSieve(filter, (why) => failures.push(why), worker);
  const say = (data: Sifted | null): void =>
    void worker.onmessage?.call(worker as Worker, new MessageEvent("message", { data }));
  const look = (entries: readonly Entry[]): void =>
    sieve.look(entries, 0, (sifted) => told.push(sifted));
  const fail = (): void => void worker.onerror?.call(worker as Worker, new Event("error") as never);
  return { sieve, sent, failures, told, terminate, filter, say, look, fail };
};
const entry = (seq: number, detail = ""): Entry => ({ seq, at: 0, kind: "problem", detail });
const large = (seq: number): Entry => ({
  ...{ seq, at: 0, kind: "received", echo: null, bytes: 700_000 },
  payload: { kind: "text", text: "" },
});

describe("the worker of a regular expression", () => {
  it("is ended when a slice takes a second, and not for what came in time or while it loads", () => {
    const { failures, told, terminate, say, look } = createFixture();
    look([entry(1)]);
    vi.advanceTimersByTime(5000);
    expect(failures).toEqual([]);
    say(null);
    vi.advanceTimersByTime(900);
    say({ looked: 1, found: [1] });
    vi.advanceTimersByTime(5000);
    expect(told).toEqual([{ looked: 1, found: [1] }]);
    expect(failures).toEqual([]);
    look([entry(2)]);
    vi.advanceTimersByTime(1100);
    expect(failures).toEqual(["slow"]);
    expect(terminate).toHaveBeenCalledOnce();
  });

  it("says nothing more once it is ended", () => {
    const { sieve, failures, told, terminate, say, look } = createFixture();
    say(null);
    look([entry(1)]);
    sieve.end();
    say({ looked: 1, found: [1] });
    vi.advanceTimersByTime(5000);
    expect([...failures, ...told]).toEqual([]);
    expect(terminate).toHaveBeenCalledOnce();
  });

  it("is missing where its file does not load, and too slow where its stack is full", () => {
    const gone = createFixture();
    gone.fail();
    expect(gone.failures).toEqual(["missing"]);
    const full = createFixture();
    full.say(null);
    full.fail();
    expect(full.failures).toEqual(["slow"]);
  });

  it("gets no more at once than is copied quickly", () => {
    const { sent, look, filter } = createFixture();
    look([large(1), large(2), large(3)]);
    look(Array.from({ length: 5000 }, (_, i) => entry(i + 1)));
    expect(sent).toMatchObject([
      { query: filter, entries: [{ seq: 1 }, { seq: 2 }] },
      { query: filter },
    ]);
    expect(sent[1]).toHaveProperty("entries.length", 2048);
  });
});
