import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";
import type { TestDatabase } from "./support.ts";

export interface SqliteDatabase extends TestDatabase {
  readonly place: { readonly data: string };
  readonly file: string;
}

/** An empty folder, removed when the test ends. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "wsecho-store-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function makeSqlite(): Promise<SqliteDatabase> {
  const data = await makeFolder();
  const file = join(data, "wsecho.db");
  return {
    place: { data },
    file,
    // Text as it stands in the files; bytes in hexadecimal, as PostgreSQL shows them.
    async dump() {
      const files = await readdir(data);
      const contents = await Promise.all(files.map((name) => readFile(join(data, name))));
      const all = Buffer.concat(contents);
      return all.toString("latin1") + all.toString("hex");
    },
    setSchemaVersion(version) {
      const database = new DatabaseSync(file);
      database.exec(`PRAGMA user_version = ${version}`);
      database.close();
      return Promise.resolve();
    },
  };
}
