import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { closes, type CloseName } from "@wsecho/protocol";
import type { ServerLimits } from "./limits.ts";
import type { Log } from "./log.ts";
import { watchPressure } from "./pressure.ts";
import type { Connection } from "./session.ts";
import { createTimers } from "./socket-timers.ts";

/**
 * Pure echo: every message goes back as it came, text as text and binary as binary, byte for byte,
 * without greeting or prefix. Whoever is here was let in at the handshake.
 */
export function runEcho(
  webSocket: WebSocket,
  socket: Socket,
  limits: ServerLimits,
  log: Log,
): Connection {
  const timers = createTimers<"idle" | "slow" | "close">((name) => {
    if (name === "close") webSocket.terminate();
    else close(name === "idle" ? "idle" : "tooSlow");
  });
  const pressure = watchPressure(webSocket, socket, limits.highWaterBytes, (congested) => {
    if (webSocket.readyState !== webSocket.OPEN) return;
    if (congested) {
      webSocket.pause();
      timers.start("slow", limits.slowTimeoutMs);
    } else {
      timers.stop("slow");
      webSocket.resume();
    }
  });

  function close(name: CloseName): void {
    if (webSocket.readyState !== webSocket.OPEN) return;
    timers.stopAll();
    // Reads again, for the peer's close frame must be seen.
    webSocket.resume();
    webSocket.close(closes[name].code, closes[name].reason);
    timers.start("close", limits.closeTimeoutMs);
    log.info({ close: name }, "closing");
  }

  webSocket.on("message", (data: Buffer, isBinary) => {
    if (webSocket.readyState !== webSocket.OPEN) return;
    timers.start("idle", limits.idleTimeoutMs);
    webSocket.send(data, { binary: isBinary });
    pressure.check();
  });
  webSocket.on("error", (error) => {
    // The library has sent the close that fits; the peer gets as long as for any other.
    timers.start("close", limits.closeTimeoutMs);
    log.debug({ detail: error.message }, "the connection failed");
  });
  webSocket.on("close", () => timers.stopAll());
  timers.start("idle", limits.idleTimeoutMs);
  return { shutDown: close };
}
