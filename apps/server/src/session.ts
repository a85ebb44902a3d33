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
import { guardLogin } from "./login-guard.ts";
import type { Meter } from "./meter.ts";
import { watchPressure } from "./pressure.ts";
import { empty, type QuickEcho } from "./quick-echo.ts";
import { opcodes, type ReplySocket } from "./reply-socket.ts";
import { createSessionMachine } from "./session-machine.ts";
import { createTimers } from "./socket-timers.ts";
import { logStoreFailure } from "./store-failure.ts";
import type { Proof } from "./verdict.ts";
import { watchFrames } from "./violation.ts";

export interface SessionParts {
  readonly options: ServerOptions;
  readonly highWaterBytes: number;
  /** For one login, or one renewal. */
  readonly newAuthenticate: () => Authenticate;
  /** What the handshake proved, where `options.login` is set. */
  readonly proof?: Proof;
  /** Called once, when the first login holds; `revoke` ends the session. */
  readonly enter: (user: string, proof: Proof, revoke: () => void) => Presence;
  /** Called with the user once the first login is proven. */
  readonly handleFor: (user: string) => Handle;
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
  readonly shutDown: (close: "goingAway" | "restarting" | "sessionTooLong") => void;
}

/** Turns one socket into events of the session's machine, and the machine's effects into calls. */
export function runSession(
  webSocket: ReplySocket,
  socket: Socket,
  parts: SessionParts,
): Connection {
  const { options, handleFor, encode, quickEcho, meter, log } = parts;
  let authenticate: Authenticate | undefined;
  let handle: Handle | undefined;
  let presence: Presence | undefined;
  /** What the newest accepted verdict proved. */
  let { proof } = parts;
  let end: { readonly code: number; readonly reason: string } | undefined;

  const { dispatch, take, settle } = createSessionMachine({
    webSocket,
    options,
    quickEcho,
    perform,
  });
  const timers = createTimers<ServerTimer>((name) => dispatch({ type: "timer", name }));
  const pressure = watchPressure(webSocket, socket, parts.highWaterBytes, (congested) => {
    if (congested) meter.limited("high-water");
    dispatch({ type: congested ? "congested" : "drained" });
  });
  webSocket.onFlush(() => {
    settle();
    pressure.check();
  });
  const unguard = guardLogin(webSocket, options.limits.maxLoginBytes);

  function perform(effect: ServerEffect): void {
    switch (effect.type) {
      case "send": {
        const text = encode(effect.message);
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
        timers.start(effect.name, effect.ms);
        return;
      case "stopTimer":
        timers.stop(effect.name);
        return;
      case "verify":
        verify(effect);
        return;
      case "handle":
        handle?.(effect.submission, (reply) => dispatch({ type: "handled", reply }));
        return;
      case "pauseInput":
        holdInput(webSocket, "session");
        return;
      case "resumeInput":
        releaseInput(webSocket, "session");
        return;
      case "note":
        takeNote(effect.note);
    }
  }

  function verify({ attempt, step }: Extract<ServerEffect, { readonly type: "verify" }>): void {
    authenticate ??= parts.newAuthenticate();
    authenticate(step).then(
      (outcome) => {
        if (outcome.kind === "accepted") {
          authenticate = undefined;
          // Not the whole outcome, which may hold a token.
          const { mechanism, version } = outcome;
          proof = { mechanism, version };
        }
        dispatch({ type: "verdict", attempt, outcome });
      },
      (error: unknown) => {
        logStoreFailure(log, error);
        dispatch({ type: "verdict", attempt, outcome: { kind: "unavailable" } });
      },
    );
  }

  function takeNote(note: ServerNote): void {
    if (note.kind === "accepted") takeLogin(note.user);
    // The first close of ours says why, whatever the peer answers to it.
    if (note.kind === "closing") takeClosing(note.close);
    const { kind, ...facts } = note;
    const how = kind === "accepted" ? { mechanism: proof?.mechanism } : {};
    // The gate says when the connection has really gone.
    if (kind !== "closed") log.info({ ...facts, ...how }, noteTexts[kind]);
  }

  function takeClosing(close: CloseName): void {
    end = closes[close];
    const limit = limitBehind(close, handle !== undefined);
    if (limit !== undefined) parts.meter.limited(limit);
  }

  function takeLogin(user: string): void {
    if (handle === undefined) {
      handle = handleFor(user);
      unguard();
    }
    if (proof === undefined) return;
    if (presence === undefined)
      presence = parts.enter(user, proof, () => dispatch({ type: "revoked" }));
    else presence.renewed(proof.version);
  }

  // All before the first event, for the peer's frames may have come with its handshake.
  webSocket.on("message", (data: Buffer, isBinary) => {
    meter.message(isBinary ? "binary" : "text", data.length);
    parts.inflow.take(data.length);
    take(data, isBinary);
  });
  watchFrames(webSocket, dispatch);
  webSocket.on("error", (error) => {
    log.debug({ detail: error.message }, "the connection failed");
  });
  webSocket.on("close", (code, reason) => {
    dispatch({ type: "socketClosed", code });
    timers.stopAll();
    const { code: why, reason: said } = end ?? { code, reason: reason.toString() };
    presence?.left(why, said);
  });
  dispatch({ type: "opened" });
  return { shutDown: (close) => dispatch({ type: "shutdown", close }) };
}

const noteTexts = {
  accepted: "login accepted",
  refused: "login refused",
  closing: "closing",
} as const;
