import { closes } from "../close-codes.ts";
import { maxTimerMs } from "../limits.ts";
import type { AuthMessage, ClientMessage } from "../messages.ts";
import { closeWith } from "./close.ts";
import { send, startTimer, stopTimer } from "./effects.ts";
import { mechanismProblem } from "./mechanism.ts";
import { refuseAttempt } from "./refusal.ts";
import type { Login, Outcome, ReadyState, ServerEffect, ServerStep, VerifyStep } from "./state.ts";

/** Says `ok` and sets the login's end: the same for a first login and a renewed one. */
export function confirmLogin({
  user,
  data,
  ...login
}: Login & { readonly data?: string }): readonly ServerEffect[] {
  const expiresInMs =
    login.expiresInMs === undefined
      ? undefined
      : Math.min(Math.max(1, Math.floor(login.expiresInMs)), maxTimerMs);
  return [
    send({
      type: "ok",
      user,
      ...(expiresInMs === undefined ? {} : { expiresInMs }),
      ...(data === undefined ? {} : { data }),
    }),
    expiresInMs === undefined ? stopTimer("expiry") : startTimer("expiry", expiresInMs),
  ];
}

/** `auth` or `response` while ready. Submits go on meanwhile: the old login still holds. */
export function takeRenewal(
  state: ReadyState,
  message: AuthMessage | Extract<ClientMessage, { readonly type: "response" }>,
): ServerStep {
  if (message.type === "response") {
    if (state.renewal !== "challenged")
      return closeWith(state, "outOfOrder", "response without a challenge; send auth");
    return verify(state, { kind: "response", data: message.data });
  }
  if (state.renewal !== null)
    return closeWith(state, "outOfOrder", "auth during a renewal; wait for its answer");
  const problem = mechanismProblem(state.options, message);
  if (problem !== undefined) return closeWith(state, "malformed", problem);
  return verify(state, { kind: "auth", message });
}

function verify(state: ReadyState, step: VerifyStep): ServerStep {
  const attempt = state.attempt + 1;
  return [{ ...state, attempt, renewal: "verifying" }, [{ type: "verify", attempt, step }]];
}

/** The verdict on a renewal; its attempt was checked by the caller. */
export function renewed(state: ReadyState, outcome: Outcome): ServerStep {
  if (state.renewal !== "verifying") return [state, []];
  switch (outcome.kind) {
    case "accepted":
      // A session never becomes somebody else's: what was submitted so far belongs to one user.
      if (outcome.user !== state.user)
        return closeWith(state, "refused", "a renewal must not change the user");
      return [
        { ...state, renewal: null, failures: 0 },
        [
          ...confirmLogin(outcome),
          { type: "note", note: { kind: "accepted", user: state.user, renewed: true } },
        ],
      ];
    case "challenge":
      return [
        { ...state, renewal: "challenged" },
        [send({ type: "challenge", data: outcome.data })],
      ];
    case "refused":
      return refuseAttempt({ ...state, renewal: null }, outcome.retryAfterMs ?? 0);
    case "unavailable": {
      const { code, retry } = closes.tryAgainLater;
      const text = "logins cannot be checked at the moment; the session goes on until it expires";
      return [{ ...state, renewal: null }, [send({ type: "error", code, message: text, retry })]];
    }
  }
}
