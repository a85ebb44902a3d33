import pg from "pg";
import type { Translate } from "./postgres-errors.ts";
import type { Driver, Param, Row, Sql } from "./sql.ts";

/** How long the parts of a call may take; ms. Together they bound what a caller waits. */
export interface PostgresTimes {
  readonly connectMs: number;
  /** Told to the server, which then gives up. */
  readonly statementMs: number;
  /** When this side gives up, on a server that says nothing any more. */
  readonly queryMs: number;
}

export const defaultTimes: PostgresTimes = { connectMs: 3000, statementMs: 2500, queryMs: 3500 };

/** Whole numbers come as text, because they may be larger than ours; none of these is. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: TypeId, format?: "text" | "binary"): unknown =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format),
};

type TypeId = Parameters<typeof pg.types.getTypeParser>[0];

export function clientConfig(connectionString: string, times: PostgresTimes): pg.ClientConfig {
  return {
    connectionString,
    types,
    application_name: "wsecho",
    connectionTimeoutMillis: times.connectMs,
    query_timeout: times.queryMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

/** What every new connection is told, in one message. */
export function sessionSettings({ statementMs }: PostgresTimes): string {
  return [
    // Tables are ours by their schema, and a temporary one of the same name is never taken instead.
    "SET search_path = wsecho, pg_temp",
    `SET statement_timeout = ${statementMs}`,
    `SET lock_timeout = ${statementMs}`,
    `SET idle_in_transaction_session_timeout = ${2 * statementMs}`,
  ].join("; ");
}

export function createPostgresDriver(pool: pg.Pool, translate: Translate): Driver {
  async function withClient<T>(use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    // A connection that breaks tells so here, besides rejecting the query; unheard it would throw.
    const ignore = (): void => undefined;
    client.on("error", ignore);
    let broken = true;
    try {
      const result = await use(client);
      broken = false;
      return result;
    } catch (error) {
      // The server answered, so the connection works; otherwise nobody knows what comes next on it.
      broken = !(error instanceof pg.DatabaseError);
      throw error;
    } finally {
      client.off("error", ignore);
      client.release(broken);
    }
  }

  const ask = async (
    client: pg.PoolClient,
    text: string,
    params: readonly Param[] = [],
  ): Promise<readonly Row[]> => {
    const { rows } = await client.query<Row>(text, [...params]);
    return rows;
  };

  const inTransaction = async <T>(
    client: pg.PoolClient,
    work: (sql: Sql) => Promise<T>,
  ): Promise<T> => {
    await client.query("BEGIN");
    try {
      const result = await work({ query: (text, params) => ask(client, text, params) });
      await client.query("COMMIT");
      return result;
    } catch (error) {
      // Where the connection is broken, it is dropped, and the server rolls back by itself.
      if (error instanceof pg.DatabaseError) await client.query("ROLLBACK");
      throw error;
    }
  };

  const translated = <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((error: unknown) => {
      throw translate(error);
    });

  return {
    // Of the statement's start: one statement may ask for it more than once.
    clock: "CAST(extract(epoch FROM statement_timestamp()) * 1000 AS BIGINT)",
    notify: `NOTIFY ${channel}`,
    skipLocked: "FOR UPDATE SKIP LOCKED",
    query: (text, params) => translated(withClient((client) => ask(client, text, params))),
    transaction: (work) => translated(withClient((client) => inTransaction(client, work))),
  };
}

/** On which servers tell each other that something changed. */
export const channel = "wsecho";
