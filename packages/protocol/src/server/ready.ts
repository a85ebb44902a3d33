import { send } from "../effects.ts";
import { closeWith, errorEffect } from "./close.ts";
import type { Handling, ReadyState, Reply, ServerStep, Submission } from "./state.ts";

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
