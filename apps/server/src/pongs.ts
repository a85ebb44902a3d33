import type { WebSocket } from "ws";

/** So many answers may wait for a peer to read them. */
const maxWaiting = 64;

/**
 * Answers pings. The library's own way cuts a peer that sends more than sixty in one segment, which
 * is odd but allowed; and one that reads no answers must not fill our memory with them. So where
 * many wait, only the newest of further pings is answered (RFC 6455 section 5.5.3).
 */
export function answerPings(webSocket: WebSocket): void {
  let waiting = 0;
  let newest: Buffer | null = null;

  function answer(data: Buffer): void {
    waiting += 1;
    webSocket.pong(data, false, () => {
      waiting -= 1;
      if (newest === null || waiting > 0) return;
      const next = newest;
      newest = null;
      answer(next);
    });
  }

  webSocket.on("ping", (data) => {
    if (webSocket.readyState !== webSocket.OPEN) return;
    if (waiting < maxWaiting) answer(data);
    // A copy, for the payload stands in the whole of what was read with it.
    else newest = Buffer.from(data);
  });
}
