import { encodeUtf8 } from "./bytes.ts";
import type { ScramCrypto } from "./crypto.ts";

/** What a password turns into (RFC 5802 section 3). ClientKey is as good as the password. */
export interface ScramKeys {
  readonly clientKey: Uint8Array;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/** What the keys of a password depend on, besides the password. */
export interface KeyParameters {
  /** 1 to 64 bytes. */
  readonly salt: Uint8Array;
  /** PBKDF2 rounds. */
  readonly iterations: number;
}

/** The one expensive step of a login. `password` must be prepared already. */
export async function deriveKeys(
  crypto: ScramCrypto,
  password: string,
  { salt, iterations }: KeyParameters,
): Promise<ScramKeys> {
  const salted = await crypto.pbkdf2(encodeUtf8(password), salt, iterations);
  const clientKey = await crypto.hmac(salted, encodeUtf8("Client Key"));
  const storedKey = await crypto.hash(clientKey);
  const serverKey = await crypto.hmac(salted, encodeUtf8("Server Key"));
  return { clientKey, storedKey, serverKey };
}

export interface Transcript {
  readonly clientFirstBare: string;
  readonly serverFirst: string;
  readonly clientFinalWithoutProof: string;
}

/** AuthMessage of RFC 5802 section 3: what both signatures cover. */
export function authMessage(transcript: Transcript): Uint8Array {
  const { clientFirstBare, serverFirst, clientFinalWithoutProof } = transcript;
  return encodeUtf8(`${clientFirstBare},${serverFirst},${clientFinalWithoutProof}`);
}
