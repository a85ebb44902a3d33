import { empty } from "./quick-echo.ts";
import { opcodes, type ReplySocket } from "./reply-socket.ts";

/** The newest ping of a peer that reads no answers. */
const unanswered = new WeakMap<ReplySocket, Buffer>();

/**
 * Answers a ping, in its order among the replies. The library's own way cuts a peer that sends more
 * than sixty in one segment, which is odd but allowed; and one that reads no answers must not fill
 * our memory with them. So where the socket's buffer is full, only the newest of further pings is
 * answered (RFC 6455 section 5.5.3).
 */
export function answerPing(webSocket: ReplySocket, data: Buffer): void {
  const { tcp } = webSocket;
  if (tcp === null) return;
  // Behind replies of the same turn a pong adds no more than one read can bring.
  if (webSocket.isGathering || !tcp.writableNeedDrain) {
    unanswered.delete(webSocket);
    webSocket.reply(opcodes.pong, empty, data);
    return;
  }
  if (!unanswered.has(webSocket)) tcp.once("drain", () => answerNewest(webSocket));
  // A copy, for the payload stands in the whole of what was read with it.
  unanswered.set(webSocket, Buffer.from(data));
}

function answerNewest(webSocket: ReplySocket): void {
  const newest = unanswered.get(webSocket);
  if (newest === undefined) return;
  unanswered.delete(webSocket);
  webSocket.reply(opcodes.pong, empty, newest);
}
