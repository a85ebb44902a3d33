/** SCRAM-SHA-256 and what goes with it: `@wsecho/protocol/scram`. No I/O, no dependencies. */
export { decodeBase64, encodeBase64 } from "./base64.ts";
export { encodeUtf8, equalBytes } from "./bytes.ts";
export { startScramClient, type ScramClient, type ScramClientOptions } from "./client.ts";
export type { ScramCrypto } from "./crypto.ts";
export { scramErrors, type ScramError, type ScramErrorCode, type ScramResult } from "./errors.ts";
export {
  formatClientFinal,
  formatClientFirst,
  formatServerFinal,
  formatServerFirst,
} from "./format.ts";
export type { KeyParameters } from "./keys.ts";
export { scramLimits } from "./limits.ts";
export {
  parseClientFinal,
  parseClientFirst,
  parseServerFinal,
  parseServerFirst,
  type ClientFinal,
  type ClientFirst,
  type ServerFinal,
  type ServerFirst,
} from "./messages.ts";
export { preparePassword, prepareUsername } from "./prepare.ts";
export {
  startScramServer,
  type ScramServer,
  type ScramServerOptions,
  type ScramVerdict,
} from "./server.ts";
export {
  checkPassword,
  createVerifier,
  fakeVerifier,
  formatVerifier,
  parseVerifier,
  type ScramVerifier,
  type VerifierOptions,
} from "./verifier.ts";
export { webScramCrypto, type ScramSubtle } from "./webcrypto.ts";
