import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { writeFaults, type Faults } from "@wsecho/protocol/faults";
import { WebSocketServer, type Server } from "ws";
import type { ReplySocket } from "../reply-socket.ts";
import type { Rules } from "../rules.ts";
import { webSocketOptions } from "../web-sockets.ts";
import { FaultySocket } from "./faulty-socket.ts";

export interface FaultyUpgradeParts {
  /** With these lines. */
  readonly answered: (lines: readonly string[]) => void;
  readonly done: (webSocket: ReplySocket) => void;
}

/** Completes the handshake of a connection that asks for faults, and says in the response which. */
export function upgradeFaulty(
  [request, socket, head]: readonly [IncomingMessage, Socket, Buffer],
  rules: Rules,
  faults: Faults,
  { answered, done }: FaultyUpgradeParts,
): void {
  const { highWaterBytes, closeTimeoutMs } = rules.limits;
  const compress = rules.compress && faults.noCompress !== true;
  // One for each: they are few, and each takes other extensions.
  const server: Server<typeof FaultySocket> = new WebSocketServer({
    ...webSocketOptions({ ...rules, compress }),
    WebSocket: FaultySocket,
  });
  server.on("headers", (lines) => {
    lines.push(`Wsecho-Fault: ${writeFaults(faults)}`);
    answered(lines);
  });
  server.handleUpgrade(request, socket, head, (webSocket) => {
    webSocket.arm({ faults, highWaterBytes, closeTimeoutMs });
    done(webSocket);
  });
}
