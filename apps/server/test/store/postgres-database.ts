import { randomBytes } from "node:crypto";
import pg from "pg";
import type { Postgres } from "@wsecho/testkit/postgres";
import type { TestDatabase } from "./support.ts";

const tables = ["meta", "users", "signing_keys", "failures", "sessions", "servers", "changes"];

export interface PostgresDatabase extends TestDatabase {
  readonly place: { readonly database: string };
}

/** One statement in a connection of its own. */
export async function execute(url: string, text: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

export async function createDatabase(postgres: Postgres): Promise<PostgresDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await execute(postgres.url, `CREATE DATABASE ${name}`);
  const url = new URL(postgres.url);
  url.pathname = name;
  const database = url.href;
  return {
    place: { database },
    async dump() {
      const rows = tables.map((table) =>
        execute(database, `SELECT t::text FROM wsecho.${table} t`),
      );
      return JSON.stringify(await Promise.all(rows));
    },
    async setSchemaVersion(version) {
      await execute(database, `UPDATE wsecho.schema_version SET version = ${version}`);
    },
  };
}
