import { send, startDeadline, stopTimers } from "../effects.ts";
import { closeWith } from "./close.ts";
import { takeFrame, takeWaiting } from "./frame.ts";
import { enterReady, stageOf, takeVerdict } from "./login.ts";
import { finishHandling } from "./ready.ts";
import {
  emptyBacklog,
  isLive,
  timersOf,
  type AwaitingAuthState,
  type ServerEffect,
  type ServerEvent,
  type ServerState,
  type ServerStep,
  type ServerTimer,
} from "./state.ts";

/**
 * The server's side of a session, in both dialects.
 *
 *     opening → awaitingAuth → verifying ⇄ challenged → ready → closing → closed
 *
 * Total: every event is answered in every state, late and stray ones by changing nothing.
 */
export function transitionServer(state: ServerState, event: ServerEvent): ServerStep {
  const [next, effects] = takeWaiting(react(state, event));
  const pauses = isPaused(next);
  // A closed socket has no input to resume.
  if (pauses === isPaused(state) || next.kind === "closed") return [next, effects];
  return [next, [...effects, { type: pauses ? "pauseInput" : "resumeInput" }]];
}

/**
 * Whether reading should stop. `closing` reads again, because the peer's close frame must be seen;
 * frames that were already read still arrive while paused, hence the bounded backlog.
 */
function isPaused(state: ServerState): boolean {
  return (
    isLive(state) &&
    (state.congested || state.kind === "verifying" || state.backlog.frames.length > 0)
  );
}

function react(state: ServerState, event: ServerEvent): ServerStep {
  if (state.kind === "closed") return [state, []];
  switch (event.type) {
    case "opened":
      return open(state);
    case "frame":
      return takeFrame(state, event.frame);
    case "verdict":
      return isLive(state) && stageOf(state) === "verifying" && event.attempt === state.attempt
        ? takeVerdict(state, event.outcome)
        : [state, []];
    case "handled":
      return state.kind === "ready" ? finishHandling(state, event.reply) : [state, []];
    case "echoed":
      return state.kind === "ready" && event.lastId > state.lastId
        ? [{ ...state, lastId: event.lastId }, []]
        : [state, []];
    case "timer":
      return expire(state, event.name);
    case "congested":
      if (state.kind === "closing" || state.congested) return [state, []];
      return [{ ...state, congested: true }, [startDeadline("slow", state)]];
    case "drained":
      if (!state.congested) return [state, []];
      return [{ ...state, congested: false }, [{ type: "stopTimer", name: "slow" }]];
    case "shutdown":
      if (state.kind === "ready" && state.handling !== null && state.leaving === null)
        return [{ ...state, leaving: event.close }, [startDeadline("close", state)]];
      // A second signal does not wait for the handler.
      return closeWith(state, event.close);
    case "revoked":
      return closeWith(state, "revoked");
    case "violation":
      return closeWith(state, event.close);
    case "socketClosed":
      return [{ kind: "closed" }, [...stopTimers(timersOf(state), []), closedNote(event.code)]];
  }
}

function open(state: ServerState): ServerStep {
  if (state.kind !== "opening") return [state, []];
  const { options, congested } = state;
  const { mechanisms, features, login, dialect, limits } = options;
  const { maxMessageBytes, maxLoginBytes, maxAttempts, authTimeoutMs, idleTimeoutMs } = limits;
  const hello: ServerEffect = send({
    type: "hello",
    mechanisms,
    limits: { maxMessageBytes, maxLoginBytes, maxAttempts, authTimeoutMs, idleTimeoutMs },
    features,
  });
  const waiting: AwaitingAuthState = {
    kind: "awaitingAuth",
    options,
    congested,
    attempt: 0,
    failures: 0,
    backlog: emptyBacklog,
  };
  if (login === undefined) return [waiting, [hello, startDeadline("auth", state)]];
  const [ready, effects] = enterReady(waiting, login);
  // A plain client that logged in at the handshake has said nothing yet, so nothing is answered.
  return [ready, [hello, ...effects.filter(({ type }) => dialect === "v1" || type !== "send")]];
}

function expire(state: ServerState, name: ServerTimer): ServerStep {
  if (!timersOf(state).includes(name)) return [state, []];
  switch (name) {
    case "auth":
      return closeWith(state, "loginTimeout");
    case "idle":
      // While leaving the peer may not speak, and the drain has its own deadline.
      return state.kind === "ready" && state.leaving !== null
        ? [state, []]
        : closeWith(state, "idle");
    case "expiry":
      return closeWith(state, "expired");
    case "slow":
      return closeWith(state, "tooSlow");
    case "close":
      return state.kind === "ready" && state.leaving !== null
        ? closeWith(state, state.leaving)
        : [{ kind: "closed" }, [{ type: "terminate" }, closedNote(1006)]];
  }
}

function closedNote(code: number): ServerEffect {
  return { type: "note", note: { kind: "closed", code } };
}
