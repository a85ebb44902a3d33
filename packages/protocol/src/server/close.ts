import { closes, type CloseName } from "../close-codes.ts";
import { send, startTimer, stopTimer } from "./effects.ts";
import type { ServerEffect, ServerState, ServerStep, ServerTimer } from "./state.ts";

/**
 * Ends the session: a v1 peer is told why in words, then the close frame, then a deadline for the
 * peer's own. In `closing` and `closed` there is nothing left to end.
 *
 * @param detail for the peer and the log; it must hold no secret
 * @param id the submit that was at fault
 */
export function closeWith(
  state: ServerState,
  name: CloseName,
  detail?: string,
  id?: number,
): ServerStep {
  if (state.kind === "closing" || state.kind === "closed") return [state, []];
  const { options } = state;
  const { code, reason, retry } = closes[name];
  const at = id === undefined ? {} : { id };
  const why = detail === undefined ? {} : { detail };
  return [
    { kind: "closing", options, congested: false },
    [
      ...stopTimers(state),
      send({ type: "error", code, ...at, message: detail ?? reason, retry }),
      { type: "close", code, reason },
      startTimer("close", options.limits.closeTimeoutMs),
      { type: "note", note: { kind: "closing", close: name, ...why } },
    ],
  ];
}

export function stopTimers(state: ServerState): readonly ServerEffect[] {
  return timersOf(state).map(stopTimer);
}

/** The timers that may be running in `state`. */
function timersOf(state: ServerState): readonly ServerTimer[] {
  const slow: readonly ServerTimer[] = "congested" in state && state.congested ? ["slow"] : [];
  switch (state.kind) {
    case "awaitingAuth":
    case "verifying":
    case "challenged":
      return ["auth", ...slow];
    case "ready":
      return ["idle", "expiry", ...(state.leaving === null ? [] : (["close"] as const)), ...slow];
    case "closing":
      return ["close"];
    case "opening":
      return slow;
    case "closed":
      return [];
  }
}
