import { send } from "../effects.ts";
import { closeWith, errorEffect } from "./close.ts";
import type { Handling, ReadyState, Reply, ServerState, ServerStep, Submission } from "./state.ts";

/**
 * What `ready` compiles to where every message is answered by itself: the next submit may have any
 * id above the one returned, its echo is all that it brings about beside the restart of `idle`, and
 * a binary message is its own echo. So a shell may answer such messages without asking the machine,
 * if it tells the last id by an `echoed` before any other event. `null`: ask the machine.
 */
export function echoesFrom(state: ServerState): number | null {
  return state.kind === "ready" &&
    state.handling === null &&
    state.leaving === null &&
    state.backlog.frames.length === 0
    ? state.lastId
    : null;
}

export function submit(state: ReadyState, id: number, text: string): ServerStep {
  return handle({ ...state, lastId: id }, { kind: "text", id }, { kind: "text", text });
}

export function handle(state: ReadyState, handling: Handling, submission: Submission): ServerStep {
  return [{ ...state, handling }, [{ type: "handle", submission }]];
}

/** The handler's answer to the message in hand. A stray one changes nothing. */
export function finishHandling(state: ReadyState, reply: Reply): ServerStep {
  const { handling } = state;
  if (handling === null) return [state, []];
  const free: ReadyState = { ...state, handling: null };
  if (handling.kind === "text" && reply.kind === "text")
    return [free, [send({ type: "echo", id: handling.id, text: reply.text })]];
  if (handling.kind === "binary" && reply.kind === "binary")
    return [free, [{ type: "sendBinary", data: reply.data }]];
  const problem = "the handler failed";
  // Without an id there is no way to say which message failed, so the session cannot go on.
  return handling.kind === "binary" || state.options.dialect === "plain"
    ? closeWith(state, "internalError", problem)
    : [free, [errorEffect("internalError", problem, handling.id)]];
}
