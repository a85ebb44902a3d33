/**
 * What SCRAM-SHA-256 needs of the environment. It is handed in because pages on plain `http://`
 * have no WebCrypto: there a JavaScript implementation of the same three functions takes its place.
 * No function may change or keep its arguments. A rejection means that the environment is broken,
 * never that a password is wrong, and passes through to the caller.
 */
export interface ScramCrypto {
  /** PBKDF2-HMAC-SHA-256 (RFC 8018 section 5.2), 32 bytes; RFC 5802 calls it `Hi`. */
  pbkdf2(password: Uint8Array, salt: Uint8Array, iterations: number): Promise<Uint8Array>;
  /** HMAC-SHA-256 (RFC 2104), 32 bytes. */
  hmac(key: Uint8Array, data: Uint8Array): Promise<Uint8Array>;
  /** SHA-256 (FIPS 180-4), 32 bytes. */
  hash(data: Uint8Array): Promise<Uint8Array>;
}
