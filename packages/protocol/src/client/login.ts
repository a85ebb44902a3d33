import { closes } from "../close-codes.ts";
import { encodePlainClient } from "../dialect/plain.ts";
import { send, startDeadline, startTimer } from "../effects.ts";
import { maxTimerMs } from "../limits.ts";
import type { AuthMessage, ServerMessage } from "../messages.ts";
import { sendAll } from "./pending.ts";
import { breakOff, breakOrder, leave, refusedOr } from "./socket.ts";
import {
  baseOf,
  type Accepted,
  type AuthenticatingState,
  type ClientEffect,
  type ClientEvent,
  type ClientState,
  type ClientStep,
  type Denied,
  type LoginStep,
  type ReadyState,
} from "./state.ts";

/** A first login is the session's state; a renewal goes on beside its messages. */
type LoginState = AuthenticatingState | ReadyState;
type LoginMessage = Extract<ServerMessage, { readonly type: "challenge" | "ok" | "denied" }>;
type ShellAnswer = Extract<ClientEvent, { readonly type: "credentials" | "answered" | "checked" }>;

/** The first step of a login. */
export function startLogin(state: ClientState): ClientStep {
  if (!state.options.handshakeLogin) return ask(state, null);
  // A plain server that knows us already stays silent.
  if (state.dialect === "plain") return enterReady(state, { user: null });
  const login: LoginStep = { kind: "sent" };
  return [{ ...baseOf(state), kind: "authenticating", login, denied: null }, []];
}

/** The login runs out: prove again who we are. */
export function startRenewal(state: ClientState): ClientStep {
  // Plain has no renewal: its server would take the credentials for a message.
  return state.kind === "ready" && state.login === null && state.dialect === "v1"
    ? ask(state, null)
    : [state, []];
}

function ask(state: ClientState, denied: Denied | null): ClientStep {
  const attempt = state.attempt + 1;
  const login: LoginStep = { kind: "asking" };
  const { dialect, hello } = state;
  const mechanisms = hello?.mechanisms ?? ["plain"];
  return [
    state.kind === "ready"
      ? { ...state, attempt, login }
      : { ...baseOf(state), kind: "authenticating", attempt, login, denied },
    [{ type: "askCredentials", attempt, dialect, mechanisms, denied }],
  ];
}

/** What the shell was asked for; an answer to an earlier question changes nothing. */
export function takeShellAnswer(state: ClientState, event: ShellAnswer): ClientStep {
  if (!("login" in state) || event.attempt !== state.attempt) return [state, []];
  const { login } = state;
  if (event.type === "credentials" && login?.kind === "asking")
    return takeCredentials(state, event.message);
  if (event.type === "answered" && login?.kind === "answering") {
    const { data } = event;
    // The challenge was not one that an honest server sends; see the shell's own message for why.
    if (data === null) return distrust(state);
    return [{ ...state, login: { kind: "answered" } }, [send({ type: "response", data })]];
  }
  if (event.type === "checked" && login?.kind === "checking")
    return event.genuine ? accept(state, login.accepted) : distrust(state);
  return [state, []];
}

function takeCredentials(state: LoginState, message: AuthMessage | null): ClientStep {
  // The server closes with 4401 when the old login runs out.
  if (message === null && state.kind === "ready") return [{ ...state, login: null }, []];
  if (message === null || (state.dialect === "plain" && encodePlainClient(message) === null))
    return leave(state, refusedOr(state, { kind: "noCredentials" }));
  const login: LoginStep = { kind: message.mechanism === "scram-sha-256" ? "begun" : "sent" };
  // A renewal has no deadline: the old login holds, and its expiry is the server's to tell.
  if (state.kind === "ready") return [{ ...state, login }, [send(message)]];
  return [{ ...state, login, denied: null }, [send(message), startDeadline("login", state)]];
}

/** A v1 server's word about a login. */
export function takeLoginMessage(state: ClientState, message: LoginMessage): ClientStep {
  const step = "login" in state ? state.login?.kind : undefined;
  if (!("login" in state) || (step !== "sent" && step !== "begun" && step !== "answered"))
    return breakOrder(state, message);
  const { attempt } = state;
  switch (message.type) {
    case "denied": {
      const { attemptsLeft, retryAfterMs } = message;
      return deny(state, { attemptsLeft, retryAfterMs });
    }
    case "challenge": {
      if (step !== "begun") return breakOrder(state, message);
      const { data } = message;
      const login: LoginStep = { kind: "answering" };
      return [{ ...state, login }, [{ type: "answerChallenge", attempt, data }]];
    }
    case "ok": {
      if (step === "sent") return accept(state, message);
      // An `ok` that skips the exchange proves nothing: anyone between us could have sent it.
      if (step === "begun") return distrust(state);
      const login: LoginStep = { kind: "checking", accepted: message };
      return [{ ...state, login }, [{ type: "checkServer", attempt, data: message.data ?? null }]];
    }
  }
}

function distrust(state: LoginState): ClientStep {
  return leave(state, { kind: "untrusted" }, closes.refused);
}

export function deny(state: LoginState, denied: Denied): ClientStep {
  // The session holds until it expires; the server says so with 4401.
  if (state.kind === "ready") return [{ ...state, login: null }, []];
  if (denied.attemptsLeft > 0) return ask(state, denied);
  // The server closes next; there is nothing to ask for.
  const deadline = startTimer("login", state.options.limits.closeTimeoutMs);
  return [{ ...state, login: { kind: "refused" }, denied }, [deadline]];
}

export function accept(state: LoginState, accepted: Accepted): ClientStep {
  if (state.kind === "authenticating") return enterReady(state, accepted);
  if (accepted.user !== state.user)
    return breakOff(state, "the server renewed the login for another user");
  return [{ ...state, login: null }, acceptEffects(accepted)];
}

function enterReady(state: ClientState, accepted: Accepted): ClientStep {
  const [pending, sends] = sendAll(state.pending);
  const { user, session = null } = accepted;
  return [
    {
      ...baseOf(state),
      kind: "ready",
      pending,
      established: true,
      user,
      session,
      login: null,
      probing: false,
    },
    [...acceptEffects(accepted), ...probeEffects(state), ...sends],
  ];
}

function acceptEffects({ expiresInMs, token }: Accepted): readonly ClientEffect[] {
  return [
    ...(token === undefined ? [] : [{ type: "keepToken", token } as const]),
    ...(expiresInMs === undefined
      ? []
      : [
          { type: "loginEnds", ms: expiresInMs } as const,
          // When four fifths of the time are over, so that a slow renewal is still in time.
          startTimer("renew", Math.min(maxTimerMs, Math.max(1, Math.floor(expiresInMs * 0.8)))),
        ]),
  ];
}

/** Only v1 has a ping that its scripts can send and whose answer they can see. */
export function probeEffects(state: ClientState): readonly ClientEffect[] {
  const ms = state.options.limits.pingIntervalMs;
  return state.dialect === "v1" && ms > 0 ? [startTimer("ping", ms)] : [];
}
