import { type ScramErrorCode } from "./errors.ts";
import { scramLimits } from "./limits.ts";

/** The value of `part` when it is the attribute `name`, as in `r=…`; it may be empty. */
export function attribute(part: string | undefined, name: string): string | undefined {
  return part?.startsWith(`${name}=`) === true ? part.slice(2) : undefined;
}

/** `printable` of RFC 5802 section 7: visible ASCII without the comma. */
const printable = /^[\x21-\x2b\x2d-\x7e]+$/;

/** Whether `nonce` is a grammatical nonce: one side's part, or both of them. */
export function isNonce(nonce: string, maxLength: number = 2 * scramLimits.nonceLength): boolean {
  return nonce.length <= maxLength && printable.test(nonce);
}

/** Throws RangeError for a nonce of ours that is too short, too long or not printable. */
export function requireOwnNonce(nonce: string): void {
  const { minNonceLength, nonceLength } = scramLimits;
  if (nonce.length < minNonceLength || !isNonce(nonce, nonceLength)) {
    throw new RangeError(
      `a nonce needs ${minNonceLength} to ${nonceLength} printable ASCII characters, no comma`,
    );
  }
}

/** A string that has a UTF-8 form (no lone surrogate) and no NUL. */
export function isText(text: string): boolean {
  return !text.includes("\0") && !/\p{Surrogate}/u.test(text);
}

/** `saslname`: a comma would end the field and an equals sign starts an escape. */
export function escapeName(name: string): string {
  return name.replaceAll("=", "=3D").replaceAll(",", "=2C");
}

/** The name behind a `saslname`; undefined when it is empty or an `=` starts no known escape. */
export function unescapeName(name: string): string | undefined {
  if (name === "" || !isText(name) || /=(?!2C|3D)/.test(name)) return undefined;
  // One pass: in two, `=3D2C` would turn into a comma.
  return name.replaceAll(/=2C|=3D/g, (escape) => (escape === "=2C" ? "," : "="));
}

const defined = "anmrcsipve";

/**
 * What is wrong with the attributes after the ones we know. Unknown ones must be tolerated
 * (RFC 5802 section 5.1), except `m=`, which says that they must not be; and a second copy of a
 * defined one is an attempt to be read two ways.
 */
export function extensionsError(parts: readonly string[]): ScramErrorCode | undefined {
  for (const part of parts) {
    if (part.startsWith("m=")) return "extension-unsupported";
    if (!/^[A-Za-z]=./su.test(part) || !isText(part)) return "malformed";
    if (defined.includes(part.charAt(0))) return "malformed";
  }
  return undefined;
}

/** `posit-number`: digits without a leading zero. Undefined when it is anything else. */
export function parseCount(text: string): number | undefined {
  return /^[1-9][0-9]*$/.test(text) ? Number(text) : undefined;
}
