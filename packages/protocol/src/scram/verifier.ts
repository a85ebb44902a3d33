import { success } from "../result.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { encodeUtf8, equalBytes } from "./bytes.ts";
import type { ScramCrypto } from "./crypto.ts";
import { refuse, type ScramResult } from "./errors.ts";
import { isIterations } from "./format.ts";
import { deriveKeys, type KeyParameters } from "./keys.ts";
import { scramLimits } from "./limits.ts";
import { preparePassword } from "./prepare.ts";
import { parseCount } from "./syntax.ts";

/**
 * The only stored form of a password. It proves a login and the server to the client; with it
 * alone nobody can log in, though a weak password can be guessed from it (RFC 5802 section 9).
 */
export interface ScramVerifier extends KeyParameters {
  /** 32 bytes. */
  readonly storedKey: Uint8Array;
  /** 32 bytes. Whoever has it can pose as the server. */
  readonly serverKey: Uint8Array;
}

/** How a new verifier is made. */
export interface VerifierOptions extends KeyParameters {
  /** The smallest `iterations` accepted; RFC 7677 says 4096. Lower it in tests only. */
  readonly minIterations?: number;
}

/**
 * The verifier of a new password, which is prepared first. Errors: password-…
 * Throws RangeError for a salt that is not random-sized (16 to 64 bytes; 16 is what fake ones have)
 * or for iterations out of range.
 */
export async function createVerifier(
  crypto: ScramCrypto,
  password: string,
  { salt, iterations, minIterations = scramLimits.minIterations }: VerifierOptions,
): Promise<ScramResult<ScramVerifier>> {
  if (salt.length < scramLimits.saltBytes || salt.length > scramLimits.maxSaltBytes) {
    throw new RangeError("a salt needs 16 to 64 random bytes");
  }
  if (!isIterations(iterations) || iterations < minIterations) {
    throw new RangeError(`iterations must be a whole number from ${minIterations} to 10000000`);
  }
  const prepared = preparePassword(password);
  if (!prepared.ok) return prepared;
  const { storedKey, serverKey } = await deriveKeys(crypto, prepared.value, { salt, iterations });
  return success({ salt: salt.slice(), iterations, storedKey, serverKey });
}

/**
 * Whether `password` is the verifier's, for logins that send the password itself. Prepares it
 * first; one that cannot be prepared is wrong. Takes the same time for every wrong password.
 */
export async function checkPassword(
  crypto: ScramCrypto,
  verifier: ScramVerifier,
  password: string,
): Promise<boolean> {
  const prepared = preparePassword(password);
  // Ends early, but for known and unknown users alike: it tells nothing about the account.
  if (!prepared.ok) return false;
  const { storedKey } = await deriveKeys(crypto, prepared.value, verifier);
  return equalBytes(storedKey, verifier.storedKey);
}

/**
 * A verifier for a user who does not exist, so that the answers do not say so: the salt is the same
 * at every attempt, and no password fits, for StoredKey is a hash of nothing known. `user` must be
 * prepared, `iterations` what new users get. Keep `serverSecret` (at least 16 random bytes) across
 * restarts and share it between servers, or salts that change give fake users away.
 * Throws RangeError for a shorter secret or iterations out of range.
 */
export async function fakeVerifier(
  crypto: ScramCrypto,
  serverSecret: Uint8Array,
  user: string,
  iterations: number,
): Promise<ScramVerifier> {
  if (serverSecret.length < 16) throw new RangeError("the server secret needs 16 bytes or more");
  if (!isIterations(iterations)) throw new RangeError("iterations must be from 1 to 10000000");
  const derive = (what: string) =>
    crypto.hmac(serverSecret, encodeUtf8(`wsecho unknown user ${what}:${user}`));
  const salt = (await derive("salt")).slice(0, scramLimits.saltBytes);
  const storedKey = await derive("stored key");
  const serverKey = await derive("server key");
  return { salt, iterations, storedKey, serverKey };
}

const scheme = "SCRAM-SHA-256";

/** One line of ASCII, as PostgreSQL stores it: `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey`. */
export function formatVerifier(verifier: ScramVerifier): string {
  const salt = encodeBase64(verifier.salt);
  const keys = `${encodeBase64(verifier.storedKey)}:${encodeBase64(verifier.serverKey)}`;
  return `${scheme}$${verifier.iterations}:${salt}$${keys}`;
}

/** Error: verifier-malformed. */
export function parseVerifier(text: string): ScramResult<ScramVerifier> {
  const malformed = refuse("verifier-malformed");
  if (text.length > scramLimits.messageLength) return malformed;
  const fields = /^SCRAM-SHA-256\$([^$:]+):([^$:]+)\$([^$:]+):([^$:]+)$/.exec(text);
  const iterations = parseCount(fields?.[1] ?? "");
  const salt = decodeBase64(fields?.[2] ?? "");
  const storedKey = decodeBase64(fields?.[3] ?? "");
  const serverKey = decodeBase64(fields?.[4] ?? "");
  if (iterations === undefined || !isIterations(iterations)) return malformed;
  if (salt === undefined || salt.length < 1 || salt.length > scramLimits.maxSaltBytes) {
    return malformed;
  }
  if (storedKey?.length !== scramLimits.keyBytes) return malformed;
  if (serverKey?.length !== scramLimits.keyBytes) return malformed;
  return success({ salt, iterations, storedKey, serverKey });
}
