import { once } from "node:events";
import { chmod } from "node:fs/promises";
import type { Worker } from "node:worker_threads";
import { expect, onTestFinished, test, vi } from "vitest";
import { silentLog } from "../../src/log.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import type { Reply } from "../../src/store/sqlite-messages.ts";
import { connect, connectV1 } from "../support/client.ts";
import { soon } from "../support/soon.ts";
import { addUser as addUserWithPassword, password, serve } from "../access/support.ts";
import { makeSqlite } from "./sqlite-database.ts";
import { addUser, failureOf, listen, open } from "./support.ts";

/** What `start` gives, and the thread that it has started for it. */
async function withThread<T>(start: () => Promise<T>): Promise<readonly [T, Worker]> {
  const made = once(process, "worker") as Promise<[Worker]>;
  const started = await start();
  const [thread] = await made;
  return [started, thread];
}

test("a thread that ends is started again; who asks meanwhile is told, and no change is missed", async () => {
  const database = await makeSqlite();
  const lines: unknown[] = [];
  const note = (fields: object, message: string): number => lines.push([fields, message]);
  const log = { ...silentLog, warn: note, info: note };
  const [store, thread] = await withThread(() => open(database, { log }));
  await addUser(store, "ada");
  const heard = listen(store);
  await heard.hears({ type: "user", name: "ada" });
  const other = await open(database);

  await thread.terminate();
  const { message } = await failureOf(store.find("ada"));
  expect(message).toBe("the data file is opened again: SQLite's thread ended: status 1");
  await addUser(other, "bob");
  await heard.hears({ type: "user", name: "bob" });
  expect(await store.find("bob")).toMatchObject({ name: "bob" });
  expect(lines).toEqual([
    [
      { code: undefined, detail: "SQLite's thread ended: status 1" },
      "the user store is opened again",
    ],
    [{}, "the user store answers again"],
  ]);
});

test("a thread that ends in the turn in which it says that it is open is started again, too", async () => {
  const { place } = await makeSqlite();
  process.once("worker", (thread: Worker) => {
    thread.on("message", ({ type }: Reply) => {
      if (type !== "opened") return;
      thread.emit("exit", 1);
      thread.removeAllListeners();
      void thread.terminate();
    });
  });
  const backend = await openSqlite(place.data);
  onTestFinished(() => backend.close());
  const answer = (): Promise<unknown> => backend.queries.lastChange().catch(String);
  await expect.poll(answer, soon).toEqual(expect.any(Number));
});

test("a file that cannot be opened then is tried again until it can, and the reason is told", async () => {
  const database = await makeSqlite();
  const [store, thread] = await withThread(() => open(database));
  await addUser(store, "ada");
  await chmod(database.place.data, 0o777);
  await thread.terminate();
  await expect
    .poll(async () => (await failureOf(store.find("ada"))).message, soon)
    .toContain("chmod 700");
  await chmod(database.place.data, 0o700);
  await expect.poll(() => store.find("ada").catch(() => undefined), soon).toBeDefined();
});

test("a store that is closed meanwhile leaves neither a thread nor a timer", async () => {
  const [waiting, first] = await withThread(async () => open(await makeSqlite()));
  const [starting, second] = await withThread(async () => open(await makeSqlite()));
  await second.terminate();
  const [third] = (await once(process, "worker")) as [Worker];
  await starting.close();
  expect(third.threadId).toBe(-1);

  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  await first.terminate();
  expect(vi.getTimerCount()).toBe(1);
  await waiting.close();
  expect(vi.getTimerCount()).toBe(0);
  expect((await failureOf(waiting.find("ada"))).message).toBe("the data file is closed");
});

test("the server puts logins off, is not ready, and both pass; who is in goes on", async () => {
  const [{ url, store, server }, thread] = await withThread(async () => serve(await makeSqlite()));
  await addUserWithPassword(store, "ada");
  const session = await connectV1(url, "ada", password);
  const early = await connect(url);
  await thread.terminate();
  early.send(`ada:${password}`);
  expect(await early.closed).toEqual({ code: 1013, reason: "try again later" });
  session.sendJson({ type: "submit", id: 1, text: "still here" });
  expect(await session.nextJson()).toMatchObject({ type: "echo", id: 1 });
  await expect.poll(async () => (await server.readiness()).ready, soon).toBe(true);
  await connectV1(url, "ada", password);
});
