import { matcherOf, patternOf, sift } from "../session/filter.ts";
import type { Slice } from "./regex-sieve.ts";

/** Milliseconds after which the rest of a slice has to be sent anew: slow, but not hopeless, gets on. */
const answerMs = 100;

addEventListener("message", ({ data: { filter, entries } }: MessageEvent<Slice>) => {
  const pattern = patternOf(filter);
  const wanted = matcherOf(filter, pattern.ok ? pattern.value : null);
  const limit = { clock: () => performance.now(), ms: answerMs, step: 1 };
  postMessage(sift(wanted, entries, 0, limit));
});
// From here on its time counts.
postMessage(null);
