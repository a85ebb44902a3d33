import { closes } from "../close-codes.ts";
import { send, startDeadline, stopTimers } from "../effects.ts";
import { subprotocol } from "../negotiate.ts";
import { push } from "../queue.ts";
import { fitReason } from "../text.ts";
import { takeFrame } from "./frame.ts";
import { startLogin, startRenewal, takeShellAnswer } from "./login.ts";
import { sendEffect, settle } from "./pending.ts";
import {
  afterFailedConnect,
  afterSocket,
  dropping,
  leave,
  nextDialect,
  openSocket,
  refusedOr,
  stop,
} from "./socket.ts";
import {
  baseOf,
  timersOf,
  type ClientEvent,
  type ClientState,
  type ClientStep,
  type ClientTimer,
  type StopReason,
} from "./state.ts";

/**
 * The client's side of a session, in both dialects.
 *
 *     idle → connecting → greeting → authenticating → ready → waiting → connecting …
 *                                                        ↘ closing → stopped
 *
 * Total: every event is answered in every state, late and stray ones by changing nothing.
 */
export function transitionClient(state: ClientState, event: ClientEvent): ClientStep {
  const [next, effects] = react(state, event);
  return [next, [...stopTimers(timersOf(state), timersOf(next)), ...effects]];
}

function react(state: ClientState, event: ClientEvent): ClientStep {
  switch (event.type) {
    case "connect":
      return state.kind === "idle" ? openSocket(state) : [state, []];
    case "socketOpened":
      return takeOpened(state, event.protocol);
    case "frame":
      return takeFrame(state, event.frame);
    case "submit":
      return submit(state, event);
    case "credentials":
    case "answered":
    case "checked":
      return takeShellAnswer(state, event);
    case "timer":
      return expire(state, event.name);
    case "socketClosed":
      return afterSocket(state, event.code, event.reason, event.detail);
    case "stop":
      return takeStop(state, event);
  }
}

function takeOpened(state: ClientState, selected: string): ClientStep {
  if (state.kind !== "connecting") return [state, []];
  const expected = state.dialect === "v1" ? subprotocol : "";
  if (selected !== expected) {
    const reason: StopReason = { kind: "subprotocol", expected, selected };
    // Never a silent downgrade: if v1 alone was asked for, v1 it is, or nothing.
    return nextDialect(state) === undefined
      ? leave(state, reason, closes.subprotocol)
      : dropping(afterFailedConnect(state, reason));
  }
  if (state.dialect === "plain") return startLogin(state);
  return [{ ...baseOf(state), kind: "greeting" }, [startDeadline("login", state)]];
}

function submit(
  state: ClientState,
  { id, payload, resend }: Extract<ClientEvent, { readonly type: "submit" }>,
): ClientStep {
  // A used id may be open or settled: any outcome for it would be a second one.
  if (id <= state.lastId) return [state, []];
  const next = { ...state, lastId: id };
  const sent = state.kind === "ready";
  const entry = { id, payload, resend, sent, left: sent };
  if (state.kind === "stopped") return [next, [settle(entry, { kind: "unsent" })]];
  if (state.pending.length >= state.options.limits.maxPending) {
    const { code, reason } = closes.tooManyMessages;
    return [next, [settle(entry, { kind: "refused", code, message: reason })]];
  }
  return [{ ...next, pending: push(state.pending, entry) }, sent ? [sendEffect(entry)] : []];
}

function expire(state: ClientState, name: ClientTimer): ClientStep {
  if (!timersOf(state).includes(name)) return [state, []];
  switch (name) {
    case "connect":
      return dropping(afterFailedConnect(state, { kind: "timeout", phase: "connect" }));
    case "login":
      return leave(
        state,
        refusedOr(state, state.established ? "retry" : { kind: "timeout", phase: "login" }),
      );
    case "close":
    case "pong":
      return dropping(afterSocket(state, 1006, "the server does not answer"));
    case "retry":
      return openSocket(state);
    case "renew":
      return startRenewal(state);
    case "ping":
      if (state.kind !== "ready" || state.dialect === "plain") return [state, []];
      return [{ ...state, probing: true }, [send({ type: "ping" }), startDeadline("pong", state)]];
  }
}

function takeStop(
  state: ClientState,
  event: Extract<ClientEvent, { readonly type: "stop" }>,
): ClientStep {
  const { code, reason } = { ...closes.normal, ...event };
  const left: StopReason = { kind: "left" };
  switch (state.kind) {
    case "idle":
    case "waiting":
      return stop(state, left);
    case "connecting":
      return dropping(stop(state, left));
    case "closing":
      // A fault that was met first stays the reason: it must not look as if all had been well.
      return [state.after === "retry" ? { ...state, after: left } : state, []];
    case "stopped":
      return [state, []];
    default:
      return leave(state, left, { code, reason: fitReason(reason) });
  }
}
