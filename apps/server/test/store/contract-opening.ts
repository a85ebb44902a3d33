import { expect, test } from "vitest";
import { StoreSetupError } from "../../src/store/errors.ts";
import { schemaVersion } from "../../src/store/migrations.ts";
import { openStore } from "../../src/store/open.ts";
import { addUser, open, openElsewhere, type MakeDatabase } from "./support.ts";

export function testOpening(make: MakeDatabase): void {
  test("makes one store where several servers start at once", async () => {
    const database = await make();
    const here = Array.from({ length: 4 }, () => open(database));
    const elsewhere = Array.from({ length: 3 }, () => openElsewhere(database));
    const stores = await Promise.all(here);
    const seen = new Set(await Promise.all(elsewhere));
    for (const store of stores) {
      const keys = await store.signingKeys.list();
      expect(keys).toHaveLength(1);
      const secret = Buffer.from(store.unknownUserSecret).toString("hex");
      seen.add(`${secret} ${keys.map(({ id }) => id).join()}`);
    }
    // All of them have the same secret and the same key.
    expect(seen.size).toBe(1);
    expect([...seen].join()).toMatch(/^[0-9a-f]{64} \S+$/);
  }, 60_000);

  test("keeps what was there when it is opened again", async () => {
    const database = await make();
    const before = await open(database);
    await addUser(before, "ada");
    const user = await before.find("ada");
    await before.close();
    const after = await open(database);
    expect(await after.find("ada")).toEqual(user);
    expect(after.unknownUserSecret).toEqual(before.unknownUserSecret);
  });

  test("refuses what a newer program made, and says so", async () => {
    const database = await make();
    await (await open(database)).close();
    await database.setSchemaVersion(schemaVersion + 1);
    const refusal = openStore(database.place);
    await expect(refusal).rejects.toThrow(StoreSetupError);
    await expect(refusal).rejects.toThrow(
      /made by a newer wsecho: its schema is version 2, this program knows 1\. Start the newer/,
    );
    await database.setSchemaVersion(schemaVersion);
    await (await open(database)).check();
  });

  test("rejects what is asked after it was closed, and closes twice", async () => {
    const store = await open(await make());
    await store.close();
    await store.close();
    await expect(store.find("ada")).rejects.toThrow();
  });

  test("offers new users 600 000 iterations, or as many as were asked for", async () => {
    const database = await make();
    expect((await open(database)).iterations).toBe(600_000);
    expect((await open(database, { iterations: 4096 })).iterations).toBe(4096);
  });
}
