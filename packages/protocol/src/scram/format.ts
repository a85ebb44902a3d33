import { encodeBase64 } from "./base64.ts";
import { scramLimits } from "./limits.ts";
import {
  channelBinding,
  gs2Header,
  type ClientFirst,
  type ServerFinal,
  type ServerFirst,
} from "./messages.ts";
import { escapeName, isNonce, isText } from "./syntax.ts";

/*
 * The writers of RFC 5802 section 7. What they are given comes from our own code, so a value that
 * the grammar cannot carry is a programmer error and throws RangeError.
 */

/** client-first-message-bare; the message itself is `gs2Header` and this. */
export function formatClientFirstBare(message: Pick<ClientFirst, "user" | "nonce">): string {
  const { user, nonce } = message;
  demand(user !== "" && isText(user), "a user name that UTF-8 can carry, without NUL");
  demand(isNonce(nonce, scramLimits.nonceLength), "a printable nonce without a comma");
  return `n=${escapeName(user)},r=${nonce}`;
}

/** The client-first message (RFC 5802 section 7). */
export function formatClientFirst(message: Pick<ClientFirst, "user" | "nonce">): string {
  return gs2Header + formatClientFirstBare(message);
}

/** The server-first message (RFC 5802 section 7). */
export function formatServerFirst({ nonce, salt, iterations }: ServerFirst): string {
  demand(isNonce(nonce), "a printable nonce without a comma");
  demand(salt.length >= 1 && salt.length <= scramLimits.maxSaltBytes, "a salt of 1 to 64 bytes");
  demand(isIterations(iterations), "an iteration count from 1 to 10000000");
  return `r=${nonce},s=${encodeBase64(salt)},i=${iterations}`;
}

/** Whether `iterations` is a whole number from 1 to the absolute cap. */
export function isIterations(iterations: number): boolean {
  return Number.isInteger(iterations) && iterations >= 1 && iterations <= scramLimits.maxIterations;
}

/** client-final-message-without-proof. `nonce` has both sides' parts. */
export function formatClientFinalWithoutProof(nonce: string): string {
  demand(isNonce(nonce), "a printable nonce without a comma");
  return `c=${channelBinding},r=${nonce}`;
}

/** The client-final message (RFC 5802 section 7). */
export function formatClientFinal(nonce: string, proof: Uint8Array): string {
  return `${formatClientFinalWithoutProof(nonce)},p=${encodeBase64(proof)}`;
}

/** The server-final message (RFC 5802 section 7). */
export function formatServerFinal(message: ServerFinal): string {
  if (message.kind === "signed") return `v=${encodeBase64(message.signature)}`;
  const { reason } = message;
  demand(reason !== "" && isText(reason) && !reason.includes(","), "a reason without a comma");
  return `e=${reason}`;
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new RangeError(`a SCRAM message needs ${what}`);
}
