import { createChangeQueries, type ChangeQueries } from "./queries/changes.ts";
import { createFailureQueries, type FailureQueries } from "./queries/failures.ts";
import { createKeyQueries, type KeyQueries } from "./queries/keys.ts";
import { createSessionQueries, type SessionQueries } from "./queries/sessions.ts";
import { createUpkeepQueries, type UpkeepQueries } from "./queries/upkeep.ts";
import { createUserQueries, type UserQueries } from "./queries/users.ts";
import type { Driver } from "./sql.ts";

/**
 * All that is asked of a database, in strings, numbers and bytes, so that it may cross a thread.
 * Written once for both of them. What a row means is the store's business.
 */
export interface Queries
  extends UserQueries, KeyQueries, FailureQueries, SessionQueries, ChangeQueries, UpkeepQueries {}

export function createQueries(driver: Driver): Queries {
  return {
    ...createUserQueries(driver),
    ...createKeyQueries(driver),
    ...createFailureQueries(driver),
    ...createSessionQueries(driver),
    ...createChangeQueries(driver),
    ...createUpkeepQueries(driver),
  };
}

export type QueryName = keyof Queries;

/** Asks one of the questions by its name. */
export function askByName(
  queries: Queries,
  name: QueryName,
  args: readonly unknown[],
): Promise<unknown> {
  type Ask = (...args: readonly unknown[]) => Promise<unknown>;
  return (queries as Record<QueryName, Ask>)[name](...args);
}

/** The questions, passed on by their name. Not to be awaited itself, for it has every property. */
export function passQueries(
  ask: (name: QueryName, args: readonly unknown[]) => Promise<unknown>,
): Queries {
  return new Proxy({} as Queries, {
    get:
      (_, name: QueryName) =>
      (...args: readonly unknown[]) =>
        ask(name, args),
  });
}
