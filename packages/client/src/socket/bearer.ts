import { bearerPrefix, subprotocol } from "@wsecho/protocol";
import { encodeBase64 } from "@wsecho/protocol/scram";
import { parseTarget } from "../url.ts";
import { platformTransport } from "./platform.ts";
import type { Transport } from "./transport.ts";

/**
 * Logs in at the handshake where no header can be set, as in a browser: the token goes along as a
 * subprotocol entry, which the server neither selects nor repeats (PROTOCOL.md N6). For sessions
 * with `handshakeLogin: true`, in v1. Where nothing forces the handshake the option `token` is
 * better, as headers end up in logs more often than messages do.
 *
 * @param token the token, or what gives the present one for each connection
 * @param inner what opens the connection; default the platform's `WebSocket`
 */
export function bearerTransport(
  token: string | (() => string),
  inner: Transport = platformTransport,
): Transport {
  return (url, protocols, listener) => {
    // Thrown, it is told as any other failure to connect; it repeats nothing secret.
    if (!protocols.includes(subprotocol))
      throw new Error("a token at the handshake needs the dialect v1");
    const target = parseTarget(url);
    if (!target.ok || !target.value.private)
      throw new Error("the token would cross an unencrypted connection; use a wss:// URL");
    const bytes = new TextEncoder().encode(typeof token === "string" ? token : token());
    return inner(url, [...protocols, bearerPrefix + base64url(bytes)], listener);
  };
}

function base64url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
