import type { ScramCrypto } from "./crypto.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The part of `SubtleCrypto` that SCRAM uses. Written out, so that the browser's `crypto.subtle`
 * and Node's both fit without either one's type library.
 */
export interface ScramSubtle<Key> {
  /** Makes a key of the password or of another key's bytes. */
  importKey(
    format: "raw",
    keyData: Bytes,
    algorithm: { readonly name: string; readonly hash: string },
    extractable: boolean,
    usages: ("deriveBits" | "sign")[],
  ): Promise<Key>;
  /** PBKDF2. */
  deriveBits(
    algorithm: {
      readonly name: string;
      readonly hash: string;
      readonly salt: Bytes;
      readonly iterations: number;
    },
    key: Key,
    bits: number,
  ): Promise<ArrayBuffer>;
  /** HMAC. */
  sign(algorithm: string, key: Key, data: Bytes): Promise<ArrayBuffer>;
  /** SHA-256. */
  digest(algorithm: string, data: Bytes): Promise<ArrayBuffer>;
}

/**
 * SCRAM's functions over WebCrypto: `webScramCrypto(crypto.subtle)`. Browsers have `crypto.subtle`
 * on https and on loopback only.
 */
export function webScramCrypto<Key>(subtle: ScramSubtle<Key>): ScramCrypto {
  // Copies, because WebCrypto takes no view of shared memory.
  const importKey = (name: string, key: Uint8Array, usage: "deriveBits" | "sign") =>
    subtle.importKey("raw", new Uint8Array(key), { name, hash: "SHA-256" }, false, [usage]);
  return {
    async pbkdf2(password, salt, iterations) {
      const key = await importKey("PBKDF2", password, "deriveBits");
      const how = { name: "PBKDF2", hash: "SHA-256", salt: new Uint8Array(salt), iterations };
      return new Uint8Array(await subtle.deriveBits(how, key, 256));
    },
    async hmac(key, data) {
      const signing = await importKey("HMAC", key, "sign");
      return new Uint8Array(await subtle.sign("HMAC", signing, new Uint8Array(data)));
    },
    async hash(data) {
      return new Uint8Array(await subtle.digest("SHA-256", new Uint8Array(data)));
    },
  };
}
