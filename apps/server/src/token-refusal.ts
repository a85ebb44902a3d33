import { closes, encodeMessage, type Close } from "@wsecho/protocol";
import type { WebSocket } from "ws";
import type { Refusal } from "./refusal.ts";
import type { Connection } from "./session.ts";

/**
 * Answers a token that came as a subprotocol: from a page, then, whose script cannot see an HTTP
 * status. So the refusal comes after the upgrade (PROTOCOL.md H2).
 */
export function refuseVisibly(webSocket: WebSocket, { status, message }: Refusal): Connection {
  const { code, reason, retry } = closeFor(status);
  // The library cuts a peer that does not answer the close.
  webSocket.on("error", () => undefined);
  webSocket.send(encodeMessage({ type: "error", code, message, retry }));
  webSocket.close(code, reason);
  return { shutDown: () => undefined };
}

function closeFor(status: number): Close {
  switch (status) {
    case 429:
      return closes.tooManyAttempts;
    case 503:
      return closes.tryAgainLater;
    default:
      return closes.notAuthenticated;
  }
}
