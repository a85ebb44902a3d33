import { closes, type CloseName } from "../close-codes.ts";
import { send, startDeadline, stopTimers } from "../effects.ts";
import { timersOf, type ServerEffect, type ServerState, type ServerStep } from "./state.ts";

/** A cause in words for a v1 peer, whether or not a close follows; `id` is the submit at fault. */
export function errorEffect(name: CloseName, message: string, id?: number): ServerEffect {
  const { code, retry } = closes[name];
  return send({ type: "error", code, ...(id === undefined ? {} : { id }), message, retry });
}

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
  const { code, reason } = closes[name];
  return [
    { kind: "closing", options, congested: false },
    [
      ...stopTimers(timersOf(state), ["close"]),
      errorEffect(name, detail ?? reason, id),
      { type: "close", code, reason },
      startDeadline("close", state),
      {
        type: "note",
        note: { kind: "closing", close: name, ...(detail === undefined ? {} : { detail }) },
      },
    ],
  ];
}
