import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { createStore } from "../../src/store/create-store.ts";
import { StoreUnavailableError } from "../../src/store/errors.ts";
import type { SqliteOptions } from "../../src/store/sqlite-database.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import type { Store } from "../../src/store/store.ts";
import { canMount, fillDisk, mountDisk, unmountDisk } from "../access/full-disk.ts";
import { makeFolder, makeSqlite } from "./sqlite-database.ts";
import { addUser, failureOf, open, someVerifier } from "./support.ts";

async function openWith(data: string, options: Partial<SqliteOptions>): Promise<Store> {
  const store = await createStore(await openSqlite(data, options));
  onTestFinished(() => store.close());
  return store;
}

/** Adds users until there is no room. */
async function fillUp(store: Store): Promise<StoreUnavailableError> {
  for (let i = 0; ; i++) {
    const user = { name: `filler-${i}`, verifier: someVerifier() };
    try {
      await store.users.add(user);
    } catch (error) {
      if (error instanceof StoreUnavailableError) return error;
      throw error;
    }
  }
}

function checkIntegrity(file: string): unknown {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare("PRAGMA integrity_check").get()?.["integrity_check"];
  } finally {
    database.close();
  }
}

test("waits for another process that writes, gives up in time, and goes on afterwards", async () => {
  const { place, file } = await makeSqlite();
  const store = await openWith(place.data, { busyMs: 500 });
  await addUser(store, "ada");
  const other = new DatabaseSync(file);
  onTestFinished(() => other.close());

  other.exec("BEGIN IMMEDIATE");
  const startedAt = performance.now();
  let ticks = 0;
  const ticking = setInterval(() => (ticks += 1), 5);
  const failure = await failureOf(store.users.change("ada", { enabled: false }));
  const waited = performance.now() - startedAt;
  clearInterval(ticking);
  expect(failure.code).toBe("SQLITE_BUSY");
  expect(failure.message).toBe("the data file cannot be used now: another process is writing");
  expect(waited).toBeGreaterThan(450);
  expect(waited).toBeLessThan(2500);
  // The thread waited, not this one, which would have had no tick at all.
  expect(ticks).toBeGreaterThan(5);

  // Reading does not wait.
  expect(await store.find("ada")).toMatchObject({ enabled: true });
  other.exec("COMMIT");
  expect(await store.users.change("ada", { enabled: false })).toBe(true);

  // A shorter wait is only a wait.
  const patient = await openWith(place.data, {});
  other.exec("BEGIN IMMEDIATE");
  const change = patient.users.change("ada", { enabled: true });
  setTimeout(() => other.exec("COMMIT"), 100);
  expect(await change).toBe(true);
});

test("says so where a caller would wait for too long, and answers the next one", async () => {
  const { place, file } = await makeSqlite();
  const backend = await openSqlite(place.data, { busyMs: 2000 });
  const store = await createStore(backend, { answerWithinMs: 500 });
  onTestFinished(() => store.close());
  const other = new DatabaseSync(file);
  onTestFinished(() => other.close());
  other.exec("BEGIN IMMEDIATE");
  const failure = await failureOf(store.check());
  expect(failure.message).toBe("the database did not answer within 500 ms");
  other.exec("COMMIT");
  await expect.poll(() => store.check().then(() => "answered", String)).toBe("answered");
});

test("refuses at once what is more than it can ever do", async () => {
  const { place } = await makeSqlite();
  const store = await open({ ...(await makeSqlite()), place });
  const asked = Array.from({ length: 1500 }, () => store.find("ada"));
  const outcomes = await Promise.allSettled(asked);
  const reasons = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" ? [String(outcome.reason)] : [],
  );
  expect(new Set(reasons)).toEqual(
    new Set(["StoreUnavailableError: the data file has too much to do"]),
  );
  expect(reasons).toHaveLength(500);
  expect(await store.find("ada")).toBeUndefined();
});

test("survives a file that may not grow, and uses the room that becomes free", async () => {
  const { place, file } = await makeSqlite();
  const store = await openWith(place.data, { maxPages: 40 });
  await addUser(store, "ada");
  const failure = await fillUp(store);
  expect(failure.code).toBe("SQLITE_FULL");
  expect(failure.message).toBe("the data file cannot be used now: the disk is full");
  const users = await store.users.list();
  expect(users.length).toBeGreaterThan(20);
  expect(await store.find("ada")).toMatchObject({ enabled: true });

  for (const { name } of users.slice(1)) await store.users.remove(name);
  await addUser(store, "bob");
  await store.close();
  expect(checkIntegrity(file)).toBe("ok");
});

// Where there can be no such disk, the test above shows the same with a limit of SQLite's own.
test.skipIf(!canMount())("survives a full disk, and goes on when there is room again", async () => {
  const data = await makeFolder();
  expect(mountDisk(data)).toBe(true);
  onTestFinished(() => unmountDisk(data));
  const store = await openWith(data, {});
  await addUser(store, "ada");
  const key = await store.signingKeys.add();

  const giveBack = await fillDisk(data);
  const failure = await fillUp(store);
  expect(failure.code).toBe("SQLITE_FULL");
  // Not ready: it reads, but cannot write.
  expect((await failureOf(store.check())).code).toBe("SQLITE_FULL");
  expect((await failureOf(store.failures.add({ user: "ada", address: "::1" }))).code).toBe(
    "SQLITE_FULL",
  );
  expect(await store.find("ada")).toMatchObject({ enabled: true });
  expect(await store.signingKeys.list()).toContainEqual(key);

  await giveBack();
  await store.check();
  expect(await store.users.change("ada", { enabled: false })).toBe(true);
  await addUser(store, "bob");
  await store.close();
  expect(checkIntegrity(join(data, "wsecho.db"))).toBe("ok");
});
