import { parseFilter } from "@wsecho/wire";
import { answerSlices } from "../store/sift-worker.ts";
import type { Kept } from "./log.ts";

answerSlices((expression: string) => {
  const filter = parseFilter(expression);
  return ({ record }: Kept) => filter.ok && filter.value(record);
});
