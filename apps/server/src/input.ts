import type { WebSocket } from "ws";

/** Who may want that nothing more is read from a peer. */
export type Holder = "session" | "rate" | "fault";

const bits: Readonly<Record<Holder, number>> = { session: 1, rate: 2, fault: 4 };

/** Only those that are held: the others cost nothing. */
const held = new WeakMap<WebSocket, number>();

/**
 * Stops reading from the peer. Pausing and resuming the socket itself would let one who resumes
 * overrule another who still waits.
 */
export function holdInput(webSocket: WebSocket, holder: Holder): void {
  if (webSocket.readyState !== webSocket.OPEN) return;
  held.set(webSocket, (held.get(webSocket) ?? 0) | bits[holder]);
  webSocket.pause();
}

/** Reads again, unless somebody else holds. */
export function releaseInput(webSocket: WebSocket, holder: Holder): void {
  const rest = (held.get(webSocket) ?? 0) & ~bits[holder];
  if (rest === 0) freeInput(webSocket);
  else held.set(webSocket, rest);
}

/** Reads again whoever holds: behind our close frame, the peer's must be seen. */
export function freeInput(webSocket: WebSocket): void {
  held.delete(webSocket);
  webSocket.resume();
}
