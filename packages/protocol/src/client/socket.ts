import { closes, retryAfterClose } from "../close-codes.ts";
import { subprotocol } from "../negotiate.ts";
import { emptyQueue } from "../queue.ts";
import { startTimer, stopTimer } from "./effects.ts";
import { settleAll, settleCut } from "./pending.ts";
import {
  baseOf,
  type ClientEffect,
  type ClientState,
  type ClientStep,
  type ClientTimer,
  type StopReason,
} from "./state.ts";

export function openSocket(state: ClientState): ClientStep {
  const { dialect, options } = state;
  return [
    { ...baseOf(state), kind: "connecting" },
    [
      { type: "openSocket", protocols: dialect === "v1" ? [subprotocol] : [] },
      startTimer("connect", options.limits.connectTimeoutMs),
    ],
  ];
}

/** Says goodbye and waits for the peer's close, at most for the close timeout. */
export function leave(
  state: ClientState,
  after: StopReason | "retry",
  close: { readonly code: number; readonly reason: string } = closes.normal,
): ClientStep {
  return [
    { ...baseOf(state), kind: "closing", after },
    [
      ...stopTimers(state),
      { type: "close", code: close.code, reason: close.reason },
      startTimer("close", state.options.limits.closeTimeoutMs),
    ],
  ];
}

/** The peer broke the protocol. Browsers may send 1000 and 3000–4999 only, hence 4400. */
export function breakOff(state: ClientState, detail: string): ClientStep {
  return leave(state, { kind: "protocol", detail }, closes.malformed);
}

export function stop(state: ClientState, reason: StopReason): ClientStep {
  return [
    { ...baseOf(state), kind: "stopped", pending: emptyQueue, reason },
    [...stopTimers(state), ...settleAll(state.pending)],
  ];
}

/** The socket is gone, by whatever cause. */
export function afterSocket(
  state: ClientState,
  code: number,
  reason: string,
  detail: string | undefined,
): ClientStep {
  const closed: StopReason = { kind: "closed", code, reason };
  switch (state.kind) {
    case "connecting":
      return afterFailedConnect(state, {
        kind: "unreachable",
        detail: detail ?? "the connection could not be opened",
      });
    case "greeting":
    case "ready":
      return afterCut(state, closed, retryAfterClose(code, reason) !== "never");
    case "authenticating":
      // Whatever code follows a refusal, nothing has changed that would make the next login better.
      return state.denied === null
        ? afterCut(state, closed, retryAfterClose(code, reason) !== "never")
        : stop(state, { kind: "refused", ...state.denied });
    case "closing":
      return state.after === "retry" ? afterCut(state, closed, true) : stop(state, state.after);
    case "idle":
    case "waiting":
    case "stopped":
      return [state, []];
  }
}

/** No socket opened: the next dialect, the next try, or the end. */
export function afterFailedConnect(state: ClientState, reason: StopReason): ClientStep {
  const { options, dialect, established } = state;
  const next = options.dialects[options.dialects.indexOf(dialect) + 1];
  if (next !== undefined && !established) {
    const [opening, effects] = openSocket({ ...state, dialect: next });
    return [opening, [...stopTimers(state), ...effects]];
  }
  return afterCut(state, reason, true);
}

function afterCut(state: ClientState, reason: StopReason, mayReturn: boolean): ClientStep {
  const { options, established, retries } = state;
  if (!mayReturn || !options.reconnect || !established || retries >= options.limits.maxRetries)
    return stop(state, reason);
  const [pending, lost] = settleCut(state.pending);
  return [
    { ...baseOf(state), kind: "waiting", pending, retries: retries + 1 },
    [...stopTimers(state), ...lost, { type: "scheduleRetry", retries }],
  ];
}

function timersOf(state: ClientState): readonly ClientTimer[] {
  switch (state.kind) {
    case "connecting":
      return ["connect"];
    case "greeting":
    case "authenticating":
      return ["login"];
    case "ready":
      return ["renew", "ping", "pong"];
    case "closing":
      return ["close"];
    case "waiting":
      return ["retry"];
    case "idle":
    case "stopped":
      return [];
  }
}

export function stopTimers(state: ClientState): readonly ClientEffect[] {
  return timersOf(state).map(stopTimer);
}
