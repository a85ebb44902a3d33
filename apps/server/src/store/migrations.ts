import { randomBytes } from "node:crypto";
import { StoreSetupError } from "./errors.ts";
import type { Param, Sql } from "./sql.ts";

export type Dialect = "sqlite" | "postgres";

interface Statement {
  readonly text: string;
  readonly params?: readonly Param[];
}

/** What is one thing with two names. */
interface Types {
  readonly int: string;
  readonly bool: string;
  readonly bytes: string;
  /** Ends a table: SQLite checks types only where it is told to. */
  readonly table: string;
}

const types: Readonly<Record<Dialect, Types>> = {
  sqlite: { int: "INTEGER", bool: "INTEGER", bytes: "BLOB", table: ") STRICT, WITHOUT ROWID" },
  postgres: { int: "BIGINT", bool: "BOOLEAN", bytes: "BYTEA", table: ")" },
};

/**
 * Each entry leads to the version of its place in the list, from 1 on. What was released never
 * changes: add an entry. Times are ms since 1970.
 */
const migrations: readonly ((types: Types) => readonly Statement[])[] = [
  ({ int, bool, bytes, table }) => [
    {
      // One row. last_change numbers the changes; those up to forgotten_change left the log.
      text: `CREATE TABLE meta (
        one ${int} PRIMARY KEY CHECK (one = 1),
        last_change ${int} NOT NULL,
        forgotten_change ${int} NOT NULL,
        unknown_user_secret ${bytes} NOT NULL,
        checked_at ${int}
      ${table}`,
    },
    {
      text: `CREATE TABLE users (
        name TEXT PRIMARY KEY,
        verifier TEXT NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('user', 'admin')),
        enabled ${bool} NOT NULL,
        version ${int} NOT NULL,
        created_at ${int} NOT NULL,
        changed_at ${int} NOT NULL
      ${table}`,
    },
    {
      text: `CREATE TABLE signing_keys (
        id TEXT PRIMARY KEY,
        number ${int} NOT NULL UNIQUE,
        algorithm TEXT NOT NULL,
        secret ${bytes},
        created_at ${int} NOT NULL,
        retired_at ${int},
        CHECK ((secret IS NULL) = (retired_at IS NOT NULL))
      ${table}`,
    },
    {
      text: `CREATE TABLE failures (
        user_key TEXT NOT NULL,
        address_key TEXT NOT NULL,
        last_at ${int} NOT NULL,
        clear_at ${int} NOT NULL,
        PRIMARY KEY (user_key, address_key)
      ${table}`,
    },
    { text: "CREATE INDEX failures_clear_at ON failures (clear_at)" },
    {
      // No reference to users: what somebody did stays known when the user is gone.
      text: `CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        server_id TEXT NOT NULL,
        user_name TEXT NOT NULL,
        address TEXT NOT NULL,
        mechanism TEXT NOT NULL,
        dialect TEXT NOT NULL,
        started_at ${int} NOT NULL,
        ended_at ${int},
        close_code ${int},
        close_reason TEXT
      ${table}`,
    },
    { text: "CREATE INDEX sessions_started_at ON sessions (started_at)" },
    { text: "CREATE INDEX sessions_open ON sessions (started_at) WHERE ended_at IS NULL" },
    {
      text: `CREATE TABLE servers (
        id TEXT PRIMARY KEY,
        seen_at ${int} NOT NULL
      ${table}`,
    },
    {
      text: `CREATE TABLE changes (
        number ${int} PRIMARY KEY,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        at ${int} NOT NULL
      ${table}`,
    },
    {
      text: "INSERT INTO meta VALUES (1, 1, 0, $1, NULL)",
      params: [randomBytes(32)],
    },
    {
      text: "INSERT INTO signing_keys VALUES ($1, 1, 'HS256', $2, $3, NULL)",
      params: [randomBytes(9).toString("base64url"), randomBytes(32), Date.now()],
    },
  ],
];

/** The version that this program reads and writes. */
export const schemaVersion = migrations.length;

/**
 * Brings a database from `version` (0 is an empty one) to `schemaVersion`. To be run in one
 * transaction that no other server can enter.
 */
export async function migrate(sql: Sql, dialect: Dialect, version: number): Promise<void> {
  for (const migration of migrations.slice(version)) {
    for (const { text, params } of migration(types[dialect])) await sql.query(text, params);
  }
}

/** Throws StoreSetupError where a newer program made this database. */
export function refuseNewer(version: number, what: string): void {
  if (version <= schemaVersion) return;
  throw new StoreSetupError(
    `${what} was made by a newer wsecho: its schema is version ${version}, this program knows ` +
      `${schemaVersion}. Start the newer wsecho, or choose another store.`,
  );
}
