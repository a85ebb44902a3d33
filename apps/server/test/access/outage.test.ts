import { startPostgres, type Postgres } from "@wsecho/testkit/postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, connectV1, refusedHandshake } from "../support/client.ts";
import { soon } from "../support/soon.ts";
import { createDatabase } from "../store/postgres-database.ts";
import { addUser, basic, bearerOffer, password, serve, tokenFor } from "./support.ts";

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
}, 120_000);

afterAll(() => postgres.stop());

const patience = { timeout: 20_000 };

test("sessions survive that PostgreSQL is killed under load; logins are put off until it is back", async () => {
  const database = await createDatabase(postgres);
  const { url, store, server, log } = await serve(database);
  await addUser(store, "ada");
  const token = await tokenFor(store, "ada");
  const sessions = await Promise.all(
    Array.from({ length: 5 }, () => connectV1(url, "ada", password)),
  );
  const ready = async (): Promise<boolean> => (await server.readiness()).ready;
  expect(await ready()).toBe(true);

  let stopped = false;
  let accepted = 0;
  let putOff = 0;
  const outcomes = new Set<string>();
  const load = async (): Promise<void> => {
    while (!stopped) {
      const client = await connect(url);
      client.send(`ada:${password}`);
      const outcome = await client.next().then(
        () => "accepted",
        (error: unknown) => String(error),
      );
      outcomes.add(outcome);
      if (outcome === "accepted") accepted++;
      else putOff++;
      client.socket.terminate();
    }
  };
  const loads = [load(), load(), load()];
  await expect.poll(() => accepted, patience).toBeGreaterThan(20);
  await postgres.kill();
  await expect.poll(ready, patience).toBe(false);
  await expect.poll(() => putOff, patience).toBeGreaterThan(5);

  // Whoever is in goes on; whoever wants in is told when to come back, in every way.
  let id = 0;
  const speak = async (): Promise<void> => {
    id++;
    for (const session of sessions) {
      session.sendJson({ type: "submit", id, text: "still here" });
      expect(await session.nextJson()).toMatchObject({ type: "echo", id });
    }
  };
  await speak();
  const v1 = await connect(url, "wsecho.v1");
  await v1.nextJson();
  v1.sendJson({ type: "auth", mechanism: "plain", user: "ada", password });
  expect(await v1.nextJson()).toMatchObject({ type: "error", code: 1013, retry: "later" });
  expect(await v1.closed).toEqual({ code: 1013, reason: "try again later" });
  const basicAnswer = await refusedHandshake(url, [], { headers: basic("ada", password) });
  expect([basicAnswer.status, basicAnswer.headers["retry-after"]]).toEqual([503, "1"]);
  const page = await connect(url, ["wsecho.v1", bearerOffer(token)]);
  expect(await page.closed).toEqual({ code: 1013, reason: "try again later" });
  const [renewing, leaving] = sessions;
  renewing?.sendJson({ type: "auth", mechanism: "token", token });
  expect(await renewing?.nextJson()).toMatchObject({ type: "error", code: 1013 });
  await speak();
  leaving?.socket.close(1000, "user exit");
  await leaving?.closed;
  sessions.splice(1, 1);

  await postgres.start();
  await expect.poll(ready, patience).toBe(true);
  const before = accepted;
  await expect.poll(() => accepted, patience).toBeGreaterThan(before + 5);
  stopped = true;
  await Promise.all(loads);
  await speak();
  expect([...outcomes].filter((o) => o !== "accepted")).toEqual([
    "Error: closed with 1013 try again later",
  ]);

  // What happened meanwhile was written down afterwards, and changes count again.
  await expect
    .poll(async () => (await store.sessions.list()).map((s) => s.closeReason), patience)
    .toContain("user exit");
  await store.users.change("ada", { enabled: false });
  for (const session of sessions) expect((await session.closed).code).toBe(4403);
  expect(log.filter(({ level }) => level === "error")).toEqual([]);
}, 90_000);

test("a user who was disabled while no notification could come is closed once it can", async () => {
  const database = await createDatabase(postgres);
  const { url, store } = await serve(database);
  await addUser(store, "ada");
  const session = await connectV1(url, "ada", password);
  await postgres.kill();
  await postgres.start();
  await expect
    .poll(() => store.users.change("ada", { enabled: false }).catch(() => "later"), soon)
    .toBe(true);
  expect((await session.closed).code).toBe(4403);
}, 90_000);
