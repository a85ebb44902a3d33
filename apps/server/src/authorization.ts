import { failure, success, type Result } from "@wsecho/protocol";

/** What a handshake proves its user with. */
export type Credentials =
  | { readonly kind: "password"; readonly user: string; readonly password: string }
  | { readonly kind: "token"; readonly token: string }
  | CertifiedName;

/** A user whom a trusted client certificate names. */
export interface CertifiedName {
  readonly kind: "certificate";
  readonly name: string;
  /** Until the certificate ends; ms. */
  readonly expiresInMs: number;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads `Authorization: Basic …` (RFC 7617, UTF-8) or `Authorization: Bearer …` (RFC 6750). The
 * error says what is wrong without repeating the value.
 */
export function parseAuthorization(header: string): Result<Credentials, string> {
  const [, scheme = "", value = ""] = /^([A-Za-z0-9-]+) +(\S+) *$/.exec(header) ?? [];
  if (scheme.toLowerCase() === "bearer") return success({ kind: "token", token: value });
  if (scheme.toLowerCase() !== "basic")
    return failure(
      "Authorization is neither of the form: Basic base64(user:password), nor: Bearer token",
    );
  // Buffer ignores what is not base64; here that would be a login other than the one written.
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value) || value.length % 4 !== 0)
    return failure("the Basic credentials are not base64");
  let text: string;
  try {
    text = decoder.decode(Buffer.from(value, "base64"));
  } catch {
    return failure("the Basic credentials are not UTF-8");
  }
  const colon = text.indexOf(":");
  if (colon < 0) return failure("the Basic credentials have no colon between user and password");
  return success({ kind: "password", user: text.slice(0, colon), password: text.slice(colon + 1) });
}
