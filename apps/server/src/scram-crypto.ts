import { createHash, createHmac, pbkdf2 } from "node:crypto";
import { promisify } from "node:util";
import type { ScramCrypto } from "@wsecho/protocol/scram";

const derive = promisify(pbkdf2);

/**
 * SCRAM's functions in Node: PBKDF2, which takes milliseconds, runs in the thread pool; the others
 * take microseconds and run at once, where WebCrypto would cross threads for each.
 */
export const nodeScramCrypto: ScramCrypto = {
  pbkdf2: (password, salt, iterations) => derive(password, salt, iterations, 32, "sha256"),
  hmac: (key, data) => Promise.resolve(createHmac("sha256", key).update(data).digest()),
  hash: (data) => Promise.resolve(createHash("sha256").update(data).digest()),
};
