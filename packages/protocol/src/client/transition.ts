import { closes } from "../close-codes.ts";
import type { Frame } from "../dialect/dialect.ts";
import { subprotocol } from "../negotiate.ts";
import { push } from "../queue.ts";
import { fitReason } from "../text.ts";
import { takeGreeting, takeLoginFrame } from "./authenticating.ts";
import { send, settle, startTimer, stopTimer } from "./effects.ts";
import { expireLogin, startLogin, startRenewal, takeAnswer } from "./login.ts";
import { sendEffect } from "./pending.ts";
import { takeClosingFrame, takeReadyFrame } from "./ready.ts";
import { afterFailedConnect, afterSocket, leave, openSocket, stop } from "./socket.ts";
import {
  baseOf,
  type ClientEvent,
  type ClientState,
  type ClientStep,
  type ClientTimer,
  type Settlement,
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
      return takeAnswer(state, event);
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
  if (selected === expected) {
    if (state.dialect === "plain") {
      const [next, effects] = startLogin(state, null);
      return [next, [stopTimer("connect"), ...effects]];
    }
    const ms = state.options.limits.loginTimeoutMs;
    return [
      { ...baseOf(state), kind: "greeting" },
      [stopTimer("connect"), startTimer("login", ms)],
    ];
  }
  const mayFallBack =
    state.options.dialects.indexOf(state.dialect) + 1 < state.options.dialects.length;
  if (mayFallBack && !state.established) {
    const [next, effects] = afterFailedConnect(state, { kind: "subprotocol", expected, selected });
    return [next, [{ type: "dropSocket" }, ...effects]];
  }
  // Never a silent downgrade: v1 was asked for, so v1 it is, or nothing.
  return leave(state, { kind: "subprotocol", expected, selected }, closes.subprotocol);
}

function takeFrame(state: ClientState, frame: Frame): ClientStep {
  switch (state.kind) {
    case "greeting":
      return takeGreeting(state, frame);
    case "authenticating":
      return takeLoginFrame(state, frame);
    case "ready":
      return takeReadyFrame(state, frame);
    case "closing":
      return takeClosingFrame(state, frame);
    case "idle":
    case "connecting":
    case "waiting":
    case "stopped":
      return [state, []];
  }
}

function submit(
  state: ClientState,
  { id, payload, resend }: Extract<ClientEvent, { readonly type: "submit" }>,
): ClientStep {
  const { limits } = state.options;
  // A used id may be open or settled: any outcome for it would be a second one.
  if (id <= state.lastId) return [state, []];
  const end = (outcome: Settlement): ClientStep => [
    { ...state, lastId: id },
    [settle(id, outcome)],
  ];
  if (state.kind === "stopped") return end({ kind: "unsent" });
  if (state.pending.length >= limits.maxPending) {
    const { code } = closes.tooManyMessages;
    return end({ kind: "refused", code, message: "too many messages without an answer" });
  }
  const sent = state.kind === "ready";
  const entry = { id, payload, resend, sent, left: sent };
  return [
    { ...state, lastId: id, pending: push(state.pending, entry) },
    sent ? [sendEffect(entry)] : [],
  ];
}

function expire(state: ClientState, name: ClientTimer): ClientStep {
  switch (name) {
    case "connect": {
      if (state.kind !== "connecting") return [state, []];
      const [next, effects] = afterFailedConnect(state, { kind: "timeout", phase: "connect" });
      return [next, [{ type: "dropSocket" }, ...effects]];
    }
    case "login":
      return expireLogin(state);
    case "close":
      return state.kind === "closing" ? drop(state, "no answer to the close") : [state, []];
    case "retry":
      return state.kind === "waiting" ? openSocket(state) : [state, []];
    case "renew":
      return state.kind === "ready" ? startRenewal(state) : [state, []];
    case "ping":
      if (state.kind !== "ready" || state.dialect === "plain") return [state, []];
      return [
        { ...state, probing: true },
        [send({ type: "ping" }), startTimer("pong", state.options.limits.pongTimeoutMs)],
      ];
    case "pong":
      return state.kind === "ready" && state.probing
        ? drop(state, "the server does not answer")
        : [state, []];
  }
}

function drop(state: ClientState, reason: string): ClientStep {
  const [next, effects] = afterSocket(state, 1006, reason, undefined);
  return [next, [{ type: "dropSocket" }, ...effects]];
}

function takeStop(
  state: ClientState,
  { code, reason }: Extract<ClientEvent, { readonly type: "stop" }>,
): ClientStep {
  switch (state.kind) {
    case "idle":
    case "waiting":
      return stop(state, { kind: "left" });
    case "connecting": {
      const [next, effects] = stop(state, { kind: "left" });
      return [next, [{ type: "dropSocket" }, ...effects]];
    }
    case "greeting":
    case "authenticating":
    case "ready": {
      const close = {
        code: code ?? closes.normal.code,
        reason: fitReason(reason ?? closes.normal.reason),
      };
      return leave(state, { kind: "left" }, close);
    }
    case "closing":
      // A fault that was met first stays the reason: it must not look as if all had been well.
      return [state.after === "retry" ? { ...state, after: { kind: "left" } } : state, []];
    case "stopped":
      return [state, []];
  }
}
