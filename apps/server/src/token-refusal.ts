import { closes, encodeMessage } from "@wsecho/protocol";
import type { WebSocket } from "ws";
import type { Connection } from "./session.ts";

/**
 * Answers a token that came as a subprotocol: from a page, then, whose script cannot see an HTTP
 * status. So the refusal comes after the upgrade (PROTOCOL.md H2).
 */
export function refuseToken(webSocket: WebSocket): Connection {
  const { code, reason, retry } = closes.notAuthenticated;
  const message = "this server issues no tokens yet; log in with scram-sha-256 or plain";
  // The library cuts a peer that does not answer the close.
  webSocket.on("error", () => undefined);
  webSocket.send(encodeMessage({ type: "error", code, message, retry }));
  webSocket.close(code, reason);
  return { shutDown: () => undefined };
}
