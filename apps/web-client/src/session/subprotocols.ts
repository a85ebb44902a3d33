import { failure, success, type Result } from "@wsecho/protocol";

/** A token of RFC 9110 section 5.6.2, which is what RFC 6455 section 4.1 asks of a subprotocol. */
const token = /^[!#$%&'*+\-.^_`|~\w]+$/;

/** A subprotocol entry that is a secret: what stands behind such a prefix lets somebody in. */
const secretEntry = /bearer|token|auth|jwt|secret|key|^eyJ/i;

/** Names apart by commas or blanks; the failure names the one that may not be. */
export function parseSubprotocols(text: string): Result<readonly string[], string> {
  const names = text.split(/[\s,]+/).filter((name) => name !== "");
  const wrong = names.find((name, i) => !token.test(name) || names.indexOf(name) !== i);
  return wrong === undefined ? success(names) : failure(wrong);
}

/** Only those that may be stored and shared. */
export function publicSubprotocols(names: readonly string[]): readonly string[] {
  return names.filter((name) => !secretEntry.test(name));
}
