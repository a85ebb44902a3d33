import pg from "pg";
import { startPostgres, type Postgres } from "@wsecho/testkit/postgres";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { createStore } from "../../src/store/create-store.ts";
import { StoreUnavailableError } from "../../src/store/errors.ts";
import { openPostgres } from "../../src/store/postgres.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { startFreezableProxy, type FreezableProxy } from "./freezable-proxy.ts";
import { createDatabase, execute, type PostgresDatabase } from "./postgres-database.ts";
import { addUser, at, failureOf, listen, open } from "./support.ts";

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
}, 120_000);

// A test that failed may have left it dead.
beforeEach(() => postgres.start());

afterAll(() => postgres.stop());

/** Longer than a caller has to wait by far, but not for ever. */
const patience = { timeout: 20_000 };

/** Short, but long enough for a busy machine to answer in. */
const times = { connectMs: 700, statementMs: 700, queryMs: 800 };

const works = (store: Store): Promise<string> => store.check().then(() => "works", String);

/** The address of a database that is reached by way of a proxy. */
function through({ place }: PostgresDatabase, { port }: FreezableProxy): string {
  return Object.assign(new URL(place.database), { port: String(port) }).href;
}

test("survives that PostgreSQL is killed under load and comes back", async () => {
  const database = await createDatabase(postgres);
  const hour = 3_600_000;
  const options = { failureDecay: { pairMs: hour, addressMs: hour, allMs: hour } };
  const stores = [await open(database, options), await open(database, options)];
  const [first, second] = [at(stores, 0), at(stores, 1)];
  await addUser(first, "ada");
  const heard = listen(first);

  let stopped = false;
  let counted = 0;
  let inDoubt = 0;
  let longest = 0;
  const codes = new Set<string | undefined>();
  const load = async (store: Store): Promise<void> => {
    while (!stopped) {
      const startedAt = performance.now();
      try {
        await store.failures.add({ user: "mallory", address: "192.0.2.1" });
        counted++;
        await store.find("ada");
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error;
        codes.add(error.code);
        inDoubt++;
      }
      longest = Math.max(longest, performance.now() - startedAt);
    }
  };
  const loads = [...stores, ...stores, ...stores, ...stores].map(load);

  await expect.poll(() => counted, patience).toBeGreaterThan(200);
  await postgres.kill();
  for (const store of stores) await failureOf(store.check());
  const before = counted;
  await expect.poll(() => inDoubt, patience).toBeGreaterThan(100);
  expect(counted - before).toBeLessThanOrEqual(8);

  await postgres.start();
  for (const store of stores) await expect.poll(() => works(store), patience).toBe("works");
  const back = counted;
  await expect.poll(() => counted, patience).toBeGreaterThan(back + 200);
  stopped = true;
  await Promise.all(loads);

  // Whatever was said to be counted is, though the server was killed.
  const { pair } = await first.failures.read({ user: "mallory", address: "192.0.2.1" });
  expect(pair.count).toBeGreaterThanOrEqual(counted);
  expect(pair.count).toBeLessThanOrEqual(counted + inDoubt);
  expect(longest).toBeLessThan(6000);
  expect([...codes]).toContain("ECONNREFUSED");

  // The listening connection is back as well.
  await addUser(second, "bob");
  await heard.hears({ type: "user", name: "bob" });
  expect(await first.find("ada")).toMatchObject({ name: "ada", enabled: true });
}, 60_000);

test("hears of what changed while its connection was lost", async () => {
  const database = await createDatabase(postgres);
  const store = await open(database);
  const heard = listen(store);
  await addUser(store, "ada");
  await heard.hears({ type: "user", name: "ada" });

  await postgres.kill();
  await failureOf(store.check());
  await postgres.start();
  // Perhaps before the first one listens again: it must not matter.
  const other = await open(database);
  await other.users.change("ada", { enabled: false });
  await addUser(other, "bob");
  await heard.hears({ type: "user", name: "bob" });
  expect(heard.changes).toEqual(["ada", "ada", "bob"].map((name) => ({ type: "user", name })));
}, 60_000);

test("gives up in time when PostgreSQL falls silent, and goes on when it speaks again", async () => {
  const database = await createDatabase(postgres);
  const direct = await open(database);
  await addUser(direct, "ada");
  const proxy = await startFreezableProxy(postgres.port);
  const address = through(database, proxy);
  const store = await createStore(await openPostgres(address, times));
  onTestFinished(() => store.close());
  const heard = listen(store);
  await addUser(direct, "bob");
  await heard.hears({ type: "user", name: "bob" });

  proxy.freeze();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 20 }, () => failureOf(store.find("ada"))));
  // Sooner than the store itself would give up.
  expect(performance.now() - startedAt).toBeLessThan(4500);
  await failureOf(openPostgres(address, times));
  await direct.users.change("ada", { enabled: false });

  proxy.thaw();
  await expect.poll(() => works(store), patience).toBe("works");
  expect(await store.find("ada")).toMatchObject({ enabled: false });
  await heard.hears({ type: "user", name: "ada" });
}, 60_000);

test("drops connections that died without a word", async () => {
  const database = await createDatabase(postgres);
  const direct = await open(database);
  const proxy = await startFreezableProxy(postgres.port);
  const address = through(database, proxy);
  const store = await createStore(await openPostgres(address, times));
  onTestFinished(() => store.close());
  const heard = listen(store);
  await addUser(direct, "ada");
  await heard.hears({ type: "user", name: "ada" });
  // As many as it may have.
  await Promise.all(Array.from({ length: 20 }, () => store.find("ada")));

  proxy.freezeCurrent();
  await failureOf(store.find("ada"));
  await expect.poll(() => works(store), patience).toBe("works");
  await addUser(direct, "bob");
  await heard.hears({ type: "user", name: "bob" });
}, 60_000);

test("gives up in time on a table that somebody locks", async () => {
  const database = await createDatabase(postgres);
  // The server's own limit, which has a code, long before the client's.
  const patient = { ...times, queryMs: 10_000 };
  const store = await createStore(await openPostgres(database.place.database, patient));
  onTestFinished(() => store.close());
  await addUser(store, "ada");
  const other = new pg.Client({ connectionString: database.place.database });
  await other.connect();
  onTestFinished(() => other.end());
  await other.query("BEGIN; LOCK TABLE wsecho.users");
  const failure = await failureOf(store.find("ada"));
  // Either of the two limits may strike first.
  expect(["55P03", "57014"]).toContain(failure.code);
  await failureOf(store.users.change("ada", { enabled: false }));
  await other.query("COMMIT");
  expect(await store.users.change("ada", { enabled: false })).toBe(true);
});

test("answers many more questions at once than it has connections", async () => {
  const store = await open(await createDatabase(postgres));
  await addUser(store, "ada");
  const found = await Promise.all(Array.from({ length: 300 }, () => store.find("ada")));
  expect(found.every((user) => user?.name === "ada")).toBe(true);
});

test("says that it is unavailable where it cannot be opened now", async () => {
  const database = await createDatabase(postgres);
  await postgres.kill();
  const failure = await failureOf(openStore(database.place));
  expect(failure.message).toMatch(/^the database cannot be reached: connect ECONNREFUSED/);
  expect(failure.code).toBe("ECONNREFUSED");
  await postgres.start();
  await (await openStore(database.place)).close();
});

test("closes in time while PostgreSQL is silent", async () => {
  const database = await createDatabase(postgres);
  const proxy = await startFreezableProxy(postgres.port);
  const store = await createStore(await openPostgres(through(database, proxy)));
  listen(store);
  await store.check();
  proxy.freeze();
  const startedAt = performance.now();
  await store.close();
  expect(performance.now() - startedAt).toBeLessThan(4000);
});

test("closes while PostgreSQL is gone", async () => {
  const store = await open(await createDatabase(postgres));
  listen(store);
  await store.check();
  await postgres.kill();
  await failureOf(store.check());
  const startedAt = performance.now();
  await store.close();
  expect(performance.now() - startedAt).toBeLessThan(6000);
  await postgres.start();
});

test("tidying waits for nobody who counts a failure now, or each might wait for the other", async () => {
  const database = await createDatabase(postgres);
  const store = await open(database);
  await execute(
    database.place.database,
    "INSERT INTO wsecho.failures VALUES ('', 'home', 0, 1), ('ada', 'home', 0, 1)",
  );
  const counting = new pg.Client({ connectionString: database.place.database });
  await counting.connect();
  try {
    await counting.query("BEGIN");
    await counting.query("SELECT 1 FROM wsecho.failures WHERE user_key = 'ada' FOR UPDATE");
    await store.tidy();
    const left = await counting.query<object>("SELECT user_key FROM wsecho.failures");
    expect(left.rows).toEqual([{ user_key: "ada" }]);
  } finally {
    await counting.end();
  }
});
