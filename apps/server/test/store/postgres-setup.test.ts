import { inspect } from "node:util";
import { startPostgres, type Postgres } from "@wsecho/testkit/postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { createDatabase, execute } from "./postgres-database.ts";
import { open } from "./support.ts";

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
}, 120_000);

afterAll(() => postgres.stop());

/** The error of opening, which must not be of a kind that nobody foresaw. */
async function errorOf(database: string): Promise<Error> {
  try {
    await (await openStore({ database })).close();
  } catch (error) {
    if (error instanceof Error && error.name.startsWith("Store")) return error;
    throw error;
  }
  throw new Error("it was opened");
}

/** All that any log could make of it. */
const everything = (error: Error): string =>
  [inspect(error, { depth: Infinity, showHidden: true }), JSON.stringify(error)].join("\n");

const withParts = (url: string, parts: Partial<URL>): string =>
  Object.assign(new URL(url), parts).href;

const secret = "hunter2@/:#%é";

test("never shows the password, whatever goes wrong", async () => {
  const { place } = await createDatabase(postgres);
  const password = encodeURIComponent(secret);
  const url = withParts(place.database, { password });
  const addresses = [
    url,
    withParts(url, { pathname: "/nowhere" }),
    withParts(url, { port: "1" }),
    withParts(url, { hostname: "host.invalid" }),
    url.replace("postgres:", "mysql:"),
    url.replace(/:\d+\//, ":port/"),
    url.replace("127.0.0.1", "[::1"),
    `postgres://${secret}`,
    secret,
  ];
  for (const address of addresses) {
    const said = everything(await errorOf(address));
    for (const form of ["hunter2", secret, password]) {
      expect([address, said.includes(form)]).toEqual([address, false]);
    }
  }
});

test("shows where it is, but not the password", async () => {
  const { place } = await createDatabase(postgres);
  const store = await open({ ...(await createDatabase(postgres)), place });
  const { password, port, pathname } = new URL(place.database);
  expect(store.location).toBe(`postgres://wsecho@127.0.0.1:${port}${pathname}`);
  expect(store.location).not.toContain(password);
});

test("says what is wrong with the address", async () => {
  const { place } = await createDatabase(postgres);
  const wrong = [
    [withParts(place.database, { password: "wrong" }), /refuses the login\. Correct user or/],
    [withParts(place.database, { username: "nobody" }), /refuses the login\. Correct user or/],
    [withParts(place.database, { password: "" }), /asks for a password\. Write it into the/],
    [withParts(place.database, { pathname: "/nowhere" }), /nowhere does not exist\. Create it/],
    ["localhost:5432/wsecho", /Write it as postgres:\/\/user:password@host:5432\/database/],
  ] as const;
  for (const [address, advice] of wrong) {
    const error = await errorOf(address);
    expect(error.name).toBe("StoreSetupError");
    expect(error.message).toMatch(advice);
  }
});

test("says what to type where the user may not make tables, and that helps", async () => {
  const { place } = await createDatabase(postgres);
  await execute(postgres.url, `CREATE ROLE "o'limited" LOGIN PASSWORD 'limited'`);
  const limited = withParts(place.database, { username: "o'limited", password: "limited" });
  const { message } = await errorOf(limited);
  expect(message).toContain("does not let this user make tables");
  const [, command] = /type in psql: (.*)$/.exec(message) ?? [];
  if (command === undefined) throw new Error(message);
  await execute(place.database, command);
  await using store = await openStore({ database: limited });
  await store.check();
});

test("refuses a schema of the same name that is not ours, and leaves it as it is", async () => {
  const { place } = await createDatabase(postgres);
  await execute(place.database, "CREATE SCHEMA wsecho; CREATE TABLE wsecho.users (id INT)");
  expect((await errorOf(place.database)).message).toMatch(/has a schema wsecho that is not ours/);
  const columns = await execute(
    place.database,
    "SELECT column_name FROM information_schema.columns WHERE table_schema = 'wsecho'",
  );
  expect(columns).toEqual([{ column_name: "id" }]);
});

test("touches nothing but its own schema", async () => {
  const { place } = await createDatabase(postgres);
  await execute(place.database, "CREATE TABLE users (id INT)");
  await using store = await openStore(place);
  expect(await store.users.list()).toEqual([]);
  expect(await execute(place.database, "SELECT * FROM public.users")).toEqual([]);
});
