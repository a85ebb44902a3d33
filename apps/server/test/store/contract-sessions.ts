import { expect, test } from "vitest";
import { serverLostMs, type OpenedSession, type Store } from "../../src/store/store.ts";
import { fakeClock, open, type FakeClock, type MakeDatabase } from "./support.ts";

const day = 24 * 3_600_000;

const session = (id: string, server = "server-1"): OpenedSession => ({
  id,
  server,
  user: "ada",
  address: "2001:db8::1",
  mechanism: "scram-sha-256",
  dialect: "v1",
});

export function testSessions(make: MakeDatabase): void {
  const start = async (): Promise<{ readonly store: Store; readonly clock: FakeClock }> => {
    const clock = fakeClock();
    const store = await open(await make(), { now: clock.now });
    await store.sessions.beat("server-1");
    return { store, clock };
  };

  test("tells who is logged in, and how earlier sessions ended", async () => {
    const { store, clock } = await start();
    await store.sessions.opened(session("a"));
    clock.pass(1000);
    await store.sessions.opened(session("b"));
    clock.pass(1000);
    await store.sessions.ended("a", { code: 4403, reason: "revoked" });
    const now = clock.now();
    const live = {
      ...session("b"),
      state: "live",
      startedAt: now - 1000,
      endedAt: null,
      closeCode: null,
      closeReason: null,
    };
    const ended = {
      ...session("a"),
      state: "ended",
      startedAt: now - 2000,
      endedAt: now,
      closeCode: 4403,
      closeReason: "revoked",
    };
    expect(await store.sessions.list()).toEqual([live, ended]);
    expect(await store.sessions.list({ live: true })).toEqual([live]);
    expect(await store.sessions.list({ limit: 1 })).toEqual([live]);
  });

  test("lets both writes be repeated, and believes the first", async () => {
    const { store, clock } = await start();
    await store.sessions.opened(session("a"));
    const startedAt = clock.now();
    clock.pass(1000);
    await store.sessions.opened(session("a"));
    await store.sessions.ended("a", { code: 1000, reason: "user exit" });
    await store.sessions.ended("a", { code: 1011, reason: "other" });
    await store.sessions.opened(session("a"));
    expect(await store.sessions.list()).toMatchObject([
      { id: "a", state: "ended", startedAt, closeCode: 1000, closeReason: "user exit" },
    ]);
  });

  test("makes a peer's reason printable", async () => {
    const { store } = await start();
    await store.sessions.opened(session("a"));
    await store.sessions.ended("a", { code: 1000, reason: `\0\u001b[2J\ud800 ${"é".repeat(200)}` });
    const [ended] = await store.sessions.list();
    expect(ended?.closeReason).toMatch(/^\\u\{0\}\\u\{1b\}\[2J\\u\{d800\} é{100,120}…$/);
  });

  test("takes the sessions of a server that fell silent for lost, until it speaks", async () => {
    const { store, clock } = await start();
    await store.sessions.opened(session("a"));
    const seenAt = clock.now();
    clock.pass(serverLostMs - 1);
    expect(await store.sessions.list({ live: true })).toHaveLength(1);
    clock.pass(1);
    expect(await store.sessions.list({ live: true })).toEqual([]);
    expect(await store.sessions.list()).toMatchObject([
      { id: "a", state: "lost", endedAt: seenAt, closeCode: null },
    ]);
    expect(await store.sessions.requestClose("a")).toBe(false);
    await store.sessions.beat("server-1");
    expect(await store.sessions.list({ live: true })).toMatchObject([{ id: "a", state: "live" }]);
  });

  test("lists sessions of a server that never said that it lives as lost", async () => {
    const { store } = await start();
    await store.sessions.opened(session("a", "server-2"));
    expect(await store.sessions.list()).toMatchObject([{ state: "lost", endedAt: null }]);
  });

  test("takes a request to close a live session only", async () => {
    const { store } = await start();
    await store.sessions.opened(session("a"));
    expect(await store.sessions.requestClose("a")).toBe(true);
    expect(await store.sessions.requestClose("b")).toBe(false);
    await store.sessions.ended("a", { code: 4403, reason: "closed by an administrator" });
    expect(await store.sessions.requestClose("a")).toBe(false);
  });

  test("forgets sessions long after their end, and no live one", async () => {
    const clock = fakeClock();
    const store = await open(await make(), { now: clock.now, sessionRetentionMs: 10 * day });
    await store.sessions.beat("server-1");
    await store.sessions.beat("server-2");
    await store.sessions.opened(session("ended"));
    await store.sessions.opened(session("lost", "server-2"));
    await store.sessions.opened(session("live"));
    await store.sessions.ended("ended", { code: 1000, reason: "" });
    const left = async (): Promise<readonly string[]> => {
      await store.sessions.beat("server-1");
      await store.tidy();
      return (await store.sessions.list()).map(({ id }) => id).sort();
    };
    clock.pass(10 * day);
    expect(await left()).toEqual(["ended", "live", "lost"]);
    clock.pass(1);
    expect(await left()).toEqual(["live"]);
  });
}
