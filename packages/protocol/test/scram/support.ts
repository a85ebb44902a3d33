import { createHash, createHmac, pbkdf2Sync, webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  createVerifier,
  parseVerifier,
  startScramClient,
  startScramServer,
  webScramCrypto,
  type ScramClient,
  type ScramClientOptions,
  type ScramCrypto,
  type ScramErrorCode,
  type ScramResult,
  type ScramServer,
  type ScramVerifier,
} from "../../src/scram/index.ts";

export const crypto = webScramCrypto(webcrypto.subtle);

/** The same three functions from another implementation. */
export const nodeCrypto: ScramCrypto = {
  pbkdf2: (password, salt, iterations) =>
    Promise.resolve(new Uint8Array(pbkdf2Sync(password, salt, iterations, 32, "sha256"))),
  hmac: (key, data) =>
    Promise.resolve(new Uint8Array(createHmac("sha256", key).update(data).digest())),
  hash: (data) => Promise.resolve(new Uint8Array(createHash("sha256").update(data).digest())),
};

export interface Exchange {
  readonly name: string;
  readonly user: string;
  readonly password: string;
  readonly clientNonce: string;
  readonly serverNonce: string;
  readonly salt: string;
  readonly iterations: number;
  readonly verifier: string;
  readonly clientFirst: string;
  readonly serverFirst: string;
  readonly clientFinal: string;
  readonly serverFinal: string;
}
interface Accepted {
  readonly name: string;
  readonly text: string;
  readonly value: Readonly<Record<string, unknown>>;
}
interface Refused {
  readonly name: string;
  readonly text: string;
  readonly code: ScramErrorCode;
}
export const messageNames = ["clientFirst", "serverFirst", "clientFinal", "serverFinal"] as const;
export type MessageName = (typeof messageNames)[number];

export interface ScramVectors {
  readonly exchanges: readonly [Exchange, ...Exchange[]];
  readonly fakeVerifiers: readonly {
    readonly user: string;
    readonly serverSecret: string;
    readonly iterations: number;
    readonly verifier: string;
  }[];
  readonly accepted: Readonly<Record<MessageName, readonly Accepted[]>>;
  readonly refused: Readonly<Record<MessageName | "verifier", readonly Refused[]>>;
}

interface Identities {
  readonly accepted: readonly {
    readonly name: string;
    readonly input: string;
    readonly output: string;
    readonly utf8: string;
  }[];
  readonly refused: readonly {
    readonly name: string;
    readonly input: string;
    readonly code: ScramErrorCode;
  }[];
}
export interface IdentityVectors {
  readonly usernames: Identities;
  readonly passwords: Identities;
}

function vectors(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../vectors/${name}`, import.meta.url), "utf8"));
}
export const scramVectors = vectors("scram.json") as ScramVectors;
export const identityVectors = vectors("identity.json") as IdentityVectors;
export const rfc7677 = scramVectors.exchanges[0];

export function bytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

/** The value of a result that has to be one. */
export function valueOf<T>(result: ScramResult<T>): T {
  if (!result.ok) throw new Error(`refused: ${result.error.code}`);
  return result.value;
}

export function codeOf(result: ScramResult<unknown>): ScramErrorCode | "accepted" {
  return result.ok ? "accepted" : result.error.code;
}

export const rfcVerifier = valueOf(parseVerifier(rfc7677.verifier));

export function rfcClient(changes: Partial<ScramClientOptions> = {}): ScramClient {
  const { user, password, clientNonce: nonce } = rfc7677;
  const options = { crypto, user, password, nonce, maxIterations: 100_000, ...changes };
  return valueOf(startScramClient(options));
}

/** A server that has sent the RFC's challenge, or the same one for an unknown user. */
export function challengedServer(known = true, verifier = rfcVerifier): ScramServer {
  const { serverNonce, clientFirst } = rfc7677;
  const server = valueOf(startScramServer({ crypto, serverNonce, clientFirst }));
  valueOf(server.challenge(verifier, known));
  return server;
}

/** A verifier that costs next to nothing. */
export async function cheapVerifier(password: string, iterations = 1): Promise<ScramVerifier> {
  const salt = new Uint8Array(16).fill(7);
  return valueOf(await createVerifier(crypto, password, { salt, iterations, minIterations: 1 }));
}
