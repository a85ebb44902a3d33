import { closes, type CloseName } from "../close-codes.ts";
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
  const effects: ServerEffect[] = timersOf(state).map((timer) => ({
    type: "stopTimer",
    name: timer,
  }));
  effects.push({
    type: "send",
    message: {
      type: "error",
      code,
      ...(id === undefined ? {} : { id }),
      message: detail ?? reason,
      retry,
    },
  });
  effects.push({ type: "close", code, reason });
  effects.push({ type: "startTimer", name: "close", ms: options.limits.closeTimeoutMs });
  effects.push({
    type: "note",
    note: { kind: "closing", close: name, ...(detail === undefined ? {} : { detail }) },
  });
  return [{ kind: "closing", options, congested: false }, effects];
}

/** The timers that may be running in `state`. */
export function timersOf(state: ServerState): readonly ServerTimer[] {
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
