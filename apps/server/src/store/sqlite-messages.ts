import type { Failure } from "./errors.ts";
import type { QueryName } from "./queries.ts";
import type { SqliteOptions } from "./sqlite-database.ts";

/** How often SQLite is asked whether anybody has committed; ms. Takes some microseconds. */
export const pollMs = 200;

export interface WorkerData {
  readonly folder: string;
  readonly options: SqliteOptions;
}

/** What the thread is asked. */
export type Request =
  | {
      readonly type: "query";
      readonly id: number;
      readonly name: QueryName;
      readonly args: readonly unknown[];
    }
  | { readonly type: "watch" }
  | { readonly type: "close" };

/** What it says; first of all `opened` or `failed`. */
export type Reply =
  | { readonly type: "opened"; readonly path: string }
  | { readonly type: "failed"; readonly failure: Failure }
  | { readonly type: "result"; readonly id: number; readonly value: unknown }
  | { readonly type: "error"; readonly id: number; readonly failure: Failure }
  | { readonly type: "changed" };
