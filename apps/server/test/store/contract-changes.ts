import { expect, test } from "vitest";
import type { StoreChange } from "../../src/store/store.ts";
import {
  addUser,
  at,
  fakeClock,
  listen,
  open,
  someVerifier,
  type MakeDatabase,
} from "./support.ts";

/** "Well under a second", for a whole second is what a revoked session may last. */
const soonMs = 700;

export function testChanges(make: MakeDatabase): void {
  test("tells of another server's change within well under a second, ten times", async () => {
    const database = await make();
    const store = await open(database);
    const other = await open(database);
    await addUser(other, "ada");
    const heard = listen(store);
    // What watching itself has to set up, such as a connection, is not measured.
    await heard.hears({ type: "user", name: "ada" });
    const delays: number[] = [];
    for (let i = 0; i < 10; i++) {
      const name = `user-${i}`;
      const startedAt = performance.now();
      await addUser(other, name);
      await heard.hears({ type: "user", name });
      delays.push(performance.now() - startedAt);
    }
    // A busy machine may pause once or twice, but not each time.
    const long = delays.toSorted((a, b) => a - b)[7] ?? Infinity;
    console.info(`${store.kind}: eight of ten changes were heard within ${long.toFixed(0)} ms`);
    expect(long).toBeLessThan(soonMs);
  });

  test("tells of every kind of change, in order, also of one's own", async () => {
    const database = await make();
    const store = await open(database);
    const heard = listen(store);
    await addUser(store, "ada");
    await store.users.change("ada", { enabled: false });
    await store.users.change("ada", { verifier: someVerifier() });
    await store.signingKeys.add();
    await store.sessions.beat("server");
    await store.sessions.opened({
      id: "session",
      server: "server",
      user: "ada",
      address: "::1",
      mechanism: "plain",
      dialect: "plain",
    });
    await store.sessions.requestClose("session");
    await store.users.remove("ada");
    await addUser(store, "last");
    await heard.hears({ type: "user", name: "last" });
    const user: StoreChange = { type: "user", name: "ada" };
    expect(heard.changes).toEqual([
      user,
      user,
      user,
      { type: "signingKeys" },
      { type: "closeSession", id: "session" },
      user,
      { type: "user", name: "last" },
    ]);
  });

  test("tells of no change where there was none", async () => {
    const database = await make();
    const store = await open(database);
    const heard = listen(store);
    await addUser(store, "ada");
    await addUser(store, "bob");
    await store.users.change("ada", { enabled: true });
    await store.users.add({ name: "ada", verifier: someVerifier() });
    await store.users.remove("nobody");
    await store.failures.add({ user: "ada", address: "::1" });
    await store.check();
    await addUser(store, "last");
    await heard.hears({ type: "user", name: "last" });
    expect(heard.changes).toEqual(["ada", "bob", "last"].map((name) => ({ type: "user", name })));
  });

  test("misses nothing between opening and watching", async () => {
    const database = await make();
    const store = await open(database);
    const other = await open(database);
    await addUser(other, "ada");
    await listen(store).hears({ type: "user", name: "ada" });
  });

  test("tells each watcher, until it stops", async () => {
    const store = await open(await make());
    const changes: StoreChange[] = [];
    const stop = store.watch((change) => changes.push(change));
    const heard = listen(store);
    await addUser(store, "ada");
    await heard.hears({ type: "user", name: "ada" });
    stop();
    await addUser(store, "bob");
    await heard.hears({ type: "user", name: "bob" });
    expect(changes).toEqual([{ type: "user", name: "ada" }]);
  });

  test("misses none of many that two servers make at once", async () => {
    const database = await make();
    const stores = [await open(database), await open(database)];
    const heard = listen(await open(database));
    const names = Array.from({ length: 60 }, (_, i) => `user-${i}`);
    await Promise.all(
      names.map((name, i) => at(stores, i).users.add({ name, verifier: someVerifier() })),
    );
    await Promise.all(names.map((name) => heard.hears({ type: "user", name })));
    expect(heard.changes).toHaveLength(names.length);
  });

  test("says that all may have changed to whoever was away for too long", async () => {
    const clock = fakeClock();
    const database = await make();
    const away = await open(database);
    const other = await open(database, { now: clock.now });
    await addUser(other, "ada");
    clock.pass(2 * 3_600_000);
    await other.tidy();
    await addUser(other, "bob");
    const heard = listen(away);
    await heard.hears({ type: "resync" });
    await addUser(other, "zoe");
    await heard.hears({ type: "user", name: "zoe" });
    expect(heard.changes).toEqual([{ type: "resync" }, { type: "user", name: "zoe" }]);
  });
}
