import { DatabaseSync } from "node:sqlite";
import { StoreUnavailableError } from "./errors.ts";
import { migrate, refuseNewer, schemaVersion } from "./migrations.ts";
import { numberOf, onlyRow, type Driver } from "./sql.ts";
import { createSqliteDriver } from "./sqlite-driver.ts";
import { damagedFile, foreignFile, prepareDataFile } from "./sqlite-file.ts";

/** Marks the file as ours; "WSEC" in ASCII. */
const applicationId = 0x57534543;

export interface SqliteOptions {
  /** How long a statement waits for another process that writes; ms. */
  readonly busyMs: number;
  /** Largest size of the file in pages of 4 KiB, as a full disk would set it; for tests. */
  readonly maxPages?: number;
}

export interface SqliteDatabase {
  readonly path: string;
  readonly driver: Driver;
  /** A number that is another one when anybody, this connection included, has committed. */
  dataVersion(): number;
  close(): void;
}

/**
 * Opens the data file in `folder`, makes it where there is none, and brings it up to date. Blocks
 * while it waits for others. Throws StoreSetupError and StoreUnavailableError.
 */
export async function openSqliteDatabase(
  folder: string,
  options: SqliteOptions,
): Promise<SqliteDatabase> {
  const path = prepareDataFile(folder);
  const open = (readOnly: boolean): DatabaseSync =>
    new DatabaseSync(path, { timeout: options.busyMs, readOnly });
  const opened: DatabaseSync[] = [];
  try {
    const database = open(false);
    opened.push(database);
    const driver = createSqliteDriver(database);
    await refuseUnusable(driver, path);
    await enterWalMode(driver, options.busyMs);
    await driver.query("PRAGMA foreign_keys = ON");
    await driver.query("PRAGMA synchronous = NORMAL");
    // What is removed, such as a key, is overwritten.
    await driver.query("PRAGMA secure_delete = ON");
    // A burst of writes must not leave a large file behind.
    await driver.query("PRAGMA journal_size_limit = 16777216");
    if (options.maxPages !== undefined) {
      await driver.query(`PRAGMA max_page_count = ${options.maxPages}`);
    }
    await bringUpToDate(driver, path);
    // data_version tells of other connections' commits, so it takes one that never commits.
    const watching = open(true);
    opened.push(watching);
    const version = watching.prepare("PRAGMA data_version");
    return {
      path,
      driver,
      dataVersion: () => numberOf(version.get() ?? {}, "data_version"),
      close: () => closeAll(opened),
    };
  } catch (error) {
    closeAll(opened);
    throw error;
  }
}

function closeAll(databases: readonly DatabaseSync[]): void {
  // The writer last: it folds what stands beside the file into it.
  for (const database of databases.toReversed()) database.close();
}

async function readPragma(driver: Driver, name: string): Promise<number> {
  return numberOf(onlyRow(await driver.query(`PRAGMA ${name}`)), name);
}

async function refuseUnusable(driver: Driver, path: string): Promise<void> {
  try {
    const [first] = await driver.query("SELECT name FROM sqlite_schema LIMIT 1");
    if (first === undefined) return;
    if ((await readPragma(driver, "application_id")) !== applicationId) throw foreignFile(path);
    refuseNewer(await readPragma(driver, "user_version"), path);
    const [verdict] = await driver.query("PRAGMA quick_check(1)");
    if (verdict?.["quick_check"] !== "ok") throw damagedFile(path);
  } catch (error) {
    if (!(error instanceof StoreUnavailableError)) throw error;
    if (error.code === "SQLITE_NOTADB" || error.code === "SQLITE_CORRUPT") throw damagedFile(path);
    throw error;
  }
}

/** SQLite does not wait here for others that open the file at the same time. */
async function enterWalMode(driver: Driver, busyMs: number): Promise<void> {
  const giveUpAt = Date.now() + busyMs;
  for (;;) {
    try {
      await driver.query("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      const busy = error instanceof StoreUnavailableError && error.code === "SQLITE_BUSY";
      if (!busy || Date.now() > giveUpAt) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

async function bringUpToDate(driver: Driver, path: string): Promise<void> {
  if ((await readPragma(driver, "user_version")) === schemaVersion) return;
  await driver.transaction(async (sql) => {
    // Again, now that nobody else can change it.
    const version = await readPragma(driver, "user_version");
    refuseNewer(version, path);
    await migrate(sql, "sqlite", version);
    await sql.query(`PRAGMA application_id = ${applicationId}`);
    await sql.query(`PRAGMA user_version = ${schemaVersion}`);
  }, true);
}
