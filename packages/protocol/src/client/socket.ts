import { closes, retryAfterClose } from "../close-codes.ts";
import type { DialectName, Frame } from "../dialect/dialect.ts";
import { startDeadline } from "../effects.ts";
import type { ServerMessage } from "../messages.ts";
import { subprotocol } from "../negotiate.ts";
import { emptyQueue } from "../queue.ts";
import { settleAll, settleCut } from "./pending.ts";
import { baseOf, type ClientState, type ClientStep, type StopReason } from "./state.ts";

type RefusedReason = Extract<StopReason, { readonly kind: "refused" }>;

export function openSocket(state: ClientState): ClientStep {
  return [
    { ...baseOf(state), kind: "connecting", hello: null },
    [
      { type: "openSocket", protocols: state.dialect === "v1" ? [subprotocol] : [] },
      startDeadline("connect", state),
    ],
  ];
}

/** Says goodbye and waits for the peer's close, at most for the close timeout. */
export function leave(
  state: ClientState,
  after: StopReason | "retry",
  { code, reason }: { readonly code: number; readonly reason: string } = closes.normal,
): ClientStep {
  return [
    { ...baseOf(state), kind: "closing", after },
    [{ type: "close", code, reason }, startDeadline("close", state)],
  ];
}

/** The peer broke the protocol. Browsers may send 1000 and 3000–4999 only, hence 4400. */
export function breakOff(state: ClientState, detail: string): ClientStep {
  return leave(state, { kind: "protocol", detail }, closes.malformed);
}

/** The peer sent a message that has no place here. */
export function breakOrder(state: ClientState, { type }: ServerMessage | Frame): ClientStep {
  return breakOff(state, `unexpected ${type} while ${state.kind}`);
}

export function stop(state: ClientState, reason: StopReason): ClientStep {
  return [
    { ...baseOf(state), kind: "stopped", pending: emptyQueue, reason },
    settleAll(state.pending),
  ];
}

/** The same step after the socket was dropped. */
export function dropping([next, effects]: ClientStep): ClientStep {
  return [next, [{ type: "dropSocket" }, ...effects]];
}

/** The reason to stop: the refusal of the last login where there was one, else `reason`. */
export function refusedOr<Reason>(state: ClientState, reason: Reason): Reason | RefusedReason {
  return state.kind === "authenticating" && state.denied !== null
    ? { kind: "refused", ...state.denied }
    : reason;
}

/** The socket is gone, by whatever cause. */
export function afterSocket(
  state: ClientState,
  code: number,
  reason: string,
  detail = "the connection could not be opened",
): ClientStep {
  const closed = { kind: "closed", code, reason } as const;
  switch (state.kind) {
    case "connecting":
      return afterFailedConnect(state, { kind: "unreachable", detail });
    case "greeting":
    case "authenticating":
    case "ready": {
      const cause = refusedOr(state, closed);
      // Whatever code follows a refusal, nothing has changed that would make the next login better.
      const mayReturn = cause === closed && retryAfterClose(code, reason) !== "never";
      return afterCut(state, cause, mayReturn);
    }
    case "closing":
      return state.after === "retry" ? afterCut(state, closed, true) : stop(state, state.after);
    default:
      return [state, []];
  }
}

/** No socket opened: the next dialect, the next try, or the end. */
export function afterFailedConnect(state: ClientState, reason: StopReason): ClientStep {
  const dialect = nextDialect(state);
  return dialect === undefined ? afterCut(state, reason, true) : openSocket({ ...state, dialect });
}

/** What is left to try; a session that was once ready keeps its dialect. */
export function nextDialect({
  options,
  dialect,
  established,
}: ClientState): DialectName | undefined {
  return established ? undefined : options.dialects[options.dialects.indexOf(dialect) + 1];
}

function afterCut(state: ClientState, reason: StopReason, mayReturn: boolean): ClientStep {
  const { options, established, retries } = state;
  if (!mayReturn || !options.reconnect || !established || retries >= options.limits.maxRetries)
    return stop(state, reason);
  const [pending, lost] = settleCut(state.pending);
  return [
    { ...baseOf(state), kind: "waiting", pending, retries: retries + 1 },
    [...lost, { type: "scheduleRetry", retries }],
  ];
}
