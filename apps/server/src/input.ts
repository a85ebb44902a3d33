import type { WebSocket } from "ws";

/** Who may want that nothing more is read from a peer. */
export type Holder = "session" | "rate" | "fault";

const bits: Readonly<Record<Holder, number>> = { session: 1, rate: 2, fault: 4 };

/** Where a WebSocket keeps who holds: each login holds, and a table would be rebuilt for every few of them. */
const holders = Symbol("holders");

type Held = WebSocket & { [holders]?: number };

/**
 * Stops reading from the peer. Pausing and resuming the socket itself would let one who resumes
 * overrule another who still waits.
 */
export function holdInput(webSocket: Held, holder: Holder): void {
  if (webSocket.readyState !== webSocket.OPEN) return;
  webSocket[holders] = (webSocket[holders] ?? 0) | bits[holder];
  webSocket.pause();
}

/** Reads again, unless somebody else holds. */
export function releaseInput(webSocket: Held, holder: Holder): void {
  const rest = (webSocket[holders] ?? 0) & ~bits[holder];
  if (rest === 0) freeInput(webSocket);
  else webSocket[holders] = rest;
}

/** Reads again whoever holds: behind our close frame, the peer's must be seen. */
export function freeInput(webSocket: Held): void {
  webSocket[holders] = 0;
  webSocket.resume();
}
