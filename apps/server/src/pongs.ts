import type { Socket } from "node:net";
import { empty } from "./quick-echo.ts";
import { opcodes, type ReplySocket } from "./reply-socket.ts";

/**
 * Answers pings, in their order among the replies. The library's own way cuts a peer that sends more
 * than sixty in one segment, which is odd but allowed; and one that reads no answers must not fill
 * our memory with them. So where the socket's buffer is full, only the newest of further pings is
 * answered (RFC 6455 section 5.5.3).
 */
export function answerPings(webSocket: ReplySocket, socket: Socket): void {
  let newest: Buffer | null = null;
  webSocket.on("ping", (data) => {
    // Behind replies of the same turn a pong adds no more than one read can bring.
    if (webSocket.isGathering || !socket.writableNeedDrain) {
      newest = null;
      webSocket.reply(opcodes.pong, empty, data);
    }
    // A copy, for the payload stands in the whole of what was read with it.
    else newest = Buffer.from(data);
  });
  socket.on("drain", () => {
    if (newest === null) return;
    webSocket.reply(opcodes.pong, empty, newest);
    newest = null;
  });
}
