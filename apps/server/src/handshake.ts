import type { IncomingMessage } from "node:http";
import { areReadable } from "./extensions.ts";
import type { Refusal } from "./refusal.ts";

/** The part of a request that decides about its upgrade. */
export type Handshake = Pick<
  IncomingMessage,
  "method" | "url" | "httpVersion" | "headers" | "rawHeaders"
>;

/** The answer to a request that is not a WebSocket handshake where only one makes sense. */
export const upgradeRequired: Refusal = {
  status: 426,
  message: "this is a WebSocket endpoint; connect with a WebSocket client, version 13",
  headers: { Upgrade: "websocket", Connection: "Upgrade, close", "Sec-WebSocket-Version": "13" },
};

/** What is wrong with a request as a WebSocket handshake (RFC 6455 section 4.2.1). */
export function handshakeProblem({
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
  if (!areReadable(headers))
    return bad("Sec-WebSocket-Extensions is no list of extensions (RFC 6455 section 9.1)");
  return undefined;
}

function hasBody({
  "content-length": length,
  "transfer-encoding": encoding,
}: Handshake["headers"]): boolean {
  return encoding !== undefined || (length !== undefined && !/^0+$/.test(length));
}

/**
 * Headers that decide about access: with two of one, this server and a proxy before it might each
 * believe another.
 */
const single = ["Host", "Origin", "Authorization", "Sec-WebSocket-Key", "Sec-WebSocket-Version"];
const singleLower = single.map((name) => name.toLowerCase());

function repeated(rawHeaders: readonly string[]): string | undefined {
  let seen = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const index = singleLower.indexOf(rawHeaders[i]?.toLowerCase() ?? "");
    if (index < 0) continue;
    if ((seen & (1 << index)) !== 0) return single[index];
    seen |= 1 << index;
  }
  return undefined;
}

export function bad(message: string): Refusal {
  return { status: 400, message };
}
