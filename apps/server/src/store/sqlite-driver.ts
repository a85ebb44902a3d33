import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { StoreUnavailableError } from "./errors.ts";
import type { Driver, Param, Row, Sql } from "./sql.ts";

/*
 * SQLite's primary result codes (https://www.sqlite.org/rescode.html) that tell of the database's
 * condition. The others are mistakes in a statement.
 */
const conditions: Readonly<Record<number, readonly [code: string, meaning: string]>> = {
  5: ["SQLITE_BUSY", "another process is writing"],
  6: ["SQLITE_LOCKED", "another statement is writing"],
  7: ["SQLITE_NOMEM", "out of memory"],
  8: ["SQLITE_READONLY", "it cannot be written"],
  10: ["SQLITE_IOERR", "the disk does not read or write"],
  11: ["SQLITE_CORRUPT", "it is damaged"],
  13: ["SQLITE_FULL", "the disk is full"],
  14: ["SQLITE_CANTOPEN", "it cannot be opened"],
  22: ["SQLITE_NOLFS", "it is too large for this system"],
  26: ["SQLITE_NOTADB", "it is no data file any more"],
};

/** SQLite's primary result code of an error, `undefined` for other errors. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

function translate(error: unknown): unknown {
  const known = conditions[resultCode(error) ?? 0];
  if (known === undefined) return error;
  const [code, meaning] = known;
  return new StoreUnavailableError(`the data file cannot be used now: ${meaning}`, code);
}

const bind = (value: Param): SQLInputValue => (typeof value === "boolean" ? Number(value) : value);

/**
 * Speaks SQL to an open file. Its methods answer with promises, though they do their work at once,
 * so that both databases are asked alike; one transaction has to end before the next call.
 */
export function createSqliteDriver(database: DatabaseSync): Driver {
  const prepared = new Map<string, StatementSync>();

  const prepare = (text: string): StatementSync => {
    const known = prepared.get(text);
    if (known !== undefined) return known;
    const statement = database.prepare(text);
    // Some pragmas act when they are prepared, so each use has to prepare anew.
    if (!text.startsWith("PRAGMA")) prepared.set(text, statement);
    return statement;
  };

  const run = (text: string, params: readonly Param[] = []): readonly Row[] =>
    prepare(text).all(Object.fromEntries(params.map((value, i) => [i + 1, bind(value)])));

  // eslint-disable-next-line @typescript-eslint/require-await -- a throw becomes a rejection
  const query: Sql["query"] = async (text, params) => {
    try {
      return run(text, params);
    } catch (error) {
      throw translate(error);
    }
  };

  return {
    clock: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
    notify: null,
    // Nobody else can be.
    skipLocked: "",
    query,

    async transaction(work, durable = false) {
      try {
        // A commit always survives the process. FULL waits for the disk, to survive the machine.
        if (durable) run("PRAGMA synchronous = FULL");
        run("BEGIN IMMEDIATE");
        const result = await work({ query });
        run("COMMIT");
        return result;
      } catch (error) {
        // Some errors have ended it already.
        if (database.isTransaction) run("ROLLBACK");
        throw translate(error);
      } finally {
        if (durable) run("PRAGMA synchronous = NORMAL");
      }
    },
  };
}
