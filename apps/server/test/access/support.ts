import { randomBytes } from "node:crypto";
import { createVerifier } from "@wsecho/protocol/scram";
import { onTestFinished } from "vitest";
import type { ServerOptions } from "../../src/index.ts";
import { nodeScramCrypto } from "../../src/scram-crypto.ts";
import type { StoreOptions } from "../../src/store/create-store.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/store/store.ts";
import { issueToken } from "../../src/tokens.ts";
import { startServer, type TestServer } from "../support/start-server.ts";
import type { TestDatabase } from "../store/support.ts";

/** The lowest number that is allowed, for tests log in often. */
const iterations = 4096;

export const password = "p:lanted sécret 4711";

export async function makeVerifier(secret: string) {
  const salt = randomBytes(16);
  const verifier = await createVerifier(nodeScramCrypto, secret, { salt, iterations });
  if (!verifier.ok) throw new Error(verifier.error.message);
  return verifier.value;
}

export interface StoreServer extends TestServer {
  readonly store: Store;
}

/** A server with a connection of its own to the database, as another machine would have. */
export async function serve(
  { place }: TestDatabase,
  options: Partial<ServerOptions> & { readonly storeOptions?: StoreOptions } = {},
): Promise<StoreServer> {
  const { storeOptions, ...rest } = options;
  const store = await openStore(place, { iterations, ...storeOptions });
  onTestFinished(() => store.close());
  return { ...(await startServer({ ...rest, store })), store };
}

export async function addUser(store: Store, name: string, secret = password): Promise<void> {
  const added = await store.users.add({ name, verifier: await makeVerifier(secret) });
  if (!added) throw new Error(`${name} is taken`);
}

export async function tokenFor(store: Store, name: string, expiresMs = 60_000): Promise<string> {
  const user = await store.find(name);
  if (user === undefined) throw new Error(`there is no ${name}`);
  return issueToken(store.signingKeys, user, expiresMs);
}

export function basic(user: string, secret: string): { readonly Authorization: string } {
  return { Authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}` };
}

export function bearer(token: string): { readonly Authorization: string } {
  return { Authorization: `Bearer ${token}` };
}

/** What a page offers beside `wsecho.v1`. */
export function bearerOffer(token: string): string {
  return `wsecho.bearer.${Buffer.from(token).toString("base64url")}`;
}
