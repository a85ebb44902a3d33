import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createAuthenticators, type Peer } from "../src/authenticate.ts";
import { createLimiter } from "../src/limiter.ts";
import { createProvenPasswords } from "../src/proven-passwords.ts";
import { nodeScramCrypto } from "../src/scram-crypto.ts";
import { createMemoryUsers, type User } from "../src/users.ts";

const here: Peer = { address: "127.0.0.1", gone: () => false };
const minute = 60_000;

const login = (user: string, password: string) =>
  ({ kind: "auth", message: { type: "auth", mechanism: "plain", user, password } }) as const;

async function makeAuthenticator(passwordCacheMs: () => number | null = () => minute) {
  const users = await createMemoryUsers({ ada: "secret", bob: "secret" });
  const changes = new Map<string, User>();
  let derived = 0;
  const newAuthenticate = createAuthenticators({
    users: {
      ...users,
      find: (name) => Promise.resolve(changes.get(name) ?? users.find(name)),
    },
    passwords: {
      limiter: createLimiter(1, 10),
      crypto: {
        ...nodeScramCrypto,
        pbkdf2: (...args) => {
          derived++;
          return nodeScramCrypto.pbkdf2(...args);
        },
      },
    },
    passwordCacheMs,
  });
  return {
    /** What came of it, and how many keys were derived for it. */
    logIn: async (user: string, password: string) => {
      const before = derived;
      const { kind } = await newAuthenticate(here)(login(user, password));
      return [kind, derived - before];
    },
    change: async (name: string, change: Partial<User>) => {
      const user = await users.find(name);
      if (user !== undefined) changes.set(name, { ...user, ...change });
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a password that was right a moment ago", () => {
  it("costs no key derivation, and a wrong one costs what it did", async () => {
    const { logIn } = await makeAuthenticator();
    expect(await logIn("ada", "secret")).toEqual(["accepted", 1]);
    expect(await logIn("ada", "secret")).toEqual(["accepted", 0]);
    for (const wrong of ["secre", "secrets", "Secret", "secret "])
      expect(await logIn("ada", wrong), wrong).toEqual(["refused", 1]);
    expect(await logIn("ada", "secret")).toEqual(["accepted", 0]);
  });

  it("says nothing about other users, known and unknown", async () => {
    const { logIn } = await makeAuthenticator();
    await logIn("ada", "secret");
    expect(await logIn("bob", "secret")).toEqual(["accepted", 1]);
    expect(await logIn("eve", "secret")).toEqual(["refused", 1]);
    expect(await logIn("eve", "secret")).toEqual(["refused", 1]);
  });

  it("is worth nothing when the user has another, or may not log in, which shows in no time", async () => {
    const { logIn, change } = await makeAuthenticator();
    await logIn("ada", "secret");
    await change("ada", { enabled: false });
    expect(await logIn("ada", "secret")).toEqual(["refused", 1]);
    const other = await createMemoryUsers({ ada: "another" });
    const user = await other.find("ada");
    await change("ada", { enabled: true, ...user });
    expect(await logIn("ada", "secret")).toEqual(["refused", 1]);
    expect(await logIn("ada", "another")).toEqual(["accepted", 1]);
  });

  it("is derived anew after the time that was set, however often it was used meanwhile", async () => {
    const { logIn } = await makeAuthenticator();
    await logIn("ada", "secret");
    for (let i = 0; i < 3; i++) {
      vi.advanceTimersByTime(minute / 4);
      expect(await logIn("ada", "secret")).toEqual(["accepted", 0]);
    }
    vi.advanceTimersByTime(minute / 4);
    expect(await logIn("ada", "secret")).toEqual(["accepted", 1]);
  });

  it("is forgotten at once where that is switched off", async () => {
    let forMs: number | null = minute;
    const { logIn } = await makeAuthenticator(() => forMs);
    await logIn("ada", "secret");
    forMs = null;
    expect(await logIn("ada", "secret")).toEqual(["accepted", 1]);
    forMs = minute;
    expect(await logIn("ada", "secret")).toEqual(["accepted", 1]);
  });
});

describe("what is kept of passwords", () => {
  it("is bounded", async () => {
    const users = await createMemoryUsers({ ada: "secret" });
    const { verifier } = (await users.find("ada")) ?? expect.unreachable();
    const proven = createProvenPasswords(() => minute);
    for (let i = 0; i < 10_001; i++) proven.add(`user ${i}`, verifier, `password ${i}`);
    expect(proven.knows("user 10000", verifier, "password 10000")).toBe(true);
    expect(proven.knows("user 9999", verifier, "password 9999")).toBe(false);
    expect(vi.getTimerCount()).toBe(2);
    vi.advanceTimersByTime(minute);
    expect(proven.knows("user 10000", verifier, "password 10000")).toBe(false);
  });
});
