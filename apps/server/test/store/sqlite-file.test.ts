import { execFileSync } from "node:child_process";
import {
  chmod,
  mkdir,
  readdir,
  readFile,
  rename,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { StoreSetupError } from "../../src/store/errors.ts";
import { openStore } from "../../src/store/open.ts";
import { makeFolder, makeSqlite, type SqliteDatabase } from "./sqlite-database.ts";
import { addUser, open } from "./support.ts";

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

/** What opening says is wrong. */
async function refusalOf(data: string): Promise<string> {
  try {
    await (await openStore({ data })).close();
  } catch (error) {
    if (error instanceof StoreSetupError) return error.message;
    throw error;
  }
  throw new Error("it was opened");
}

/** Does what the message says. */
function obey(message: string): void {
  const [, command] = /Type: (.*)$/.exec(message) ?? [];
  if (command === undefined) throw new Error(`there is no command in: ${message}`);
  execFileSync("sh", ["-c", command]);
}

/** With some users, closed. */
async function makeFilled(): Promise<SqliteDatabase> {
  const database = await makeSqlite();
  const store = await open(database);
  for (let i = 0; i < 100; i++) await addUser(store, `user-${i}`);
  await store.close();
  return database;
}

test("makes folder and files that only their owner can read", async () => {
  const before = process.umask(0);
  onTestFinished(() => void process.umask(before));
  const data = join(await makeFolder(), "some", "folder");
  const store = await open({ ...(await makeSqlite()), place: { data } });
  await addUser(store, "ada");
  const files = await readdir(data);
  expect(files.sort()).toEqual(["wsecho.db", "wsecho.db-shm", "wsecho.db-wal"]);
  for (const file of files) expect([file, await modeOf(join(data, file))]).toEqual([file, 0o600]);
  expect(await modeOf(data)).toBe(0o700);
  await store.close();
  expect(await readdir(data)).toEqual(["wsecho.db"]);
});

test("keeps the permissions of a folder that was there", async () => {
  const data = await makeFolder();
  await chmod(data, 0o755);
  await open({ ...(await makeSqlite()), place: { data } });
  expect(await modeOf(data)).toBe(0o755);
});

for (const mode of [0o640, 0o604, 0o644, 0o620, 0o602, 0o666]) {
  test(`refuses a data file with mode ${mode.toString(8)}, until what it says is typed`, async () => {
    const { file, place } = await makeFilled();
    await chmod(file, mode);
    const message = await refusalOf(place.data);
    expect(message).toBe(
      `Other users of this machine can open ${file}, from which passwords can be guessed. ` +
        `Type: chmod 600 ${file}`,
    );
    obey(message);
    await (await openStore(place)).close();
  });
}

test("names the companions of the data file too", async () => {
  const database = await makeSqlite();
  const store = await open(database);
  await addUser(store, "ada");
  await chmod(`${database.file}-wal`, 0o644);
  const message = await refusalOf(database.place.data);
  expect(message).toMatch(/Type: chmod 600 \S+wsecho\.db-wal$/);
  obey(message);
  await open(database);
});

test("refuses a folder that others can write to, until what it says is typed", async () => {
  const parent = await makeFolder();
  const data = join(parent, "Ada's data; exit 1");
  await mkdir(data);
  await chmod(data, 0o777);
  const message = await refusalOf(data);
  expect(message).toContain("Others can write to");
  obey(message);
  await (await openStore({ data })).close();
});

test("refuses a text file in the place of the data file, and leaves it as it is", async () => {
  const { file, place } = await makeSqlite();
  const text = "not a database, and longer than its first sixteen bytes";
  await writeFile(file, text, { mode: 0o600 });
  expect(await refusalOf(place.data)).toBe(
    `${file} is not a data file of wsecho. Move it away, or choose another folder with --data.`,
  );
  expect(await readFile(file, "utf8")).toBe(text);
});

test("refuses another program's SQLite file, and leaves it as it is", async () => {
  const { file, place } = await makeSqlite();
  const database = new DatabaseSync(file);
  database.exec("CREATE TABLE users (name TEXT)");
  database.close();
  await chmod(file, 0o600);
  const before = await readFile(file);
  expect(await refusalOf(place.data)).toContain("is not a data file of wsecho");
  expect(await readFile(file)).toEqual(before);
  expect(await readdir(place.data)).toEqual([basename(file)]);
});

test("refuses a folder in the place of the data file, and a file in that of the folder", async () => {
  const { file, place } = await makeSqlite();
  await mkdir(file);
  expect(await refusalOf(place.data)).toContain("is not a file");
  const other = join(place.data, "other");
  await writeFile(other, "");
  expect(await refusalOf(other)).toContain("file");
  expect(await refusalOf(join(other, "inside"))).toContain("there is a file in its way");
});

test("refuses a damaged data file, and says what to do", async () => {
  const { file, place } = await makeFilled();
  const contents = await readFile(file);
  contents.fill(0xa5, 5 * 4096, 9 * 4096);
  await writeFile(file, contents);
  expect(await refusalOf(place.data)).toBe(
    `${file} is damaged. Put back a copy of it, or move it away and add the users again.`,
  );
  expect(await readFile(file)).toEqual(contents);
});

test("refuses a data file that was cut off", async () => {
  const { file, place } = await makeFilled();
  await truncate(file, 3 * 4096);
  expect(await refusalOf(place.data)).toContain("is damaged");
  await truncate(file, 50);
  expect(await refusalOf(place.data)).toContain("is damaged");
});

test("makes a new store after what it refused was moved away", async () => {
  const { file, place } = await makeSqlite();
  await writeFile(file, "something else", { mode: 0o600 });
  await refusalOf(place.data);
  await rename(file, join(dirname(file), "old"));
  await using store = await openStore(place);
  expect(await store.users.list()).toEqual([]);
});

test("asks for one place, not none or two", async () => {
  await expect(openStore({})).rejects.toThrow(/--data.*--database/);
  const both = openStore({ data: "data", database: "postgres://localhost/x" });
  await expect(both).rejects.toThrow(StoreSetupError);
});
