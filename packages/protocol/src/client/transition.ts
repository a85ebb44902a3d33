import { closes } from "../close-codes.ts";
import type { Frame } from "../dialect/dialect.ts";
import { subprotocol } from "../negotiate.ts";
import { push } from "../queue.ts";
import { fitReason } from "../text.ts";
import {
  startLogin,
  takeChecked,
  takeCredentials,
  takeGreeting,
  takeLoginFrame,
} from "./authenticating.ts";
import { sendEffect } from "./pending.ts";
import {
  settleReply,
  startRenewal,
  takeReadyFrame,
  takeRenewalChecked,
  takeRenewalCredentials,
} from "./ready.ts";
import { afterFailedConnect, afterSocket, leave, openSocket, stop } from "./socket.ts";
import {
  baseOf,
  type ClientEvent,
  type ClientState,
  type ClientStep,
  type ClientTimer,
  type LoginStep,
  type Settlement,
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
      if (loginOf(state)?.attempt !== event.attempt) return [state, []];
      if (state.kind === "authenticating") return takeCredentials(state, event.message);
      return state.kind === "ready" && state.renewal !== null
        ? takeRenewalCredentials(state, state.renewal, event.message)
        : [state, []];
    case "answered":
      return takeAnswer(state, event);
    case "checked":
      if (loginOf(state)?.attempt !== event.attempt) return [state, []];
      if (state.kind === "authenticating") return takeChecked(state, event.genuine);
      return state.kind === "ready" ? takeRenewalChecked(state, event.genuine) : [state, []];
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
    const stopConnect = { type: "stopTimer", name: "connect" } as const;
    if (state.dialect === "plain") {
      const [next, effects] = startLogin(state, null);
      return [next, [stopConnect, ...effects]];
    }
    const ms = state.options.limits.loginTimeoutMs;
    return [
      { ...baseOf(state), kind: "greeting" },
      [stopConnect, { type: "startTimer", name: "login", ms }],
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
      return settleReply(state, frame) ?? [state, []];
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
  const settle = (outcome: Settlement): ClientStep => [
    { ...state, lastId: id },
    [{ type: "settle", id, outcome }],
  ];
  if (state.kind === "stopped") return settle({ kind: "unsent" });
  if (state.pending.length >= limits.maxPending) {
    const { code } = closes.tooManyMessages;
    return settle({ kind: "refused", code, message: "too many messages without an answer" });
  }
  const sent = state.kind === "ready";
  const entry = { id, payload, resend, sent, left: sent };
  return [
    { ...state, lastId: id, pending: push(state.pending, entry) },
    sent ? [sendEffect(entry)] : [],
  ];
}

function loginOf(state: ClientState): LoginStep | null {
  if (state.kind === "authenticating") return state.login;
  return state.kind === "ready" ? state.renewal : null;
}

function takeAnswer(
  state: ClientState,
  { attempt, data }: Extract<ClientEvent, { readonly type: "answered" }>,
): ClientStep {
  const login = loginOf(state);
  if (login?.attempt !== attempt || login.kind !== "answering") return [state, []];
  // The challenge was not one that an honest server sends; see the shell's own message for why.
  if (data === null) return leave(state, { kind: "untrusted" }, closes.refused);
  const answered: LoginStep = { ...login, kind: "answered" };
  const effects = [{ type: "send", message: { type: "response", data } }] as const;
  if (state.kind === "authenticating") return [{ ...state, login: answered }, effects];
  return state.kind === "ready" ? [{ ...state, renewal: answered }, effects] : [state, []];
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
        [
          { type: "send", message: { type: "ping" } },
          { type: "startTimer", name: "pong", ms: state.options.limits.pongTimeoutMs },
        ],
      ];
    case "pong":
      return state.kind === "ready" && state.probing
        ? drop(state, "the server does not answer")
        : [state, []];
  }
}

function expireLogin(state: ClientState): ClientStep {
  const late: StopReason | "retry" = state.established
    ? "retry"
    : { kind: "timeout", phase: "login" };
  if (state.kind === "greeting") return leave(state, late);
  if (state.kind !== "authenticating" || state.login.kind === "asking") return [state, []];
  return leave(state, state.denied === null ? late : { kind: "refused", ...state.denied });
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
