import { send, startDeadline, startTimer } from "../effects.ts";
import { maxTimerMs } from "../limits.ts";
import type { AuthMessage } from "../messages.ts";
import { closeWith, errorEffect } from "./close.ts";
import type {
  LiveState,
  Login,
  Outcome,
  ReadyState,
  ServerEffect,
  ServerStep,
  VerifyStep,
} from "./state.ts";

/**
 * Where a login stands; `null` where none is under way. A first login is the session's state, a
 * renewal goes on beside submits: the old login still holds.
 */
type Stage = ReadyState["renewal"];

export function stageOf(state: LiveState): Stage {
  if (state.kind === "ready") return state.renewal;
  return state.kind === "awaitingAuth" ? null : state.kind;
}

function atStage(state: LiveState, stage: Stage): LiveState {
  return state.kind === "ready"
    ? { ...state, renewal: stage }
    : { ...state, kind: stage ?? "awaitingAuth" };
}

export function startLogin(state: LiveState, message: AuthMessage): ServerStep {
  const { mechanisms } = state.options;
  return mechanisms.includes(message.mechanism)
    ? verify(state, { kind: "auth", message })
    : closeWith(state, "malformed", `mechanism not offered; offered: ${mechanisms.join(", ")}`);
}

export function verify(state: LiveState, step: VerifyStep): ServerStep {
  const attempt = state.attempt + 1;
  return [{ ...atStage(state, "verifying"), attempt }, [{ type: "verify", attempt, step }]];
}

/** The verdict on the step that is being verified; its attempt was checked by the caller. */
export function takeVerdict(state: LiveState, outcome: Outcome): ServerStep {
  switch (outcome.kind) {
    case "accepted":
      return state.kind === "ready" ? renew(state, outcome) : enterReady(state, outcome);
    case "challenge": {
      const { data } = outcome;
      return [atStage(state, "challenged"), [send({ type: "challenge", data })]];
    }
    case "refused":
      return refuseAttempt(state, outcome.retryAfterMs);
    case "unavailable": {
      const problem = "logins cannot be checked at the moment";
      if (state.kind !== "ready") return closeWith(state, "tryAgainLater", problem);
      const detail = `${problem}; the session goes on until it expires`;
      return [atStage(state, null), [errorEffect("tryAgainLater", detail)]];
    }
  }
}

/** Tells the peer that a login was refused, and closes when that was the last attempt. */
export function refuseAttempt(state: LiveState, retryAfterMs = 0): ServerStep {
  const failures = state.failures + 1;
  const attemptsLeft = Math.max(0, state.options.limits.maxAttempts - failures);
  const denied: readonly ServerEffect[] = [
    send({ type: "denied", attemptsLeft, retryAfterMs: Math.max(0, Math.ceil(retryAfterMs)) }),
    { type: "note", note: { kind: "refused", attemptsLeft } },
  ];
  if (attemptsLeft > 0) return [{ ...atStage(state, null), failures }, denied];
  const [closing, effects] = closeWith(state, "tooManyAttempts");
  return [closing, [...denied, ...effects]];
}

type Accepted = Login & { readonly data?: string; readonly token?: string };

/** The login is proven: the session may submit. */
export function enterReady(state: Exclude<LiveState, ReadyState>, login: Accepted): ServerStep {
  return [
    {
      ...state,
      kind: "ready",
      failures: 0,
      user: login.user,
      lastId: 0,
      handling: null,
      renewal: null,
      leaving: null,
    },
    [
      { type: "stopTimer", name: "auth" },
      ...confirmLogin(state, login, false),
      startDeadline("idle", state),
    ],
  ];
}

function renew(state: ReadyState, login: Accepted): ServerStep {
  // A session never becomes somebody else's: what was submitted so far belongs to one user.
  return login.user === state.user
    ? [{ ...state, renewal: null, failures: 0 }, confirmLogin(state, login, true)]
    : closeWith(state, "refused", "a renewal must not change the user");
}

/** Says `ok` and sets the login's end. */
function confirmLogin(
  { options: { session } }: LiveState,
  { user, data, token, ...login }: Accepted,
  renewed: boolean,
): readonly ServerEffect[] {
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
      ...(token === undefined ? {} : { token }),
      ...(session === undefined ? {} : { session }),
    }),
    expiresInMs === undefined
      ? { type: "stopTimer", name: "expiry" }
      : startTimer("expiry", expiresInMs),
    { type: "note", note: { kind: "accepted", user, renewed } },
  ];
}
