import { expect, test } from "vitest";
import type { Attempt, FailureCounts, Store } from "../../src/store/store.ts";
import { fakeClock, open, type MakeDatabase } from "./support.ts";

const hour = 3_600_000;
const slow = { pairMs: hour, addressMs: hour, allMs: hour };

const countsOf = ({ pair, address, all }: FailureCounts): readonly number[] => [
  pair.count,
  address.count,
  all.count,
];

const ada: Attempt = { user: "ada", address: "192.0.2.1" };

export function testFailures(make: MakeDatabase): void {
  test("counts a failure for the pair, the address and everybody", async () => {
    const store = await open(await make(), { failureDecay: slow });
    expect(countsOf(await store.failures.read(ada))).toEqual([0, 0, 0]);
    expect(countsOf(await store.failures.add(ada))).toEqual([1, 1, 1]);
    expect(countsOf(await store.failures.add({ ...ada, user: "bob" }))).toEqual([1, 2, 2]);
    expect(countsOf(await store.failures.add({ ...ada, address: "192.0.2.2" }))).toEqual([1, 1, 3]);
    expect(countsOf(await store.failures.read(ada))).toEqual([1, 2, 3]);
  });

  test("counts 100 failures at once from two servers as exactly 100", async () => {
    const database = await make();
    const options = { failureDecay: slow };
    const stores = [await open(database, options), await open(database, options)];
    const add = (store: Store): Promise<FailureCounts> => store.failures.add(ada);
    const answers = await Promise.all(Array.from({ length: 50 }, () => stores.map(add)).flat());
    for (const store of stores) {
      expect(countsOf(await store.failures.read(ada))).toEqual([100, 100, 100]);
    }
    // Each caller got a number of its own: none of them is told that it was the first.
    const numbers = answers.map(({ pair }) => pair.count).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  });

  test("still knows them after a restart", async () => {
    const database = await make();
    const first = await open(database, { failureDecay: slow });
    await first.failures.add(ada);
    await first.failures.add(ada);
    await first.close();
    const second = await open(database, { failureDecay: slow });
    expect(countsOf(await second.failures.read(ada))).toEqual([2, 2, 2]);
  });

  test("forgets one failure after the other as time passes", async () => {
    const clock = fakeClock();
    const failureDecay = { pairMs: 1000, addressMs: 500, allMs: 100 };
    const store = await open(await make(), { failureDecay, now: clock.now });
    for (let i = 0; i < 3; i++) await store.failures.add(ada);
    expect(await store.failures.read(ada)).toEqual({
      pair: { count: 3, ageMs: 0 },
      address: { count: 3, ageMs: 0 },
      all: { count: 3, ageMs: 0 },
    });
    clock.pass(250);
    expect(countsOf(await store.failures.read(ada))).toEqual([3, 3, 1]);
    clock.pass(750);
    expect(await store.failures.read(ada)).toEqual({
      pair: { count: 2, ageMs: 1000 },
      address: { count: 1, ageMs: 1000 },
      all: { count: 0, ageMs: 1000 },
    });
    expect(countsOf(await store.failures.add(ada))).toEqual([3, 2, 1]);
    clock.pass(hour);
    expect(countsOf(await store.failures.read(ada))).toEqual([0, 0, 0]);
  });

  test("does not let a hammered counter grow for years", async () => {
    const clock = fakeClock();
    const failureDecay = { pairMs: 1000, addressMs: 1000, allMs: 1000 };
    // As another server leaves it whose failures count ten thousand times as long.
    const long = { pairMs: 10_000_000, addressMs: 10_000_000, allMs: 10_000_000 };
    const database = await make();
    const other = await open(database, { failureDecay: long, now: clock.now });
    await other.failures.add(ada);
    await other.failures.add(ada);
    const store = await open(database, { failureDecay, now: clock.now });
    expect(countsOf(await store.failures.add(ada))).toEqual([10_000, 10_000, 10_000]);
    clock.pass(10_000 * 1000);
    expect(countsOf(await store.failures.read(ada))).toEqual([0, 0, 0]);
  });

  test("counts on where the clock runs backwards a little, and anew where it was set back", async () => {
    const clock = fakeClock();
    const failureDecay = { pairMs: 1000, addressMs: 1000, allMs: 1000 };
    const store = await open(await make(), { failureDecay, now: clock.now });
    await store.failures.add(ada);
    clock.pass(-1);
    expect(await store.failures.read(ada)).toMatchObject({ pair: { count: 1, ageMs: 0 } });
    expect(countsOf(await store.failures.add(ada))).toEqual([2, 2, 2]);
    clock.pass(-1);
    expect(countsOf(await store.failures.add(ada))).toEqual([3, 3, 3]);
    clock.pass(-hour);
    expect(countsOf(await store.failures.read(ada))).toEqual([0, 0, 0]);
    expect(countsOf(await store.failures.add(ada))).toEqual([1, 1, 1]);
    clock.pass(1000);
    expect(countsOf(await store.failures.read(ada))).toEqual([0, 0, 0]);
  });

  test("forgives an attempt that succeeded, but not the address its others", async () => {
    const store = await open(await make(), { failureDecay: slow });
    await store.failures.add(ada);
    await store.failures.add({ ...ada, user: "bob" });
    await store.failures.add(ada);
    await store.failures.forgive(ada);
    expect(countsOf(await store.failures.read(ada))).toEqual([0, 2, 2]);
    expect(countsOf(await store.failures.read({ ...ada, user: "bob" }))).toEqual([1, 2, 2]);
  });

  test("forgets a user's failures everywhere when told to", async () => {
    const store = await open(await make(), { failureDecay: slow });
    const elsewhere = { ...ada, address: "192.0.2.9" };
    for (const attempt of [ada, elsewhere, { ...ada, user: "bob" }]) {
      await store.failures.add(attempt);
    }
    await store.failures.forget("ada");
    expect(countsOf(await store.failures.read(ada))).toEqual([0, 2, 3]);
    expect(countsOf(await store.failures.read(elsewhere))).toEqual([0, 1, 3]);
    expect(countsOf(await store.failures.read({ ...ada, user: "bob" }))).toEqual([1, 2, 3]);
  });

  test("takes one IPv6 network for one address", async () => {
    const store = await open(await make(), { failureDecay: slow });
    await store.failures.add({ user: "ada", address: "2001:db8:0:1::1" });
    const near = { user: "ada", address: "2001:db8:0:1:ffff:ffff:ffff:ffff" };
    expect(countsOf(await store.failures.read(near))).toEqual([1, 1, 1]);
    const far = { user: "ada", address: "2001:db8:0:2::1" };
    expect(countsOf(await store.failures.read(far))).toEqual([0, 0, 1]);
  });

  test("keeps nothing of what was typed, whatever it was", async () => {
    const database = await make();
    const store = await open(database, { failureDecay: slow });
    const typed = ["hunter2-in-the-wrong-field", "\0", "\ud800", "x".repeat(100_000), "' OR ''='"];
    for (const user of typed) {
      const attempt = { user, address: "198.51.100.77" };
      expect((await store.failures.add(attempt)).pair.count).toBe(1);
      expect((await store.failures.read(attempt)).pair.count).toBe(1);
    }
    const kept = await database.dump();
    expect(kept.includes("hunter2")).toBe(false);
    expect(kept.includes("198.51.100.77")).toBe(false);
    expect(kept.length).toBeLessThan(1_000_000);
  });

  test("removes counters that have run out", async () => {
    const clock = fakeClock();
    const database = await make();
    const store = await open(database, { now: clock.now });
    await store.failures.add(ada);
    clock.pass(hour);
    await store.tidy();
    // Nothing is known of it any more, not even when it was.
    expect((await store.failures.read(ada)).pair).toEqual({ count: 0, ageMs: Infinity });
  });
}
