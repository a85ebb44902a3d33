import { drainBacklog, takeFrame } from "./input.ts";
import { closeWith, stopTimers } from "./close.ts";
import { send, startTimer, stopTimer } from "./effects.ts";
import { verified } from "./login.ts";
import { enterReady, finishHandling } from "./ready.ts";
import { renewed } from "./renewal.ts";
import {
  emptyBacklog,
  type AwaitingAuthState,
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
  const [next, effects] = react(state, event);
  const was = isPaused(state);
  const is = isPaused(next);
  // A closed socket has no input to resume.
  if (was === is || next.kind === "closed") return [next, effects];
  return [next, [...effects, { type: is ? "pauseInput" : "resumeInput" }]];
}

/**
 * Whether reading should stop. `closing` reads again, because the peer's close frame must be seen;
 * frames that were already read still arrive while paused, hence the bounded backlog.
 */
function isPaused(state: ServerState): boolean {
  switch (state.kind) {
    case "opening":
    case "closing":
    case "closed":
      return false;
    case "verifying":
      return true;
    case "ready":
      return state.congested || state.backlog.frames.length > 0;
    case "awaitingAuth":
    case "challenged":
      return state.congested;
  }
}

function react(state: ServerState, event: ServerEvent): ServerStep {
  if (state.kind === "closed") return [state, []];
  switch (event.type) {
    case "opened":
      return open(state);
    case "frame":
      return takeFrame(state, event.frame);
    case "verdict": {
      if (state.kind !== "verifying" && state.kind !== "ready") return [state, []];
      if (event.attempt !== state.attempt) return [state, []];
      return state.kind === "ready"
        ? renewed(state, event.outcome)
        : drainBacklog(verified(state, event.outcome));
    }
    case "handled":
      return state.kind === "ready"
        ? drainBacklog(finishHandling(state, event.reply))
        : [state, []];
    case "timer":
      return expire(state, event.name);
    case "congested":
      if (state.kind === "closing" || state.congested) return [state, []];
      return [
        { ...state, congested: true },
        [startTimer("slow", state.options.limits.slowTimeoutMs)],
      ];
    case "drained":
      if (state.kind === "closing" || !state.congested) return [state, []];
      return [{ ...state, congested: false }, [stopTimer("slow")]];
    case "shutdown":
      if (state.kind === "ready" && state.handling !== null && state.leaving === null) {
        return [
          { ...state, leaving: event.close },
          [startTimer("close", state.options.limits.closeTimeoutMs)],
        ];
      }
      // A second signal does not wait for the handler.
      return closeWith(state, event.close);
    case "revoked":
      return closeWith(state, "revoked");
    case "violation":
      return closeWith(state, event.close);
    case "socketClosed":
      return [
        { kind: "closed" },
        [...stopTimers(state), { type: "note", note: { kind: "closed", code: event.code } }],
      ];
  }
}

function open(state: ServerState): ServerStep {
  if (state.kind !== "opening") return [state, []];
  const { options, congested } = state;
  const { maxMessageBytes, maxLoginBytes, maxAttempts, authTimeoutMs, idleTimeoutMs } =
    options.limits;
  const hello = send({
    type: "hello",
    mechanisms: options.mechanisms,
    limits: { maxMessageBytes, maxLoginBytes, maxAttempts, authTimeoutMs, idleTimeoutMs },
    features: options.features,
  });
  const waiting: AwaitingAuthState = {
    kind: "awaitingAuth",
    options,
    congested,
    attempt: 0,
    failures: 0,
    backlog: emptyBacklog,
  };
  if (options.login === undefined) return [waiting, [hello, startTimer("auth", authTimeoutMs)]];
  const [ready, effects] = enterReady(waiting, options.login);
  // A plain client that logged in at the handshake has said nothing yet, so nothing is answered.
  const spoken = effects.filter((e) => options.dialect === "v1" || e.type !== "send");
  return [ready, [hello, ...spoken]];
}

function expire(state: Exclude<ServerState, { kind: "closed" }>, name: ServerTimer): ServerStep {
  switch (name) {
    case "auth":
      return isUnauthenticated(state) ? closeWith(state, "loginTimeout") : [state, []];
    case "idle":
      // While leaving the peer may not speak, and the drain has its own deadline.
      return state.kind === "ready" && state.leaving === null
        ? closeWith(state, "idle")
        : [state, []];
    case "expiry":
      return state.kind === "ready" ? closeWith(state, "expired") : [state, []];
    case "slow":
      return state.congested ? closeWith(state, "tooSlow") : [state, []];
    case "close":
      if (state.kind === "closing") {
        return [
          { kind: "closed" },
          [{ type: "terminate" }, { type: "note", note: { kind: "closed", code: 1006 } }],
        ];
      }
      return state.kind === "ready" && state.leaving !== null
        ? closeWith(state, state.leaving)
        : [state, []];
  }
}

function isUnauthenticated(state: ServerState): boolean {
  return state.kind === "awaitingAuth" || state.kind === "verifying" || state.kind === "challenged";
}
