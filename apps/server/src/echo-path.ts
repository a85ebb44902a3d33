import type { Socket } from "node:net";
import { closes, type CloseName } from "@wsecho/protocol";
import type { Presence } from "./access.ts";
import type { Inflow } from "./inflow.ts";
import { freeInput, holdInput, releaseInput } from "./input.ts";
import { limitBehind } from "./limit-names.ts";
import type { ServerLimits } from "./limits.ts";
import type { Log } from "./log.ts";
import type { Meter } from "./meter.ts";
import { watchPressure } from "./pressure.ts";
import { empty } from "./quick-echo.ts";
import { opcodes, type ReplySocket } from "./reply-socket.ts";
import type { Connection } from "./session.ts";
import { createTimers } from "./socket-timers.ts";
import { watchFrames } from "./violation.ts";

/** The login of the handshake; absent where everybody may come in. */
export interface EchoLogin {
  readonly expiresInMs?: number;
  /** `revoke` ends the connection. */
  readonly enter: (revoke: () => void) => Presence;
}

export interface EchoParts {
  readonly limits: ServerLimits;
  readonly login: EchoLogin | null;
  readonly inflow: Pick<Inflow, "take">;
  readonly meter: Meter;
  readonly log: Log;
}

/**
 * Pure echo: every message goes back as it came, text as text and binary as binary, byte for byte,
 * without greeting or prefix. Whoever is here was let in at the handshake.
 */
export function runEcho(
  webSocket: ReplySocket,
  socket: Socket,
  { limits, login, inflow, meter, log }: EchoParts,
): Connection {
  const timers = createTimers<"idle" | "slow" | "expired" | "close">((name) => {
    if (name === "close") webSocket.terminate();
    else close(name === "slow" ? "tooSlow" : name);
  });
  let spoke = false;
  let end: { readonly code: number; readonly reason: string } | undefined;
  const pressure = watchPressure(webSocket, socket, limits.highWaterBytes, (congested) => {
    if (webSocket.readyState !== webSocket.OPEN) return;
    if (congested) {
      meter.limited("high-water");
      holdInput(webSocket, "session");
      timers.start("slow", limits.slowTimeoutMs);
    } else {
      timers.stop("slow");
      releaseInput(webSocket, "session");
    }
  });

  webSocket.onFlush(() => {
    if (spoke && webSocket.readyState === webSocket.OPEN)
      timers.start("idle", limits.idleTimeoutMs);
    spoke = false;
    pressure.check();
  });

  function close(name: CloseName): void {
    if (webSocket.readyState !== webSocket.OPEN) return;
    timers.stopAll();
    end = closes[name];
    // Reads again, for the peer's close frame must be seen.
    freeInput(webSocket);
    const limit = limitBehind(name, true);
    if (limit !== undefined) meter.limited(limit);
    webSocket.close(closes[name].code, closes[name].reason);
    timers.start("close", limits.closeTimeoutMs);
    log.info({ close: name }, "closing");
  }

  webSocket.on("message", (data: Buffer, isBinary) => {
    meter.message(isBinary ? "binary" : "text", data.length);
    inflow.take(data.length);
    spoke = true;
    webSocket.reply(isBinary ? opcodes.binary : opcodes.text, empty, data);
  });
  watchFrames(webSocket, (violation) => close(violation.close));
  webSocket.on("error", (error) => {
    // Where the library has closed by itself, the peer gets as long as for any other close.
    timers.start("close", limits.closeTimeoutMs);
    log.debug({ detail: error.message }, "the connection failed");
  });
  webSocket.on("close", (code, reason) => {
    timers.stopAll();
    const { code: why, reason: said } = end ?? { code, reason: reason.toString() };
    presence?.left(why, said);
  });
  timers.start("idle", limits.idleTimeoutMs);
  if (login?.expiresInMs !== undefined) timers.start("expired", login.expiresInMs);
  const presence = login?.enter(() => close("revoked"));
  return { shutDown: close };
}
