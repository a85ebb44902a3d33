import { sift } from "../session/filter.ts";
import type { Slice } from "./sieve.ts";

/** Milliseconds after which the rest of a slice has to be sent anew: slow, but not hopeless, gets on. */
const answerMs = 100;

/** What a worker does all its life: says which entries of each slice the slice's query wants. */
export function answerSlices(matcherOf: (query: never) => (entry: never) => boolean): void {
  addEventListener("message", ({ data: { query, entries } }: MessageEvent<Slice<never, never>>) => {
    const limit = { clock: () => performance.now(), ms: answerMs, step: 1 };
    postMessage(sift(matcherOf(query), entries, 0, limit));
  });
  // From here on its time counts.
  postMessage(null);
}
