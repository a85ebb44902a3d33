import { expect, test } from "vitest";
import { addUser, at, fakeClock, open, someVerifier, type MakeDatabase } from "./support.ts";

export function testUsers(make: MakeDatabase): void {
  test("finds a user as it was added, from another server too", async () => {
    const database = await make();
    const clock = fakeClock();
    const store = await open(database, { now: clock.now });
    const other = await open(database);
    const verifier = someVerifier();
    expect(await store.users.add({ name: "ada", verifier, role: "admin" })).toBe(true);
    const found = await other.find("ada");
    expect(found).toMatchObject({ name: "ada", verifier, role: "admin", enabled: true });
    expect(found).toMatchObject({ createdAt: clock.now(), changedAt: clock.now() });
    expect(await store.find("ada")).toEqual(found);
  });

  test("finds nobody under a name that nobody has or can have", async () => {
    const store = await open(await make());
    await addUser(store, "ada");
    for (const name of ["bob", "Ada", "ADA", "", "ada ", "a\0da", "' OR ''='", "%", "\ud800"]) {
      expect(await store.find(name)).toBeUndefined();
      expect(await store.users.change(name, { enabled: false })).toBe(false);
      expect(await store.users.remove(name)).toBe(false);
    }
  });

  test("leaves a user as it is when the name is added again", async () => {
    const store = await open(await make());
    await addUser(store, "ada");
    const before = await store.find("ada");
    expect(await store.users.add({ name: "ada", verifier: someVerifier() })).toBe(false);
    expect(await store.find("ada")).toEqual(before);
  });

  test("refuses to add a name that is not prepared", async () => {
    const store = await open(await make());
    const verifier = someVerifier();
    // The second one is é as two characters.
    for (const name of ["a:b", "e\u0301", "", "a b"]) {
      await expect(store.users.add({ name, verifier })).rejects.toThrow(TypeError);
    }
    expect(await store.users.list()).toEqual([]);
  });

  test("changes the password, the role and whether a user may log in", async () => {
    const clock = fakeClock();
    const store = await open(await make(), { now: clock.now });
    await addUser(store, "ada");
    const added = await store.find("ada");
    clock.pass(1000);
    const verifier = someVerifier();
    expect(await store.users.change("ada", { verifier })).toBe(true);
    expect(await store.users.change("ada", { enabled: false })).toBe(true);
    expect(await store.users.change("ada", { role: "admin" })).toBe(true);
    expect(await store.find("ada")).toMatchObject({
      verifier,
      enabled: false,
      role: "admin",
      createdAt: added?.createdAt,
      changedAt: clock.now(),
    });
  });

  test("gives a user a new version with every change, and never an old one again", async () => {
    const store = await open(await make());
    const versions: (number | undefined)[] = [];
    const note = async (): Promise<unknown> => versions.push((await store.find("ada"))?.version);
    await addUser(store, "ada");
    await note();
    await store.users.change("ada", { verifier: someVerifier() });
    await note();
    await store.users.change("ada", { enabled: false });
    await note();
    await store.users.change("ada", { enabled: true });
    await note();
    await store.users.remove("ada");
    expect(await store.find("ada")).toBeUndefined();
    await addUser(store, "ada");
    await note();
    expect(new Set(versions).size).toBe(5);
    expect(versions).not.toContain(undefined);
  });

  test("keeps the version where nothing is changed", async () => {
    const store = await open(await make());
    await addUser(store, "ada");
    const before = await store.find("ada");
    if (before === undefined) throw new Error("ada was not found");
    const { verifier, role, enabled } = before;
    expect(await store.users.change("ada", { verifier, role, enabled })).toBe(true);
    expect(await store.users.change("ada", {})).toBe(true);
    expect(await store.find("ada")).toEqual(before);
  });

  test("lists the users in the same order in every database", async () => {
    const store = await open(await make());
    const names = ["zoe", "Ada", "émile", "bob", "_", "李", "a-b", "ab"];
    for (const name of names) await addUser(store, name);
    await store.users.change("bob", { enabled: false });
    const listed = await store.users.list();
    expect(listed.map(({ name }) => name)).toEqual([...names].sort());
    expect(listed.filter(({ enabled }) => !enabled).map(({ name }) => name)).toEqual(["bob"]);
  });

  test("keeps one of many changes that come at once, and numbers each", async () => {
    const database = await make();
    const stores = [await open(database), await open(database)];
    const added = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        at(stores, i).users.add({ name: `user-${i % 4}`, verifier: someVerifier() }),
      ),
    );
    expect(added.filter((done) => done)).toHaveLength(4);
    const users = await at(stores, 0).users.list();
    expect(new Set(users.map(({ version }) => version)).size).toBe(4);
  });

  test("keeps a verifier only, and nothing of a removed user", async () => {
    const database = await make();
    const store = await open(database);
    const verifier = someVerifier();
    await addUser(store, "before");
    await store.users.add({ name: "ada", verifier });
    await addUser(store, "later");
    const key = Buffer.from(verifier.storedKey).toString("base64");
    expect((await database.dump()).includes(key)).toBe(true);
    await store.users.remove("ada");
    await store.close();
    expect((await database.dump()).includes(key)).toBe(false);
  });

  test("has signing keys that can be rotated but not lost", async () => {
    const database = await make();
    const store = await open(database);
    const other = await open(database);
    const [first] = await store.signingKeys.list();
    if (first === undefined) throw new Error("a new store has a key");
    expect(first.secret).toHaveLength(32);
    expect(await store.signingKeys.retire(first.id)).toBe("last");

    const second = await store.signingKeys.add();
    expect(await other.signingKeys.list()).toEqual([second, first]);
    expect(second.secret).not.toEqual(first.secret);
    const secret = Buffer.from(first.secret).toString("hex");
    expect((await database.dump()).includes(secret)).toBe(true);

    expect(await other.signingKeys.retire(first.id)).toBe("retired");
    expect(await other.signingKeys.retire(first.id)).toBe("unknown");
    expect(await store.signingKeys.list()).toEqual([second]);
    await store.close();
    await other.close();
    expect((await database.dump()).includes(secret)).toBe(false);
  });
}
