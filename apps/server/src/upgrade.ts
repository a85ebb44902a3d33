import type { IncomingMessage } from "node:http";
import { failure, negotiate, success, type DialectName, type Result } from "@wsecho/protocol";
import { parseAuthorization, type Credentials } from "./authorization.ts";
import { foreignHost } from "./host.ts";
import { isKnownPage, mayLogInInside } from "./origin.ts";
import type { Refusal } from "./refusal.ts";
import type { UpgradePolicy } from "./rules.ts";
import type { ClientCertificate } from "./tls/client-certificate.ts";

/** The part of a request that decides about its upgrade. */
export type Handshake = Pick<
  IncomingMessage,
  "method" | "url" | "httpVersion" | "headers" | "rawHeaders"
>;

/** What a good handshake asks for. `credentials` have yet to be checked. */
export type Admission =
  | {
      readonly path: "session";
      readonly dialect: DialectName;
      readonly credentials: Credentials | null;
      /** The credentials came from a page, whose script sees a refusal behind the upgrade only. */
      readonly refuseVisibly: boolean;
    }
  | {
      readonly path: "echo";
      readonly credentials: Credentials | null;
      readonly refuseVisibly: false;
    };

export const unauthorized = (message: string): Refusal => ({
  status: 401,
  message,
  headers: { "WWW-Authenticate": 'Basic realm="wsecho", charset="UTF-8"' },
});

/** The answer to a request that is not a WebSocket handshake where only one makes sense. */
export const upgradeRequired: Refusal = {
  status: 426,
  message: "this is a WebSocket endpoint; connect with a WebSocket client, version 13",
  headers: { Upgrade: "websocket", Connection: "Upgrade, close", "Sec-WebSocket-Version": "13" },
};

const notYet: Refusal = {
  status: 501,
  message: "/inspect, the wire feed, is not available yet; sessions are at /, pure echo at /echo",
};

export const webSocketPaths: readonly string[] = ["/echo", "/inspect"];

/** The path of a request target, without query; absolute-form is read too (RFC 9112 section 3.2). */
export function pathOf(target: string | undefined): string {
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
  switch (pathOf(request.url)) {
    case "/":
      return admitSession(request, certificate, policy);
    case "/echo":
      return admitEcho(request, certificate, policy);
    case "/inspect":
      return failure(notYet);
    default:
      return failure({
        status: 404,
        message: "no WebSocket endpoint has this path; known: / (a session), /echo (pure echo)",
      });
  }
}

function handshakeProblem({
  method,
  httpVersion,
  headers,
  rawHeaders,
}: Handshake): Refusal | undefined {
  if (method !== "GET") {
    const message = "a WebSocket handshake is a GET request";
    return { status: 405, message, headers: { Allow: "GET" } };
  }
  if (httpVersion !== "1.1") return bad("a WebSocket handshake needs HTTP/1.1");
  // Node asks this of ordinary requests only.
  if (headers.host === undefined) return bad("the request has no Host header");
  // Node would hand it on as the first frames, past any proxy that knows it for a body.
  if (hasBody(headers)) return bad("a WebSocket handshake has no body");
  const twice = repeated(rawHeaders);
  if (twice !== undefined) return bad(`the request has more than one ${twice} header`);
  // Another protocol (h2c …), or several to choose from.
  if (headers.upgrade?.toLowerCase() !== "websocket") return upgradeRequired;
  if (headers["sec-websocket-version"] !== "13")
    return { ...upgradeRequired, message: "only WebSocket version 13 (RFC 6455) is spoken here" };
  if (!/^[A-Za-z0-9+/]{22}==$/.test(headers["sec-websocket-key"] ?? ""))
    return bad("Sec-WebSocket-Key must be 16 bytes in base64");
  return undefined;
}

function hasBody({
  "content-length": length = "0",
  "transfer-encoding": encoding,
}: Handshake["headers"]): boolean {
  return encoding !== undefined || !/^0+$/.test(length);
}

/**
 * Headers that decide about access: with two of one, this server and a proxy before it might each
 * believe another.
 */
const single = ["Host", "Origin", "Authorization", "Sec-WebSocket-Key", "Sec-WebSocket-Version"];

function repeated(rawHeaders: readonly string[]): string | undefined {
  const names = rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
  return single.find((name) => {
    const lower = name.toLowerCase();
    return names.indexOf(lower) !== names.lastIndexOf(lower);
  });
}

type GoodCertificate = Exclude<ClientCertificate, { readonly kind: "refused" }>;

function admitSession(
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
    return success({ path: "session", dialect, credentials, refuseVisibly: true });
  }
  if (request.headers.authorization === undefined && certificate.kind === "none")
    return success({ path: "session", dialect, credentials: null, refuseVisibly: false });
  const credentials = handshakeLogin(request, certificate, policy);
  return credentials.ok
    ? success({
        path: "session",
        dialect,
        credentials: credentials.value,
        refuseVisibly: false,
      })
    : credentials;
}

function admitEcho(
  request: Handshake,
  certificate: GoodCertificate,
  policy: UpgradePolicy,
): Result<Admission, Refusal> {
  const { headers } = request;
  if (headers["sec-websocket-protocol"] !== undefined) {
    const message =
      "/echo speaks no subprotocol; leave Sec-WebSocket-Protocol out, or connect to /";
    return failure(bad(message));
  }
  const nobody = headers.authorization === undefined && certificate.kind === "none";
  if (!nobody || !policy.allowAnonymous) {
    const credentials = handshakeLogin(request, certificate, policy);
    return credentials.ok
      ? success({ path: "echo", credentials: credentials.value, refuseVisibly: false })
      : credentials;
  }
  return isKnownPage(headers, policy.origins)
    ? success({ path: "echo", credentials: null, refuseVisibly: false })
    : failure(foreignOrigin);
}

const foreignOrigin: Refusal = {
  status: 403,
  message: "pages of this origin may not connect here; --allow-origin adds one",
};

/**
 * Credentials of the handshake, which a browser may have added without anybody's doing. A header was
 * written for this server, where a certificate may be there for all; so the header comes first.
 */
function handshakeLogin(
  { headers }: Handshake,
  certificate: GoodCertificate,
  { origins }: UpgradePolicy,
): Result<Credentials, Refusal> {
  if (!isKnownPage(headers, origins)) return failure(foreignOrigin);
  if (headers.authorization !== undefined) {
    const credentials = parseAuthorization(headers.authorization);
    return credentials.ok ? credentials : failure(unauthorized(credentials.error));
  }
  if (certificate.kind === "none")
    return failure(unauthorized("log in with Authorization: Basic base64(user:password)"));
  const { name, expiresInMs } = certificate;
  return success({ kind: "certificate", name, expiresInMs });
}

function bad(message: string): Refusal {
  return { status: 400, message };
}
