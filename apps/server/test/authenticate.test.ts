import { expect, test } from "vitest";
import { createAuthenticators, type Peer } from "../src/authenticate.ts";
import { createLimiter } from "../src/limiter.ts";
import { nodeScramCrypto } from "../src/scram-crypto.ts";
import { createMemoryUsers } from "../src/users.ts";

const here: Peer = { address: "127.0.0.1", gone: () => false };

const login = (user: string, password: string) =>
  ({ kind: "auth", message: { type: "auth", mechanism: "plain", user, password } }) as const;

/** Derives keys one at a time, while as many logins wait as `waiting` says. */
async function makeAuthenticators(waiting: number) {
  const limiter = createLimiter(1, waiting);
  let derived = 0;
  const newAuthenticate = createAuthenticators({
    users: await createMemoryUsers({ ada: "secret" }),
    passwords: {
      limiter,
      crypto: {
        ...nodeScramCrypto,
        pbkdf2: (...args) =>
          limiter.run(() => {
            derived++;
            return nodeScramCrypto.pbkdf2(...args);
          }),
      },
    },
  });
  return { newAuthenticate, limiter, derived: () => derived };
}

test("puts logins off when too many wait, and says nothing about them", async () => {
  const { newAuthenticate, limiter } = await makeAuthenticators(2);
  let most = 0;
  const verdicts = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const verdict = await newAuthenticate(here)(login("ada", "secret"));
      most = Math.max(most, limiter.running());
      return verdict.kind;
    }),
  );
  expect(verdicts.filter((kind) => kind === "accepted")).toHaveLength(3);
  expect(verdicts.filter((kind) => kind === "unavailable")).toHaveLength(7);
  expect(most).toBeLessThanOrEqual(1);
});

test("does the same work for unknown users", async () => {
  const { newAuthenticate, derived } = await makeAuthenticators(0);
  expect(await newAuthenticate(here)(login("nobody", "secret"))).toEqual({ kind: "refused" });
  expect(derived()).toBe(1);
});

test("does no work for a peer that has gone", async () => {
  const { newAuthenticate, derived } = await makeAuthenticators(0);
  const verdict = await newAuthenticate({ ...here, gone: () => true })(login("ada", "secret"));
  expect(verdict).toEqual({ kind: "refused", abandoned: true });
  expect(derived()).toBe(0);
});

test("takes no token where none are issued", async () => {
  const { newAuthenticate } = await makeAuthenticators(0);
  const message = { type: "auth", mechanism: "token", token: "abc" } as const;
  expect(await newAuthenticate(here)({ kind: "auth", message })).toEqual({ kind: "refused" });
});
