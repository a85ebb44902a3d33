import { expect, onTestFinished, test, vi } from "vitest";
import { watchLiveSessions, type LiveLogin } from "../src/live-sessions.ts";
import { silentLog } from "../src/log.ts";
import { StoreUnavailableError } from "../src/store/errors.ts";
import type { StoreChange, StoredUser } from "../src/store/store.ts";
import { someVerifier } from "./store/support.ts";

/** A store whose answers and changes come when the test says so. */
function makeStore() {
  const users = new Map<string, number>();
  let down = false;
  let tell: (change: StoreChange) => void = () => undefined;
  const find = vi.fn((name: string): Promise<StoredUser | undefined> => {
    if (down) return Promise.reject(new StoreUnavailableError("down"));
    const version = users.get(name);
    if (version === undefined) return Promise.resolve(undefined);
    const times = { createdAt: 0, changedAt: 0 };
    const user = { name, verifier: someVerifier(), role: "user", enabled: true } as const;
    return Promise.resolve({ ...user, ...times, version });
  });
  return {
    users,
    find,
    watch: (listener: (change: StoreChange) => void) => {
      tell = listener;
      return () => undefined;
    },
    change: (change: StoreChange) => tell(change),
    setDown: (value: boolean) => (down = value),
  };
}

function makeLogin(id: string, user: string, version: number) {
  const revoke = vi.fn();
  const login: LiveLogin = { id, user, version, revoke };
  return { login, revoke };
}

function start(store: ReturnType<typeof makeStore>) {
  const onKeysChanged = vi.fn();
  const sessions = watchLiveSessions(store, silentLog, onKeysChanged);
  onTestFinished(() => sessions.stop());
  return { sessions, onKeysChanged };
}

/** Ada is in, and has been looked up. */
async function startWithAda() {
  const store = makeStore();
  const { sessions } = start(store);
  store.users.set("ada", 1);
  const { login, revoke } = makeLogin("1", "ada", 1);
  sessions.add(login);
  await expect.poll(() => store.find.mock.settledResults.length).toBe(1);
  return { store, sessions, login, revoke };
}

test("ends a session whose user changed between the proof and the entry", async () => {
  const store = makeStore();
  const { sessions } = start(store);
  store.users.set("ada", 2);
  const { login, revoke } = makeLogin("1", "ada", 1);
  sessions.add(login);
  await expect.poll(() => revoke.mock.calls.length).toBe(1);
  expect(sessions.count()).toBe(0);
});

test("looks again until the store answers", async () => {
  const { store, revoke } = await startWithAda();
  store.setDown(true);
  store.users.delete("ada");
  store.change({ type: "user", name: "ada" });
  await expect.poll(() => store.find.mock.calls.length).toBe(3);
  expect(revoke).not.toHaveBeenCalled();
  store.setDown(false);
  await expect.poll(() => revoke.mock.calls.length).toBe(1);
});

test("looks everybody up again when changes were missed, and ends only who has changed", async () => {
  const store = makeStore();
  const { sessions, onKeysChanged } = start(store);
  const ada = makeLogin("1", "ada", 1);
  const bob = makeLogin("2", "bob", 1);
  store.users.set("ada", 1).set("bob", 1);
  sessions.add(ada.login);
  sessions.add(bob.login);
  store.users.set("bob", 7);
  store.change({ type: "resync" });
  await expect.poll(() => bob.revoke.mock.calls.length).toBe(1);
  expect(ada.revoke).not.toHaveBeenCalled();
  expect(onKeysChanged).toHaveBeenCalledOnce();
});

test("asks the store nothing about users who are not here", () => {
  const store = makeStore();
  start(store);
  store.change({ type: "user", name: "eve" });
  expect(store.find).not.toHaveBeenCalled();
});

test("forgets who has left", async () => {
  const { store, sessions, login, revoke } = await startWithAda();
  sessions.remove(login);
  store.users.delete("ada");
  store.change({ type: "user", name: "ada" });
  store.change({ type: "closeSession", id: "1" });
  expect(store.find).toHaveBeenCalledOnce();
  expect(revoke).not.toHaveBeenCalled();
});
