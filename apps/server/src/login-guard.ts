import type { WebSocket } from "ws";

/**
 * Bounds what a peer can make us hold before it has logged in. The WebSocket library refuses a
 * message at the header of the frame that makes it too large, but has one bound for the whole
 * connection, up to which peers may send who have logged in. Nobody has earned that yet; so the
 * bound is lowered where the library keeps it, which it does not offer. A test fails where it keeps
 * it elsewhere.
 */
export function guardLogin(webSocket: WebSocket, maxLoginBytes: number): void {
  const receiver = receiverOf(webSocket);
  receiver._maxPayload = Math.min(maxLoginBytes, receiver._maxPayload);
}

/** Ends it: messages of so many bytes may come from now on. */
export function endGuard(webSocket: WebSocket, maxMessageBytes: number): void {
  receiverOf(webSocket)._maxPayload = maxMessageBytes;
}

function receiverOf(webSocket: WebSocket): Internals["_receiver"] {
  return (webSocket as unknown as Internals)._receiver;
}

/** As of ws 8.23. */
interface Internals {
  readonly _receiver: { _maxPayload: number };
}
