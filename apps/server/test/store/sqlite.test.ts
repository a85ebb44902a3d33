import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, onTestFinished } from "vitest";
import { testStore } from "./contract.ts";
import type { TestDatabase } from "./support.ts";

async function makeSqlite(): Promise<TestDatabase> {
  const data = await mkdtemp(join(tmpdir(), "wsecho-store-"));
  onTestFinished(() => rm(data, { recursive: true, force: true }));
  return {
    place: { data },
    // Text as it stands in the files; bytes in hexadecimal, as PostgreSQL shows them.
    async dump() {
      const files = await readdir(data);
      const contents = await Promise.all(files.map((file) => readFile(join(data, file))));
      const all = Buffer.concat(contents);
      return all.toString("latin1") + all.toString("hex");
    },
    setSchemaVersion(version) {
      const database = new DatabaseSync(join(data, "wsecho.db"));
      database.exec(`PRAGMA user_version = ${version}`);
      database.close();
      return Promise.resolve();
    },
  };
}

describe("SQLite", () => testStore(makeSqlite));
