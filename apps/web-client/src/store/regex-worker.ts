import { matcherOf, patternOf, type Filter } from "../session/filter.ts";
import { answerSlices } from "./sift-worker.ts";

answerSlices((filter: Filter) => {
  const pattern = patternOf(filter);
  return matcherOf(filter, pattern.ok ? pattern.value : null);
});
