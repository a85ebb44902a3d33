import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** What a peer's certificate proves; PROTOCOL.md H1. */
export type ClientCertificate =
  | { readonly kind: "none" }
  | { readonly kind: "trusted"; readonly name: string; readonly expiresInMs: number }
  /** `reason` is for the peer, `code` is OpenSSL's, for the log. */
  | { readonly kind: "refused"; readonly reason: string; readonly code: string };

/**
 * The user whom a certificate names: the one common name (CN) of its subject, not yet prepared. TLS
 * has checked that the peer holds its key; whether an authority of `--tls-client-ca` vouches for it
 * is asked here, so that the refusal can say why it does not.
 */
export function readClientCertificate(socket: Socket): ClientCertificate {
  if (!(socket instanceof TLSSocket)) return { kind: "none" };
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return { kind: "none" };
  if (!socket.authorized) return refused(String(socket.authorizationError));
  // A resumed TLS session is not checked again.
  const expiresInMs = certificate.validToDate.getTime() - Date.now();
  if (expiresInMs <= 0) return refused("CERT_HAS_EXPIRED");
  // A list where there are several, which the types do not say.
  const name: unknown = socket.getPeerCertificate().subject.CN;
  return typeof name === "string" && name !== ""
    ? { kind: "trusted", name, expiresInMs }
    : refused("NO_COMMON_NAME");
}

function refused(code: string): ClientCertificate {
  return { kind: "refused", reason: reasons[code] ?? untrusted, code };
}

const untrusted =
  "the client certificate is not signed by an authority that this server trusts for logins";

const reasons: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "the client certificate, or one of its authorities, has expired; get a new one",
  CERT_NOT_YET_VALID: "the client certificate is not valid yet; compare the clocks",
  INVALID_PURPOSE:
    "the client certificate is not made for clients (extended key usage clientAuth), " +
    "or its signer not for signing",
  NO_COMMON_NAME: "the client certificate must name its user by one common name (CN)",
};
