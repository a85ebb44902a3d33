import type { Socket } from "node:net";
import { closes, type CloseName } from "@wsecho/protocol";
import type { Presence } from "./access.ts";
import type { Inflow } from "./inflow.ts";
import { freeInput, holdInput, releaseInput } from "./input.ts";
import { limitBehind } from "./limit-names.ts";
import type { ServerLimits } from "./limits.ts";
import type { Log } from "./log.ts";
import type { Meter } from "./meter.ts";
import { answerPing } from "./pongs.ts";
import { isCongested, pressureMark } from "./pressure.ts";
import { empty } from "./quick-echo.ts";
import { opcodes, type ReplySocket } from "./reply-socket.ts";
import type { Connection } from "./session.ts";
import type { SocketEvents } from "./socket-events.ts";
import { startTimer, stopTimer, stopTimers, type Timer, type TimerOwner } from "./socket-timers.ts";
import type { Violation } from "./violation.ts";

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

type EchoTimer = "idle" | "slow" | "expired" | "close";

/**
 * Pure echo: every message goes back as it came, text as text and binary as binary, byte for byte,
 * without greeting or prefix. Whoever is here was let in at the handshake.
 */
export class Echo implements Connection, SocketEvents, TimerOwner<EchoTimer> {
  timers: Timer<EchoTimer> | null = null;
  readonly #webSocket: ReplySocket;
  readonly #parts: EchoParts;
  readonly #pressureMark: number;
  #presence: Presence | null = null;
  #spoke = false;
  #congested = false;
  #end: { readonly code: number; readonly reason: string } | null = null;

  constructor(webSocket: ReplySocket, socket: Socket, parts: EchoParts) {
    this.#webSocket = webSocket;
    this.#parts = parts;
    this.#pressureMark = pressureMark(socket, parts.limits.highWaterBytes);
  }

  /** Before the first event. */
  start(socket: Socket): void {
    this.#webSocket.listen(socket, this);
    const { limits, login } = this.#parts;
    startTimer(this, "idle", limits.idleTimeoutMs);
    if (login?.expiresInMs !== undefined) startTimer(this, "expired", login.expiresInMs);
    this.#presence = login?.enter(() => this.shutDown("revoked")) ?? null;
  }

  shutDown(name: CloseName): void {
    const webSocket = this.#webSocket;
    if (webSocket.readyState !== webSocket.OPEN) return;
    const { limits, meter, log } = this.#parts;
    stopTimers(this);
    this.#end = closes[name];
    // Reads again, for the peer's close frame must be seen.
    freeInput(webSocket);
    const limit = limitBehind(name, true);
    if (limit !== undefined) meter.limited(limit);
    webSocket.close(closes[name].code, closes[name].reason);
    startTimer(this, "close", limits.closeTimeoutMs);
    log.info({ close: name }, "closing");
  }

  onMessage(data: Buffer, isBinary: boolean): void {
    this.#parts.meter.message(isBinary ? "binary" : "text", data.length);
    this.#parts.inflow.take(data.length);
    this.#spoke = true;
    this.#webSocket.reply(isBinary ? opcodes.binary : opcodes.text, empty, data);
  }

  onPing(data: Buffer): void {
    this.#parts.inflow.take(data.length);
    answerPing(this.#webSocket, data);
  }

  onPong(data: Buffer): void {
    this.#parts.inflow.take(data.length);
  }

  onViolation(violation: Violation): void {
    this.shutDown(violation.close);
  }

  onError(error: Error): void {
    const { limits, log } = this.#parts;
    // Where the library has closed by itself, the peer gets as long as for any other close.
    startTimer(this, "close", limits.closeTimeoutMs);
    log.debug({ detail: error.message }, "the connection failed");
  }

  onFlushed(): void {
    const webSocket = this.#webSocket;
    if (this.#spoke && webSocket.readyState === webSocket.OPEN)
      startTimer(this, "idle", this.#parts.limits.idleTimeoutMs);
    this.#spoke = false;
    this.onDrain();
  }

  onDrain(): void {
    const webSocket = this.#webSocket;
    const congested = isCongested(webSocket, this.#pressureMark, this.#congested);
    if (congested === this.#congested) return;
    this.#congested = congested;
    if (webSocket.readyState !== webSocket.OPEN) return;
    if (congested) {
      this.#parts.meter.limited("high-water");
      holdInput(webSocket, "session");
      startTimer(this, "slow", this.#parts.limits.slowTimeoutMs);
    } else {
      stopTimer(this, "slow");
      releaseInput(webSocket, "session");
    }
  }

  onTimer(name: EchoTimer): void {
    if (name === "close") this.#webSocket.terminate();
    else this.shutDown(name === "slow" ? "tooSlow" : name);
  }

  onClose(code: number, reason: Buffer): void {
    stopTimers(this);
    const { code: why, reason: said } = this.#end ?? { code, reason: reason.toString() };
    this.#presence?.left(why, said);
  }
}
