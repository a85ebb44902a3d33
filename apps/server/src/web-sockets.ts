import { subprotocol } from "@wsecho/protocol";
import { WebSocketServer, type Server, type ServerOptions } from "ws";
import { compressionOf } from "./compression.ts";
import { ReplySocket } from "./reply-socket.ts";
import type { Rules } from "./rules.ts";

/** Fewer than a packet brings, where the path is of the narrowest (RFC 9293 section 3.7.1). */
const packetBytes = 512;

/** What upgrades handshakes that were let in. */
export function createWebSockets(rules: Rules): Server<typeof ReplySocket> {
  return new WebSocketServer({ ...webSocketOptions(rules), WebSocket: ReplySocket });
}

/** How, but for the class, which has to be {@link ReplySocket} or one made from it. */
export function webSocketOptions({ limits, compress }: Rules): ServerOptions {
  return {
    noServer: true,
    clientTracking: false,
    // See ReplySocket.
    autoPong: false,
    perMessageDeflate: compress ? compressionOf(limits.compressThresholdBytes) : false,
    maxPayload: limits.maxMessageBytes,
    // The types lack these. A peer that began to close gets no longer than one that we close; and a
    // frame may come in pieces of the size of a packet, but not in one for each of its bytes.
    ...{
      closeTimeout: limits.closeTimeoutMs,
      maxFragments: limits.maxFragments,
      maxBufferedChunks: limits.maxFragments + Math.ceil(limits.maxMessageBytes / packetBytes),
    },
    handleProtocols: () => subprotocol,
  };
}
