import type { Log } from "./log.ts";
import { StoreUnavailableError } from "./store/errors.ts";

/** A database that is away is no fault of this program; anything else may be, so the log says where. */
export function logStoreFailure(log: Log, error: unknown): void {
  if (error instanceof StoreUnavailableError)
    log.warn({ code: error.code, detail: error.message }, "the user store does not answer");
  else log.error({ err: error }, "the user store failed");
}
