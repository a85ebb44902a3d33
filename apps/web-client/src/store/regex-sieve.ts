import { bytesOf, type Filter } from "../session/filter.ts";
import type { Entry } from "../session/transcript.ts";
import {
  createWorkerSieve,
  keepWorker,
  type Sieve,
  type SieveFailure,
  type SieveWorker,
} from "./sieve.ts";

const browserWorker = (): SieveWorker =>
  new Worker(new URL("./regex-worker.ts", import.meta.url), { type: "module" });

/** What the transcript is searched by where the search is a regular expression. */
export const createRegexSieve = (
  query: Filter,
  fail: (why: SieveFailure) => void,
  worker: SieveWorker = browserWorker(),
): Sieve<Entry> => createWorkerSieve({ query, bytesOf, fail, worker });

export const loadRegexWorker = (): void => keepWorker(browserWorker());
