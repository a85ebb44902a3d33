import pg from "pg";
import type { Backend } from "./backend.ts";
import { parseDatabaseUrl, type DatabaseUrl } from "./database-url.ts";
import { StoreSetupError } from "./errors.ts";
import { migrate, refuseNewer, schemaVersion } from "./migrations.ts";
import {
  clientConfig,
  createPostgresDriver,
  defaultTimes,
  sessionSettings,
  type PostgresTimes,
} from "./postgres-driver.ts";
import { createTranslate, setupErrorOf, type Translate } from "./postgres-errors.ts";
import { listenForChanges, type Listener } from "./postgres-listener.ts";
import { createQueries } from "./queries.ts";
import { numberOf, onlyRow } from "./sql.ts";

/** Connections of one server, besides the one that listens. */
const maxConnections = 8;

/** Any number, the same in every wsecho: who changes the schema holds this lock. */
const migrationLock = 0x57534543;

/** How long a server waits while another one changes the schema; ms. */
const migrationMs = 60_000;

/** How long the end of connections may take; ms. */
const closeMs = 2000;

/** The schema `wsecho` of the database at `url`. Rejects with StoreSetupError, StoreUnavailableError. */
export async function openPostgres(
  url: string,
  times: PostgresTimes = defaultTimes,
): Promise<Backend> {
  const address = parseDatabaseUrl(url);
  const { connectionString, location } = address;
  const translate = createTranslate(address.redact);
  const config = clientConfig(connectionString, times);
  await prepareSchema(config, address, translate);

  const pool = new pg.Pool({
    ...config,
    max: maxConnections,
    idleTimeoutMillis: 30_000,
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool waits for the promise, though its type says void
    onConnect: async (client) => {
      await client.query(sessionSettings(times));
    },
  });
  // An idle connection broke. The pool has dropped it; whoever comes next gets a new one.
  pool.on("error", () => undefined);

  let listener: Listener | undefined;
  let closing: Promise<void> | undefined;

  const close = (): Promise<void> => endInTime(Promise.all([listener?.stop(), pool.end()]));

  return {
    kind: "postgres",
    location,
    queries: createQueries(createPostgresDriver(pool, translate)),
    watch(wake) {
      listener = listenForChanges(config, wake);
    },
    close: () => (closing ??= close()),
  };
}

async function prepareSchema(
  config: pg.ClientConfig,
  address: DatabaseUrl,
  translate: Translate,
): Promise<void> {
  const { location } = address;
  try {
    const version = await withClient(config, (client) => readVersion(client, location));
    if (version === schemaVersion) return;
    const patient = { ...config, query_timeout: migrationMs };
    await withClient(patient, async (client) => {
      await client.query(`SET statement_timeout = ${migrationMs}`);
      await client.query("SET search_path = wsecho, pg_temp");
      await changeSchema(client, location);
    });
  } catch (error) {
    throw setupErrorOf(error, address) ?? translate(error);
  }
}

async function withClient<T>(
  config: pg.ClientConfig,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client(config);
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await use(client);
  } finally {
    await endInTime(client.end());
  }
}

/** A server that fell silent does not even answer a farewell. */
async function endInTime(ending: Promise<unknown>): Promise<void> {
  const timer = new Promise((resolve) => setTimeout(resolve, closeMs).unref());
  await Promise.race([ending.catch(() => undefined), timer]);
}

async function changeSchema(client: pg.Client, location: string): Promise<void> {
  await client.query("BEGIN");
  // Until the end of the transaction, one way or the other.
  await client.query(`SELECT pg_advisory_xact_lock(${migrationLock})`);
  const version = await readVersion(client, location);
  if (version === null) {
    // Somebody who may not make schemas was given an empty one.
    const { rowCount } = await client.query("SELECT 1 FROM pg_namespace WHERE nspname = 'wsecho'");
    if (rowCount === 0) await client.query("CREATE SCHEMA wsecho");
    await client.query("CREATE TABLE wsecho.schema_version (version BIGINT NOT NULL)");
    await client.query("INSERT INTO wsecho.schema_version VALUES (0)");
  }
  const sql = {
    query: async (text: string, params: readonly unknown[] = []) =>
      (await client.query<Record<string, unknown>>(text, [...params])).rows,
  };
  await migrate(sql, "postgres", version ?? 0);
  await client.query("UPDATE wsecho.schema_version SET version = $1", [schemaVersion]);
  await client.query("COMMIT");
}

/** `null` where nothing of ours is there yet. */
async function readVersion(client: pg.Client, location: string): Promise<number | null> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = 'wsecho'`,
  );
  if (rows.length === 0) return null;
  if (!rows.some(({ name }) => name === "schema_version")) {
    throw new StoreSetupError(
      `${location} has a schema wsecho that is not ours. Name another database.`,
    );
  }
  const answer = await client.query<Record<string, unknown>>(
    "SELECT version FROM wsecho.schema_version",
  );
  const version = numberOf(onlyRow(answer.rows), "version");
  refuseNewer(version, location);
  return version;
}
