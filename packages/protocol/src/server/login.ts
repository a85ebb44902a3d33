import { decodePlainLogin } from "../dialect/plain.ts";
import { decodeClientMessage } from "../dialect/v1.ts";
import type { Frame } from "../dialect/dialect.ts";
import type { AuthMessage } from "../messages.ts";
import { closeWith } from "./close.ts";
import { send } from "./effects.ts";
import { mechanismProblem } from "./mechanism.ts";
import { enterReady } from "./ready.ts";
import { refuseAttempt } from "./refusal.ts";
import type {
  AwaitingAuthState,
  ChallengedState,
  Outcome,
  ServerStep,
  VerifyingState,
} from "./state.ts";

/** A message before the login is decided. */
export function takeLoginFrame(
  state: AwaitingAuthState | ChallengedState,
  frame: Frame,
): ServerStep {
  if (state.options.dialect === "plain") {
    const message = frame.type === "text" ? decodePlainLogin(frame.text) : undefined;
    return message === undefined
      ? refuseAttempt({ ...state, kind: "awaitingAuth" }, 0)
      : startLogin(state, message);
  }
  if (frame.type === "binary")
    return closeWith(state, "notAuthenticated", "log in before sending binary messages");
  const decoded = decodeClientMessage(frame.text);
  if (!decoded.ok) return closeWith(state, "malformed", decoded.error);
  const message = decoded.value;
  switch (message.type) {
    case "auth":
      if (state.kind === "challenged")
        return closeWith(state, "outOfOrder", "auth during a challenge; send response");
      return startLogin(state, message);
    case "response": {
      if (state.kind !== "challenged")
        return closeWith(state, "outOfOrder", "response without a challenge; send auth");
      const attempt = state.attempt + 1;
      return [
        { ...state, kind: "verifying", attempt },
        [{ type: "verify", attempt, step: { kind: "response", data: message.data } }],
      ];
    }
    case "submit":
      return closeWith(state, "notAuthenticated", "log in before submitting", message.id);
    case "ping":
      return [state, [send({ type: "pong" })]];
    case "pong":
      return [state, []];
  }
}

function startLogin(state: AwaitingAuthState | ChallengedState, message: AuthMessage): ServerStep {
  const problem = mechanismProblem(state.options, message);
  if (problem !== undefined) return closeWith(state, "malformed", problem);
  const attempt = state.attempt + 1;
  return [
    { ...state, kind: "verifying", attempt },
    [{ type: "verify", attempt, step: { kind: "auth", message } }],
  ];
}

/** The verdict on a first login; its attempt was checked by the caller. */
export function verified(state: VerifyingState, outcome: Outcome): ServerStep {
  switch (outcome.kind) {
    case "accepted":
      return enterReady(state, outcome);
    case "challenge":
      return [{ ...state, kind: "challenged" }, [send({ type: "challenge", data: outcome.data })]];
    case "refused":
      return refuseAttempt({ ...state, kind: "awaitingAuth" }, outcome.retryAfterMs ?? 0);
    case "unavailable":
      return closeWith(state, "tryAgainLater", "logins cannot be checked at the moment");
  }
}
