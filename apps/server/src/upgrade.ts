import {
  failure,
  negotiate,
  subprotocol,
  success,
  type DialectName,
  type Result,
} from "@wsecho/protocol";
import { readFaults, type Faults } from "@wsecho/protocol/faults";
import { parseAuthorization, type Credentials } from "./authorization.ts";
import { bad, handshakeProblem, type Handshake } from "./handshake.ts";
import { foreignHost } from "./host.ts";
import { isKnownPage, mayLogInInside } from "./origin.ts";
import type { Refusal } from "./refusal.ts";
import type { UpgradePolicy } from "./rules.ts";
import type { ClientCertificate } from "./tls/client-certificate.ts";

/** What a good handshake asks for. `credentials` have yet to be checked. */
export type Admission =
  | {
      readonly path: "session" | "inspect";
      readonly dialect: DialectName;
      readonly credentials: Credentials | null;
      /** The credentials came from a page, whose script sees a refusal behind the upgrade only. */
      readonly refuseVisibly: boolean;
      /** What the fault lab shall do; absent where nothing was asked for. */
      readonly faults?: Faults;
    }
  | {
      readonly path: "echo";
      readonly dialect: null;
      readonly credentials: Credentials | null;
      readonly refuseVisibly: false;
      readonly faults?: Faults;
    };

export const unauthorized = (message: string): Refusal => ({
  status: 401,
  message,
  headers: { "WWW-Authenticate": 'Basic realm="wsecho", charset="UTF-8"' },
});

export const webSocketPaths: readonly string[] = ["/echo", "/inspect"];

/** The path of a request target, without query; absolute-form is read too (RFC 9112 section 3.2). */
export function pathOf(target: string | undefined): string {
  if (target === "/") return target;
  const path = (target ?? "").replace(/^https?:\/\/[^/?#]*/i, "").split(/[?#]/, 1)[0] ?? "";
  return path === "" ? "/" : path;
}

/** Which handshakes are admitted (RFC 6455 section 4.2), and what the others are told. */
export function admit(
  request: Handshake,
  certificate: ClientCertificate,
  policy: UpgradePolicy,
): Result<Admission, Refusal> {
  const refusal =
    handshakeProblem(request) ?? (policy.isOurHost(request.headers.host) ? undefined : foreignHost);
  if (refusal !== undefined) return failure(refusal);
  // Also where it would not be needed: who shows a certificate means it.
  if (certificate.kind === "refused") {
    const { reason: message, code } = certificate;
    return failure({ status: 403, message, facts: { code } });
  }
  const admission = admitPath(request, certificate, policy);
  return admission.ok ? addFaults(admission.value, request.url ?? "", policy) : admission;
}

type GoodCertificate = Exclude<ClientCertificate, { readonly kind: "refused" }>;

function admitPath(
  request: Handshake,
  certificate: GoodCertificate,
  policy: UpgradePolicy,
): Result<Admission, Refusal> {
  switch (pathOf(request.url)) {
    case "/":
      return admitSession("session", request, certificate, policy);
    case "/echo":
      return admitEcho(request, certificate, policy);
    case "/inspect":
      return admitInspect(request, certificate, policy);
    default:
      return failure({
        status: 404,
        message:
          "no WebSocket endpoint has this path; known: / (a session), /echo (pure echo), /inspect (the wire feed)",
      });
  }
}

/** What the query asks of the fault lab (PROTOCOL.md F1 to F3). */
function addFaults(
  admission: Admission,
  target: string,
  policy: UpgradePolicy,
): Result<Admission, Refusal> {
  const at = target.indexOf("?");
  if (at < 0) return success(admission);
  const faults = readFaults(target.slice(at + 1));
  if (faults.ok && faults.value === null) return success(admission);
  // First this: who mends the wish shall not hear only then that nobody grants any.
  if (!policy.faults)
    return failure({
      status: 403,
      message:
        "this server injects no faults; start it with --faults, or leave fault out of the address",
    });
  if (!faults.ok) return failure(bad(faults.error));
  if (admission.path === "inspect")
    return failure(bad("the wire feed takes no faults; ask for them at / or /echo"));
  return success({ ...admission, faults: faults.value ?? {} });
}

/** The wire feed: a session too, in the dialect that can say what a record is. */
function admitInspect(
  request: Handshake,
  certificate: GoodCertificate,
  policy: UpgradePolicy,
): Result<Admission, Refusal> {
  return request.headers["sec-websocket-protocol"] === undefined
    ? failure(bad(`the wire feed speaks ${subprotocol} only; ask for that subprotocol`))
    : admitSession("inspect", request, certificate, { ...policy, plain: false });
}

function admitSession(
  path: "session" | "inspect",
  request: Handshake,
  certificate: GoodCertificate,
  policy: UpgradePolicy,
): Result<Admission, Refusal> {
  if (!mayLogInInside(request.headers, policy.origins)) return failure(foreignOrigin);
  const negotiated = negotiate(request.headers["sec-websocket-protocol"], policy);
  if (!negotiated.ok) return failure(bad(negotiated.error));
  const { dialect, bearer } = negotiated.value;
  if (bearer !== undefined) {
    const token = Buffer.from(bearer, "base64url").toString();
    const credentials = { kind: "token", token } as const;
    return success({ path, dialect, credentials, refuseVisibly: true });
  }
  const credentials = handshakeLogin(request, certificate, policy);
  return credentials.ok
    ? success({ path, dialect, credentials: credentials.value, refuseVisibly: false })
    : credentials;
}

function admitEcho(
  request: Handshake,
  certificate: GoodCertificate,
  policy: UpgradePolicy,
): Result<Admission, Refusal> {
  if (request.headers["sec-websocket-protocol"] !== undefined) {
    const message =
      "/echo speaks no subprotocol; leave Sec-WebSocket-Protocol out, or connect to /";
    return failure(bad(message));
  }
  // Also where everybody may come: a page must not reach what only its visitor's machine can.
  if (!isKnownPage(request.headers, policy.origins)) return failure(foreignOrigin);
  const credentials = handshakeLogin(request, certificate, policy);
  if (!credentials.ok) return credentials;
  return credentials.value === null && !policy.allowAnonymous
    ? failure(unauthorized("log in with Authorization: Basic base64(user:password)"))
    : success({
        path: "echo",
        dialect: null,
        credentials: credentials.value,
        refuseVisibly: false,
      });
}

const foreignOrigin: Refusal = {
  status: 403,
  message: "pages of this origin may not connect here; --allow-origin adds one",
};

/**
 * Credentials of the handshake, which a browser may have added without anybody's doing; `null` where
 * there are none. A header was written for this server, where a certificate may be there for all; so
 * the header comes first.
 */
function handshakeLogin(
  { headers }: Handshake,
  certificate: GoodCertificate,
  { origins }: UpgradePolicy,
): Result<Credentials | null, Refusal> {
  const { authorization } = headers;
  const known = isKnownPage(headers, origins);
  if (authorization !== undefined) {
    if (!known) return failure(foreignOrigin);
    const credentials = parseAuthorization(authorization);
    return credentials.ok ? credentials : failure(unauthorized(credentials.error));
  }
  if (certificate.kind === "none") return success(null);
  if (!known) return failure(foreignOrigin);
  const { name, expiresInMs } = certificate;
  return success({ kind: "certificate", name, expiresInMs });
}
