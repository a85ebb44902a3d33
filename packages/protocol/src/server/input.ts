import { frameBytes, type Frame } from "../dialect/dialect.ts";
import { largestFrame, pushFrame, shiftFrame } from "./backlog.ts";
import { closeWith } from "./close.ts";
import { takeLoginFrame } from "./login.ts";
import { takeReadyFrame } from "./ready.ts";
import type { LiveState, ServerEffect, ServerState, ServerStep } from "./state.ts";

/** A message from the peer: taken now, kept for later, or too much. */
export function takeFrame(state: ServerState, frame: Frame): ServerStep {
  if (!isLive(state)) return [state, []];
  if (state.kind === "ready" && state.leaving !== null) return [state, []];
  if (frameBytes(frame) > largestFrame(state)) {
    return state.kind === "ready"
      ? closeWith(state, "tooBig")
      : closeWith(state, "tooBig", "message too big before login");
  }
  if (isFree(state)) return takeNow(state, frame);
  const backlog = pushFrame(state, frame);
  if (backlog === undefined) return closeWith(state, "tooManyMessages");
  return [{ ...state, backlog }, []];
}

/** Takes what waited, as far as the new state allows; then a drain may close. */
export function drainBacklog([state, effects]: ServerStep): ServerStep {
  let current: ServerState = state;
  const all: ServerEffect[] = [...effects];
  while (isLive(current) && isFree(current)) {
    const [frame, backlog] = shiftFrame(current.backlog);
    if (frame === undefined) break;
    const [next, more]: ServerStep = takeNow({ ...current, backlog }, frame);
    current = next;
    all.push(...more);
  }
  if (current.kind === "ready" && current.leaving !== null && current.handling === null) {
    const [closing, more] = closeWith(current, current.leaving);
    return [closing, [...all, ...more]];
  }
  return [current, all];
}

function takeNow(state: LiveState, frame: Frame): ServerStep {
  if (state.kind === "ready") return takeReadyFrame(state, frame);
  if (state.kind === "verifying") return [state, []];
  return takeLoginFrame(state, frame);
}

/** Whether the next message can be taken at once. */
function isFree(state: LiveState): boolean {
  return state.kind === "ready" ? state.handling === null : state.kind !== "verifying";
}

function isLive(state: ServerState): state is LiveState {
  return state.kind !== "opening" && state.kind !== "closing" && state.kind !== "closed";
}
