import { createStore, type StoreOptions } from "./create-store.ts";
import { StoreSetupError } from "./errors.ts";
import { openPostgres } from "./postgres.ts";
import { openSqlite } from "./sqlite.ts";
import type { Store } from "./store.ts";

export interface StorePlace {
  /** A folder for SQLite's file; it is made where there is none. */
  readonly data?: string;
  /** `postgres://user:password@host:5432/database`, for several servers. */
  readonly database?: string;
}

/**
 * Opens the store that servers and commands share, and brings its schema up to date; any number of
 * them may do so at once. Close it, or the process stays. Rejects with StoreSetupError, which says
 * what to type, and with StoreUnavailableError, where a later try may succeed.
 */
export async function openStore(
  { data, database }: StorePlace,
  options: StoreOptions = {},
): Promise<Store> {
  if (data !== undefined && database !== undefined) {
    throw new StoreSetupError("Choose one: a data folder (--data) or a database (--database).");
  }
  if (data === undefined && database === undefined) {
    throw new StoreSetupError("Name a data folder (--data) or a database (--database).");
  }
  const backend = await (database === undefined
    ? openSqlite(data ?? "", {}, options.log)
    : openPostgres(database));
  try {
    return await createStore(backend, options);
  } catch (error) {
    await backend.close();
    throw error;
  }
}
