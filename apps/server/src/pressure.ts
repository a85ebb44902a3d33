import type { Socket } from "node:net";
import type { WebSocket } from "ws";

/**
 * How many bytes may wait for a peer before it counts as congested. Node owes a drain event only above
 * its own mark, which the limit could be set below.
 */
export function pressureMark(socket: Socket, highWaterBytes: number): number {
  return Math.max(highWaterBytes, socket.writableHighWaterMark);
}

/**
 * Whether the peer leaves unread what is written for it: from more than `mark` bytes on, until all of
 * them have left. To be asked after every write, and when something has left.
 */
export function isCongested(webSocket: WebSocket, mark: number, before: boolean): boolean {
  // With what waits for compression.
  const waiting = webSocket.bufferedAmount;
  return before ? waiting > 0 : waiting > mark;
}
