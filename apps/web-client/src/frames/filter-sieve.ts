import {
  createWorkerSieve,
  keepWorker,
  type Sieve,
  type SieveFailure,
  type SieveWorker,
} from "../store/sieve.ts";
import { recordBytes, type Kept } from "./log.ts";

const browserWorker = (): SieveWorker =>
  new Worker(new URL("./filter-worker.ts", import.meta.url), { type: "module" });

/** Finds in another thread what a filter's expression wants. */
export const createFilterSieve = (query: string, fail: (why: SieveFailure) => void): Sieve<Kept> =>
  createWorkerSieve({
    query,
    bytesOf: ({ record }) => recordBytes(record),
    fail,
    worker: browserWorker(),
  });

export const loadFilterWorker = (): void => keepWorker(browserWorker());
