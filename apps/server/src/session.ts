import type { Socket } from "node:net";
import {
  closes,
  type CloseName,
  type ServerEffect,
  type ServerMessage,
  type ServerNote,
  type ServerOptions,
  type ServerTimer,
} from "@wsecho/protocol";
import type { Presence } from "./access.ts";
import type { Authenticate } from "./authenticate.ts";
import type { Handle } from "./handler.ts";
import type { Log } from "./log.ts";
import type { Inflow } from "./inflow.ts";
import { freeInput, holdInput, releaseInput } from "./input.ts";
import { limitBehind } from "./limit-names.ts";
import { endGuard, guardLogin } from "./login-guard.ts";
import type { Meter } from "./meter.ts";
import { answerPing } from "./pongs.ts";
import { isCongested, pressureMark } from "./pressure.ts";
import { empty, type QuickEcho } from "./quick-echo.ts";
import { opcodes, type ReplySocket } from "./reply-socket.ts";
import { SessionMachine } from "./session-machine.ts";
import type { SocketEvents } from "./socket-events.ts";
import { startTimer, stopTimer, stopTimers, type Timer, type TimerOwner } from "./socket-timers.ts";
import { logStoreFailure } from "./store-failure.ts";
import type { Proof } from "./verdict.ts";
import type { Violation } from "./violation.ts";

export interface SessionParts {
  readonly options: ServerOptions;
  readonly highWaterBytes: number;
  /** For one login, or one renewal. */
  newAuthenticate(): Authenticate;
  /** What the handshake proved, where `options.login` is set. */
  readonly proof?: Proof | undefined;
  /** Called once, when the first login holds; `revoke` ends the session. */
  enter(user: string, proof: Proof, revoke: () => void): Presence;
  /** Called with the user once the first login is proven. */
  handleFor(user: string): Handle;
  /** The text that says `message` in the session's dialect; `null` where it stays silent. */
  readonly encode: (message: ServerMessage) => string | null;
  readonly inflow: Pick<Inflow, "take">;
  /** `null` where messages are answered by more than themselves. */
  readonly quickEcho: QuickEcho | null;
  readonly meter: Meter;
  readonly log: Log;
}

/** An open connection, as the server sees it when it stops. */
export interface Connection {
  /** Answers what was accepted, then closes. */
  readonly shutDown: (
    close: "goingAway" | "restarting" | "sessionTooLong" | "messageTooSlow",
  ) => void;
}

/**
 * Turns one socket into events of the session's machine, and the machine's effects into calls. A class,
 * for each of its functions would be there ten thousand times.
 */
export class Session
  extends SessionMachine
  implements Connection, SocketEvents, TimerOwner<ServerTimer>
{
  timers: Timer<ServerTimer> | null = null;
  readonly #parts: SessionParts;
  readonly #pressureMark: number;
  #congested = false;
  #authenticate: Authenticate | null = null;
  #handle: Handle | null = null;
  #presence: Presence | null = null;
  /** What the newest accepted verdict proved, until it has been noted. */
  #proof: Proof | undefined;
  #end: { readonly code: number; readonly reason: string } | null = null;

  constructor(webSocket: ReplySocket, socket: Socket, parts: SessionParts) {
    super(webSocket, parts.options, parts.quickEcho);
    this.#parts = parts;
    this.#proof = parts.proof;
    this.#pressureMark = pressureMark(socket, parts.highWaterBytes);
    guardLogin(webSocket, parts.options.limits.maxLoginBytes);
  }

  /** Before the first event, for the peer's frames may have come with its handshake. */
  start(socket: Socket): void {
    this.webSocket.listen(socket, this);
    this.dispatch({ type: "opened" });
  }

  shutDown(close: Parameters<Connection["shutDown"]>[0]): void {
    this.dispatch({ type: "shutdown", close });
  }

  onMessage(data: Buffer, isBinary: boolean): void {
    this.#parts.meter.message(isBinary ? "binary" : "text", data.length);
    this.#parts.inflow.take(data.length);
    this.take(data, isBinary);
  }

  onPing(data: Buffer): void {
    this.#parts.inflow.take(data.length);
    answerPing(this.webSocket, data);
  }

  onPong(data: Buffer): void {
    this.#parts.inflow.take(data.length);
  }

  onViolation(violation: Violation): void {
    this.dispatch(violation);
  }

  onError(error: Error): void {
    this.#parts.log.debug({ detail: error.message }, "the connection failed");
  }

  onFlushed(): void {
    this.settle();
    this.onDrain();
  }

  onDrain(): void {
    const congested = isCongested(this.webSocket, this.#pressureMark, this.#congested);
    if (congested === this.#congested) return;
    this.#congested = congested;
    if (congested) this.#parts.meter.limited("high-water");
    this.dispatch({ type: congested ? "congested" : "drained" });
  }

  onClose(code: number, reason: Buffer): void {
    this.dispatch({ type: "socketClosed", code });
    stopTimers(this);
    const { code: why, reason: said } = this.#end ?? { code, reason: reason.toString() };
    this.#presence?.left(why, said);
  }

  onTimer(name: ServerTimer): void {
    this.dispatch({ type: "timer", name });
  }

  protected override perform(effect: ServerEffect): void {
    const { webSocket } = this;
    switch (effect.type) {
      case "send": {
        const text = this.#parts.encode(effect.message);
        if (text !== null) webSocket.reply(opcodes.text, empty, Buffer.from(text));
        return;
      }
      case "sendBinary":
        // A copy, for a handler may keep what it answers.
        webSocket.reply(opcodes.binary, empty, Buffer.from(effect.data));
        return;
      case "close":
        webSocket.close(effect.code, effect.reason);
        freeInput(webSocket);
        return;
      case "terminate":
        webSocket.terminate();
        return;
      case "startTimer":
        startTimer(this, effect.name, effect.ms);
        return;
      case "stopTimer":
        stopTimer(this, effect.name);
        return;
      case "verify":
        this.#verify(effect);
        return;
      case "handle":
        this.#handle?.(effect.submission, (reply) => this.dispatch({ type: "handled", reply }));
        return;
      case "pauseInput":
        holdInput(webSocket, "session");
        return;
      case "resumeInput":
        releaseInput(webSocket, "session");
        return;
      case "note":
        this.#takeNote(effect.note);
    }
  }

  #verify({ attempt, step }: Extract<ServerEffect, { readonly type: "verify" }>): void {
    this.#authenticate ??= this.#parts.newAuthenticate();
    this.#authenticate(step).then(
      (outcome) => {
        if (outcome.kind === "accepted") {
          this.#authenticate = null;
          // Not the whole outcome, which may hold a token.
          const { mechanism, version } = outcome;
          this.#proof = { mechanism, version };
        }
        this.dispatch({ type: "verdict", attempt, outcome });
      },
      (error: unknown) => {
        logStoreFailure(this.#parts.log, error);
        this.dispatch({ type: "verdict", attempt, outcome: { kind: "unavailable" } });
      },
    );
  }

  #takeNote(note: ServerNote): void {
    if (note.kind === "accepted") this.#takeLogin(note.user);
    // The first close of ours says why, whatever the peer answers to it.
    if (note.kind === "closing") this.#takeClosing(note.close);
    const { kind, ...facts } = note;
    const how = kind === "accepted" ? { mechanism: this.#proof?.mechanism } : {};
    // The next one brings its own.
    if (kind === "accepted") this.#proof = undefined;
    // The gate says when the connection has really gone.
    if (kind !== "closed") this.#parts.log.info({ ...facts, ...how }, noteTexts[kind]);
  }

  #takeClosing(close: CloseName): void {
    this.#end = closes[close];
    const limit = limitBehind(close, this.#handle !== null);
    if (limit !== undefined) this.#parts.meter.limited(limit);
  }

  #takeLogin(user: string): void {
    if (this.#handle === null) {
      this.#handle = this.#parts.handleFor(user);
      endGuard(this.webSocket, this.options.limits.maxMessageBytes);
    }
    const proof = this.#proof;
    if (proof === undefined) return;
    if (this.#presence !== null) this.#presence.renewed(proof.version);
    else this.#presence = this.#parts.enter(user, proof, () => this.dispatch({ type: "revoked" }));
  }
}

const noteTexts = {
  accepted: "login accepted",
  refused: "login refused",
  closing: "closing",
} as const;
