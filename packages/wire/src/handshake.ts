import { sha1 } from "@noble/hashes/legacy.js";
import { fromLatin1, toBase64 } from "./bytes.ts";
import { negotiateDeflate, type Deflate } from "./extensions.ts";
import { listOf, valuesOf, type Head } from "./http.ts";
import { lint, type Lint } from "./lint.ts";

/** The Sec-WebSocket-Accept that answers a Sec-WebSocket-Key (RFC 6455 section 4.2.2). */
export function acceptFor(key: string): string {
  return toBase64(sha1(fromLatin1(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)));
}

const lower = (values: readonly string[]): readonly string[] =>
  values.map((value) => value.toLowerCase());

/** Whether a request asks for WebSocket, even if badly; anything else is HTTP's matter. */
export function asksForWebSocket({ headers }: Head): boolean {
  return (
    lower(listOf(headers, "Upgrade")).includes("websocket") ||
    headers.some(([name]) => name.toLowerCase().startsWith("sec-websocket-"))
  );
}

const once = ["Host", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Accept"];

function duplicates(head: Head): readonly Lint[] {
  return once
    .filter((name) => valuesOf(head.headers, name).length > 1)
    .map((name) => lint("duplicate-header", name));
}

/** Checks a request (RFC 6455 section 4.1). */
export function lintRequest(head: Head): readonly Lint[] {
  const { first, headers } = head;
  const found: Lint[] = [...duplicates(head)];
  const version = /^HTTP\/(\d)\.(\d)$/.exec(first[2]);
  const old = version === null || Number(version[1]) * 10 + Number(version[2]) < 11;
  if (first[0] !== "GET" || old) found.push(lint("request-line"));
  if (valuesOf(headers, "Host").length === 0) found.push(lint("missing-header", "Host"));
  if (!lower(listOf(headers, "Upgrade")).includes("websocket"))
    found.push(lint("missing-header", "Upgrade: websocket"));
  if (!lower(listOf(headers, "Connection")).includes("upgrade"))
    found.push(lint("missing-header", "Connection: Upgrade"));
  const key = valuesOf(headers, "Sec-WebSocket-Key")[0];
  if (key === undefined) found.push(lint("missing-header", "Sec-WebSocket-Key"));
  else if (!/^[A-Za-z0-9+/]{21}[AQgw]==$/.test(key)) found.push(lint("websocket-key"));
  else if (/^(.)\1{20}/.test(key)) found.push(lint("weak-nonce"));
  const versions = valuesOf(headers, "Sec-WebSocket-Version");
  if (versions.length === 0) found.push(lint("missing-header", "Sec-WebSocket-Version"));
  else if (versions[0] !== "13") found.push(lint("version"));
  if (valuesOf(headers, "Sec-WebSocket-Accept").length > 0)
    found.push(lint("unexpected-header", "Sec-WebSocket-Accept in a request"));
  return found;
}

/** What an answer with the status 101 has agreed on. */
export interface Agreement {
  readonly accepted: boolean;
  readonly subprotocol: string | null;
  readonly deflate: Deflate | null;
  readonly lint: readonly Lint[];
}

/**
 * Checks an answer that accepts (RFC 6455 section 4.2.2).
 *
 * @param request `undefined` where it was not seen: then nothing is said about what depends on it
 */
export function readAgreement(head: Head, request: Head | undefined): Agreement {
  const { headers } = head;
  const found: Lint[] = [...duplicates(head)];
  if (!lower(listOf(headers, "Upgrade")).includes("websocket"))
    found.push(lint("missing-response-header", "Upgrade: websocket"));
  if (!lower(listOf(headers, "Connection")).includes("upgrade"))
    found.push(lint("missing-response-header", "Connection: Upgrade"));
  const accept = valuesOf(headers, "Sec-WebSocket-Accept")[0];
  const key = request && (valuesOf(request.headers, "Sec-WebSocket-Key")[0] ?? "");
  const right = key === undefined || accept === acceptFor(key);
  if (accept === undefined) found.push(lint("missing-response-header", "Sec-WebSocket-Accept"));
  else if (!right) found.push(lint("wrong-accept"));

  const protocols = valuesOf(headers, "Sec-WebSocket-Protocol");
  if (protocols.length > 1) found.push(lint("duplicate-header", "Sec-WebSocket-Protocol"));
  const offered = request && listOf(request.headers, "Sec-WebSocket-Protocol");
  if (offered !== undefined && protocols.some((protocol) => !offered.includes(protocol)))
    found.push(lint("protocol-not-offered"));

  const offers = request && listOf(request.headers, "Sec-WebSocket-Extensions").join(",");
  const { deflate, lint: wrong } = negotiateDeflate(
    listOf(headers, "Sec-WebSocket-Extensions").join(","),
    offers,
  );
  found.push(...wrong);
  for (const name of ["Content-Length", "Transfer-Encoding"])
    if (valuesOf(headers, name).length > 0)
      found.push(lint("unexpected-header", `${name} with status 101`));
  return {
    accepted: accept !== undefined && right,
    subprotocol: protocols[0] ?? null,
    deflate,
    lint: found,
  };
}
