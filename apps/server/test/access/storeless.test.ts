import { startPostgres, type Postgres } from "@wsecho/testkit/postgres";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openStore, type StorePlace } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { adminOf, ask, numbers } from "../support/admin.ts";
import { connect, connectV1, refusedHandshake } from "../support/client.ts";
import { runProgram, type Program } from "../support/program.ts";
import { soon } from "../support/soon.ts";
import { createDatabase } from "../store/postgres-database.ts";
import { makeFolder } from "../store/sqlite-database.ts";
import { canLimit, canMount, fillDisk, limitFiles, mountDisk, unmountDisk } from "./full-disk.ts";
import { addUser, basic, password, tokenFor } from "./support.ts";

/*
 * The program as it is started, by itself, while its store is taken away under load and given back.
 */

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
}, 120_000);

afterAll(() => postgres.stop());

const patience = { timeout: 20_000 };

interface Trouble {
  readonly cause: () => void | Promise<void>;
  readonly cure: () => void | Promise<void>;
}

async function makeStore(place: StorePlace): Promise<Store> {
  const store = await openStore(place, { iterations: 4096 });
  onTestFinished(() => store.close());
  await addUser(store, "ada");
  return store;
}

function start(place: StorePlace): Program {
  const flags = ["--port", "0", "--admin-port", "0", "--iterations", "4096"];
  const where = Object.entries(place).map(([name, value]) => `--${name}=${String(value)}`);
  return runProgram([...flags, "--log-level", "debug", ...where]);
}

const auth = { type: "auth", mechanism: "plain", user: "ada", password };

/** Somebody comes, says one thing and goes, again and again. */
function keepComing(url: string) {
  const seen = { accepted: 0, putOff: 0, others: new Set<string>() };
  let stopped = false;
  const come = async (): Promise<void> => {
    while (!stopped) {
      const client = await connect(url);
      client.send(`ada:${password}`);
      const outcome = await client.next().then(String, String);
      if (outcome.startsWith("congratulation")) seen.accepted++;
      else if (outcome === "Error: closed with 1013 try again later") seen.putOff++;
      else seen.others.add(outcome);
      client.socket.close();
      await client.closed;
    }
  };
  const all = Promise.all([come(), come(), come()]);
  const stop = async (): Promise<void> => {
    stopped = true;
    await all;
  };
  return { seen, stop };
}

async function goThrough(program: Program, store: Store, trouble: Trouble): Promise<void> {
  const url = await program.ready;
  const admin = await adminOf(program);
  const readyz = (): Promise<{ readonly status: number }> => ask(`${admin}/readyz`);
  const stays = await connectV1(url, "ada", password);
  const leaves = await connectV1(url, "ada", password);
  const echo = await connect(`${url}/echo`, [], { headers: basic("ada", password) });
  let id = 0;
  const speak = async (): Promise<void> => {
    stays.sendJson({ type: "submit", id: ++id, text: "still here" });
    expect(await stays.nextJson()).toMatchObject({ type: "echo", id });
    echo.send("hi");
    expect(await echo.next()).toBe("hi");
  };
  const token = await tokenFor(store, "ada");
  await expect.poll(readyz, patience).toMatchObject({ status: 200 });

  const load = keepComing(url);
  await expect.poll(() => load.seen.accepted, patience).toBeGreaterThan(5);
  await trouble.cause();
  await expect.poll(() => load.seen.putOff, patience).toBeGreaterThan(5);
  expect(await readyz()).toEqual({ status: 503, body: "the user store does not answer\n" });
  expect(await ask(`${admin}/healthz`)).toEqual({ status: 200, body: "ok\n" });

  // Who is in goes on; who wants in is put off, whatever the password.
  await speak();
  for (const secret of [password, "wrong"]) {
    const client = await connect(url, "wsecho.v1");
    await client.nextJson();
    client.sendJson({ ...auth, password: secret });
    expect(await client.nextJson()).toMatchObject({ type: "error", code: 1013, retry: "later" });
    expect(await client.closed).toEqual({ code: 1013, reason: "try again later" });
    const { status, headers } = await refusedHandshake(url, [], { headers: basic("ada", secret) });
    expect([status, headers["retry-after"]]).toEqual([503, "1"]);
  }
  stays.sendJson({ type: "auth", mechanism: "token", token });
  expect(await stays.nextJson()).toMatchObject({ type: "error", code: 1013 });
  leaves.socket.close(1000, "left without a store");
  await leaves.closed;
  const during = await numbers(admin);
  expect(during["wsecho_store_errors_total"]).toBeGreaterThan(5);
  expect(during["wsecho_audit_failures_total"]).toBeGreaterThan(0);
  expect(
    during['wsecho_logins_total{mechanism="plain",outcome="unavailable"}'],
  ).toBeGreaterThanOrEqual(load.seen.putOff);
  await speak();

  await trouble.cure();
  await expect.poll(readyz, patience).toMatchObject({ status: 200 });
  const before = load.seen.accepted;
  await expect.poll(() => load.seen.accepted, patience).toBeGreaterThan(before + 5);
  await load.stop();
  expect([...load.seen.others]).toEqual([]);
  await speak();
  const client = await connect(url, "wsecho.v1");
  await client.nextJson();
  client.sendJson({ ...auth, password: "wrong" });
  expect(await client.nextJson()).toMatchObject({ type: "denied" });

  // What happened meanwhile has been written down, and nothing was lost, however many came.
  const reasons = async (): Promise<readonly (string | null)[]> =>
    (await store.sessions.list({ limit: 100_000 })).map((session) => session.closeReason);
  await expect.poll(reasons, patience).toContain("left without a store");
  const after = await numbers(admin);
  expect(after["wsecho_audit_lost_total"]).toBe(0);
  await expect.poll(async () => (await store.sessions.list({ live: true })).length, soon).toBe(2);
  await store.users.change("ada", { enabled: false });
  expect((await stays.closed).code).toBe(4403);
  expect((await echo.closed).code).toBe(4403);
  program.child.kill("SIGTERM");
  expect((await program.ended).status).toBe(0);
  expect(program.stderr()).not.toMatch(/"level":[56]0/);
}

test("the program survives that PostgreSQL is killed under load", async () => {
  const { place } = await createDatabase(postgres);
  const store = await makeStore(place);
  await goThrough(start(place), store, {
    cause: () => postgres.kill(),
    cure: () => postgres.start(),
  });
}, 90_000);

// Linux lets anybody set such a limit; elsewhere max_page_count stands in, in the store's own tests.
test.skipIf(!canLimit())(
  "the program survives that its data file reaches a quota",
  async () => {
    const data = await makeFolder();
    const store = await makeStore({ data });
    const program = start({ data });
    await program.ready;
    const { pid = 0 } = program.child;
    await goThrough(program, store, {
      cause: () => limitFiles(pid, 100_000),
      cure: () => limitFiles(pid, "unlimited"),
    });
    await store.close();
    expect(checkIntegrity(join(data, "wsecho.db"))).toBe("ok");
  },
  90_000,
);

test.skipIf(!canMount())(
  "the program survives that its disk is full",
  async () => {
    const data = await makeFolder();
    expect(mountDisk(data)).toBe(true);
    onTestFinished(() => unmountDisk(data));
    const store = await makeStore({ data });
    const program = start({ data });
    await program.ready;
    let giveBack = (): Promise<void> => Promise.resolve();
    await goThrough(program, store, {
      cause: async () => {
        giveBack = await fillDisk(data);
      },
      cure: () => giveBack(),
    });
    await store.close();
    expect(checkIntegrity(join(data, "wsecho.db"))).toBe("ok");
  },
  90_000,
);

function checkIntegrity(file: string): unknown {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare("PRAGMA integrity_check").get()?.["integrity_check"];
  } finally {
    database.close();
  }
}
