import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(pbkdf2);

/** What is kept of a password (RFC 5802 section 3): enough to check one, not enough to use one. */
export interface Verifier {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

export interface User {
  readonly name: string;
  readonly verifier: Verifier;
}

/** Where users come from. A rejected promise means "cannot say now", never "no such user". */
export interface UserStore {
  find(name: string): Promise<User | undefined>;
}

/** RFC 7677 section 4 asks for at least this many. */
export const demoIterations = 4096;

export async function createVerifier(password: string, iterations: number): Promise<Verifier> {
  const salt = randomBytes(16);
  const salted = await derive(password, salt, iterations, 32, "sha256");
  const hmac = (text: string): Buffer => createHmac("sha256", salted).update(text).digest();
  return {
    salt,
    iterations,
    storedKey: createHash("sha256").update(hmac("Client Key")).digest(),
    serverKey: hmac("Server Key"),
  };
}

export async function checkPassword(verifier: Verifier, password: string): Promise<boolean> {
  const salted = await derive(password, verifier.salt, verifier.iterations, 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  return timingSafeEqual(createHash("sha256").update(clientKey).digest(), verifier.storedKey);
}

export async function createMemoryUsers(
  passwords: Readonly<Record<string, string>>,
  iterations = demoIterations,
): Promise<UserStore> {
  const users = new Map<string, User>();
  for (const [name, password] of Object.entries(passwords))
    users.set(name, { name, verifier: await createVerifier(password, iterations) });
  return { find: (name) => Promise.resolve(users.get(name)) };
}

/** `admin` / `123456`, for a first look on this machine only. */
export function demoUsers(): Promise<UserStore> {
  return createMemoryUsers({ admin: "123456" });
}
