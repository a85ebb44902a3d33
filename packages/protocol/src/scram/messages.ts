import { success } from "../result.ts";
import { decodeBase64 } from "./base64.ts";
import { refuse, type ScramErrorCode, type ScramResult } from "./errors.ts";
import { scramLimits } from "./limits.ts";
import { attribute, extensionsError, isNonce, isText, parseCount, unescapeName } from "./syntax.ts";

/*
 *   client                                        server
 *     │  n,,n=user,r=cnonce                         │
 *     ├────────────── client-first ────────────────▶│
 *     │  r=cnonce+snonce,s=salt,i=iterations        │
 *     │◀───────────── server-first ─────────────────┤
 *     │  c=biws,r=cnonce+snonce,p=proof             │
 *     ├────────────── client-final ────────────────▶│
 *     │  v=signature  (or e=error)                  │
 *     │◀───────────── server-final ─────────────────┤
 *
 * The grammar is RFC 5802 section 7. A comma is legal nowhere but between attributes, so splitting
 * at commas is exact. No parser throws, whatever the text.
 */

/** The only header accepted: no channel binding (browser scripts cannot see the certificate). */
export const gs2Header = "n,,";
/** `gs2Header` in base64, as client-final repeats it. */
export const channelBinding = "biws";

/** What a client-first message says. */
export interface ClientFirst {
  /** Unescaped, not yet prepared. */
  readonly user: string;
  readonly nonce: string;
  /** client-first-message-bare, as sent: the proof covers it. */
  readonly bare: string;
}

/** What a server-first message says. */
export interface ServerFirst {
  /** Both sides' parts. */
  readonly nonce: string;
  /** 1 to 64 bytes. */
  readonly salt: Uint8Array;
  /** 1 to 10 000 000. */
  readonly iterations: number;
}

/** What a client-final message says. */
export interface ClientFinal {
  /** Base64 of the header that the client says it sent. */
  readonly channelBinding: string;
  readonly nonce: string;
  /** As sent: it may have the wrong length. */
  readonly proof: Uint8Array;
  /** client-final-message-without-proof, as sent: the proof covers it. */
  readonly withoutProof: string;
}

/** What a server-final message says. */
export type ServerFinal =
  | { readonly kind: "signed"; readonly signature: Uint8Array }
  | { readonly kind: "refused"; readonly reason: string };

/** Errors: message-too-long, channel-binding-…, authzid-…, extension-unsupported, malformed. */
export function parseClientFirst(text: string): ScramResult<ClientFirst> {
  if (text.length > scramLimits.messageLength) return refuse("message-too-long");
  const headerError = gs2HeaderError(text);
  if (headerError !== undefined) return refuse(headerError);
  const bare = text.slice(gs2Header.length);
  const [first, second, ...extensions] = bare.split(",");
  if (attribute(first, "m") !== undefined) return refuse("extension-unsupported");
  const user = unescapeName(attribute(first, "n") ?? "");
  const nonce = attribute(second, "r") ?? "";
  if (user === undefined || !isNonce(nonce, scramLimits.nonceLength)) return refuse("malformed");
  const error = extensionsError(extensions);
  return error === undefined ? success({ user, nonce, bare }) : refuse(error);
}

function gs2HeaderError(text: string): ScramErrorCode | undefined {
  if (text.startsWith(gs2Header)) return undefined;
  // `y` says "I could bind, but you seem unable": true here, but our clients never send it, and
  // one accepted header means one accepted `c=`.
  if (/^(y|p=[A-Za-z0-9.-]+),/.test(text)) return "channel-binding-unsupported";
  return text.startsWith("n,a=") ? "authzid-unsupported" : "malformed";
}

/** Errors: message-too-long, extension-unsupported, bad-base64, salt-…, iterations-…, malformed. */
export function parseServerFirst(text: string): ScramResult<ServerFirst> {
  if (text.length > scramLimits.messageLength) return refuse("message-too-long");
  const [first, second, third, ...extensions] = text.split(",");
  if (attribute(first, "m") !== undefined) return refuse("extension-unsupported");
  const nonce = attribute(first, "r") ?? "";
  const saltText = attribute(second, "s");
  const iterations = parseCount(attribute(third, "i") ?? "");
  if (!isNonce(nonce) || saltText === undefined || iterations === undefined) {
    return refuse("malformed");
  }
  const error = extensionsError(extensions);
  if (error !== undefined) return refuse(error);
  const salt = decodeBase64(saltText);
  if (salt === undefined) return refuse("bad-base64");
  if (salt.length < 1 || salt.length > scramLimits.maxSaltBytes) return refuse("salt-invalid");
  if (iterations > scramLimits.maxIterations) return refuse("iterations-too-many");
  return success({ nonce, salt, iterations });
}

/** Errors: message-too-long, extension-unsupported, bad-base64, malformed. */
export function parseClientFinal(text: string): ScramResult<ClientFinal> {
  if (text.length > scramLimits.messageLength) return refuse("message-too-long");
  const [first, second, ...rest] = text.split(",");
  if (attribute(first, "m") !== undefined) return refuse("extension-unsupported");
  const binding = attribute(first, "c");
  const nonce = attribute(second, "r") ?? "";
  const last = rest.pop();
  const proofText = attribute(last, "p");
  if (binding === undefined || !isNonce(nonce)) return refuse("malformed");
  if (last === undefined || proofText === undefined) return refuse("malformed");
  const error = extensionsError(rest);
  if (error !== undefined) return refuse(error);
  const proof = decodeBase64(proofText);
  if (proof === undefined || decodeBase64(binding) === undefined) return refuse("bad-base64");
  const withoutProof = text.slice(0, -(last.length + 1));
  return success({ channelBinding: binding, nonce, proof, withoutProof });
}

/**
 * Errors: message-too-long, extension-unsupported, bad-base64, server-signature-missing, malformed.
 * `reason` is the peer's word, of any content: do not show it as it is.
 */
export function parseServerFinal(text: string): ScramResult<ServerFinal> {
  if (text.length > scramLimits.messageLength) return refuse("message-too-long");
  const [first, ...extensions] = text.split(",");
  if (attribute(first, "m") !== undefined) return refuse("extension-unsupported");
  const error = extensionsError(extensions);
  if (error !== undefined) return refuse(error);
  const reason = attribute(first, "e");
  if (reason !== undefined) {
    return reason !== "" && isText(reason)
      ? success({ kind: "refused", reason })
      : refuse("malformed");
  }
  const signatureText = attribute(first, "v");
  if (signatureText === undefined) return refuse("server-signature-missing");
  const signature = decodeBase64(signatureText);
  return signature === undefined ? refuse("bad-base64") : success({ kind: "signed", signature });
}
