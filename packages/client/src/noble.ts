import { hmac } from "@noble/hashes/hmac.js";
import { pbkdf2Async } from "@noble/hashes/pbkdf2.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { ScramCrypto } from "@wsecho/protocol/scram";

/** SCRAM's functions in JavaScript, for pages without WebCrypto. */
export const nobleScramCrypto: ScramCrypto = {
  pbkdf2: (password, salt, iterations) =>
    pbkdf2Async(sha256, password, salt, { c: iterations, dkLen: 32 }),
  hmac: (key, data) => Promise.resolve(hmac(sha256, key, data)),
  hash: (data) => Promise.resolve(sha256(data)),
};
