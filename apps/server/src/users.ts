import { randomBytes } from "node:crypto";
import { createVerifier, prepareUsername, type ScramVerifier } from "@wsecho/protocol/scram";
import { nodeScramCrypto } from "./scram-crypto.ts";

/** What a user may do: an `admin` may watch everybody's connections. */
export type Role = "user" | "admin";

export interface User {
  /** As `prepareUsername` returns it. */
  readonly name: string;
  readonly verifier: ScramVerifier;
  /** Whether the user may log in; default true. */
  readonly enabled?: boolean;
  /** Another number after each change of the user: a token is bound to one of them; default 0. */
  readonly version?: number;
  /** Default `user`. */
  readonly role?: Role;
}

/** Where users come from. It holds verifiers, never passwords. */
export interface UserStore {
  /**
   * The user of that name, already prepared, or `undefined` where there is none. A rejection says
   * that the store cannot answer now, nothing about the user: the login may be tried again.
   */
  find(name: string): Promise<User | undefined>;
  /**
   * PBKDF2 rounds of a new user's verifier. A login as an unknown user costs and shows the same,
   * so that neither time nor challenge tells who exists.
   */
  readonly iterations: number;
  /**
   * Decides the salts of users who do not exist. Servers of the same users have to have the same,
   * or the salts tell who exists. Default: each server makes its own.
   */
  readonly unknownUserSecret?: Uint8Array;
}

/** RFC 7677 section 4 asks for at least this many. */
const minIterations = 4096;

/**
 * Users that live as long as the process: `createMemoryUsers({ ada: "her password" })`.
 * Rejects with TypeError where a name or a password cannot be one; it says which rule was broken.
 *
 * @param passwords name → password; only verifiers are kept
 * @param iterations PBKDF2 rounds, 4096 to 10 000 000; more makes a stolen verifier harder to guess
 * @param admins those of them who have the role `admin`
 */
export async function createMemoryUsers(
  passwords: Readonly<Record<string, string>>,
  iterations = minIterations,
  admins: readonly string[] = [],
): Promise<UserStore> {
  const users = new Map<string, User>();
  for (const [given, password] of Object.entries(passwords)) {
    const name = prepareUsername(given);
    if (!name.ok) throw new TypeError(`user ${JSON.stringify(given)}: ${name.error.message}`);
    const salt = randomBytes(16);
    const verifier = await createVerifier(nodeScramCrypto, password, { salt, iterations });
    if (!verifier.ok) throw new TypeError(`user ${name.value}: ${verifier.error.message}`);
    const role = admins.includes(given) ? "admin" : "user";
    users.set(name.value, { name: name.value, verifier: verifier.value, role });
  }
  return { iterations, find: (name) => Promise.resolve(users.get(name)) };
}

/** Where logins are not what the server is for. */
export const nobody: UserStore = {
  iterations: minIterations,
  find: () => Promise.resolve(undefined),
};

/** `admin` / `123456`, for a first look on this machine only; 4096 iterations. */
export function demoUsers(): Promise<UserStore> {
  return createMemoryUsers({ admin: "123456" }, minIterations, ["admin"]);
}
