import type { Socket } from "node:net";
import type { WebSocket } from "ws";

/** The header of the smallest fragment: two bytes and a masking key (RFC 6455 section 5.2). */
const fragmentHeader = 6;

/** What Node reads at once; behind a message it may hold the beginning of many others. */
const readBytes = 64 * 1024;

/**
 * Bounds what a peer can make us hold before it has logged in. The WebSocket library collects a
 * message up to the size that logged-in peers may send; nobody has earned that yet. So the bytes
 * since the last whole message are counted: first `onTooBig`, and where the peer goes on, the end.
 *
 * @returns stops the watch
 */
export function guardLogin(
  webSocket: WebSocket,
  socket: Socket,
  maxLoginBytes: number,
  onTooBig: () => void,
): () => void {
  // As much as a message of the allowed size can take, cut into fragments of one byte.
  const most = maxLoginBytes * (fragmentHeader + 1) + readBytes;
  let bytes = 0;
  const count = (chunk: Buffer): void => {
    const before = bytes;
    bytes += chunk.length;
    if (bytes > 2 * most) socket.destroy();
    else if (bytes > most && before <= most) onTooBig();
  };
  const restart = (): void => {
    bytes = 0;
  };
  const watched = ["message", "ping", "pong"] as const;
  socket.on("data", count);
  for (const event of watched) webSocket.on(event, restart);
  return () => {
    socket.off("data", count);
    for (const event of watched) webSocket.off(event, restart);
  };
}
