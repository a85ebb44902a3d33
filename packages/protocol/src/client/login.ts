import { closes } from "../close-codes.ts";
import { encodePlainClient } from "../dialect/plain.ts";
import { send, startTimer } from "../effects.ts";
import { maxTimerMs } from "../limits.ts";
import type { AuthMessage, HelloMessage, ServerMessage } from "../messages.ts";
import { sendAll } from "./pending.ts";
import { breakOff, leave } from "./socket.ts";
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

/** The first step of a login; `hello` is `null` in plain, whose server stays silent. */
export function startLogin(state: ClientState, hello: HelloMessage | null): ClientStep {
  if (!state.options.handshakeLogin) return ask(state, hello, null);
  if (hello === null) return enterReady(state, null, { user: null });
  const { attempt } = state;
  const login: LoginStep = { attempt, kind: "sent", scram: false, accepted: null };
  return [{ ...baseOf(state), kind: "authenticating", hello, login, denied: null }, []];
}

/** The login runs out: prove again who we are. */
export function startRenewal(state: ClientState): ClientStep {
  // Plain has no renewal: its server would take the credentials for a message.
  return state.kind === "ready" && state.renewal === null && state.dialect === "v1"
    ? ask(state, state.hello, null)
    : [state, []];
}

function ask(state: ClientState, hello: HelloMessage | null, denied: Denied | null): ClientStep {
  const attempt = state.attempt + 1;
  const login: LoginStep = { attempt, kind: "asking", scram: false, accepted: null };
  const { dialect } = state;
  const mechanisms = hello?.mechanisms ?? ["plain"];
  return [
    state.kind === "ready"
      ? { ...state, attempt, renewal: login }
      : { ...baseOf(state), kind: "authenticating", attempt, hello, login, denied },
    [{ type: "askCredentials", attempt, dialect, mechanisms, denied }],
  ];
}

/** What the shell was asked for; an answer to an earlier question changes nothing. */
export function takeShellAnswer(state: ClientState, event: ShellAnswer): ClientStep {
  if (state.kind !== "authenticating" && state.kind !== "ready") return [state, []];
  const login = loginOf(state);
  if (login?.attempt !== event.attempt) return [state, []];
  if (event.type === "credentials" && login.kind === "asking")
    return takeCredentials(state, login, event.message);
  if (event.type === "answered" && login.kind === "answering") {
    const { data } = event;
    // The challenge was not one that an honest server sends; see the shell's own message for why.
    if (data === null) return distrust(state);
    return advance(state, { ...login, kind: "answered" }, [send({ type: "response", data })]);
  }
  if (event.type === "checked" && login.accepted !== null)
    return event.genuine ? accept(state, login.accepted) : distrust(state);
  return [state, []];
}

function takeCredentials(
  state: LoginState,
  login: LoginStep,
  message: AuthMessage | null,
): ClientStep {
  // The server closes with 4401 when the old login runs out.
  if (message === null && state.kind === "ready") return [{ ...state, renewal: null }, []];
  if (message === null || (state.dialect === "plain" && encodePlainClient(message) === null)) {
    const denied = state.kind === "authenticating" ? state.denied : null;
    return leave(
      state,
      denied === null ? { kind: "noCredentials" } : { kind: "refused", ...denied },
    );
  }
  const scram = message.mechanism === "scram-sha-256";
  const sent: LoginStep = { ...login, kind: "sent", scram };
  // A renewal has no deadline: the old login holds, and its expiry is the server's to tell.
  if (state.kind === "ready") return advance(state, sent, [send(message)]);
  const deadline = startTimer("login", state.options.limits.loginTimeoutMs);
  return advance({ ...state, denied: null }, sent, [send(message), deadline]);
}

/** A v1 server's word about a login. */
export function takeLoginMessage(state: ClientState, message: LoginMessage): ClientStep {
  const login = loginOf(state);
  if (
    (state.kind !== "authenticating" && state.kind !== "ready") ||
    (login?.kind !== "sent" && login?.kind !== "answered")
  )
    return breakOff(state, `${message.type} without a login in progress`);
  const { attempt, scram } = login;
  switch (message.type) {
    case "denied": {
      const { attemptsLeft, retryAfterMs } = message;
      return deny(state, { attemptsLeft, retryAfterMs });
    }
    case "challenge": {
      if (!scram || login.kind === "answered")
        return breakOff(state, "challenge without a SCRAM login");
      const { data } = message;
      const answering: LoginStep = { ...login, kind: "answering" };
      return advance(state, answering, [{ type: "answerChallenge", attempt, data }]);
    }
    case "ok": {
      const { user, expiresInMs, data = null } = message;
      const accepted = { user, expiresInMs };
      if (!scram) return accept(state, accepted);
      // An `ok` that skips the exchange proves nothing: anyone between us could have sent it.
      if (login.kind === "sent") return distrust(state);
      const checking: LoginStep = { ...login, kind: "checking", accepted };
      return advance(state, checking, [{ type: "checkServer", attempt, data }]);
    }
  }
}

function loginOf(state: ClientState): LoginStep | null {
  if (state.kind === "authenticating") return state.login;
  return state.kind === "ready" ? state.renewal : null;
}

function advance(
  state: LoginState,
  login: LoginStep,
  effects: readonly ClientEffect[],
): ClientStep {
  return [state.kind === "ready" ? { ...state, renewal: login } : { ...state, login }, effects];
}

function distrust(state: LoginState): ClientStep {
  return leave(state, { kind: "untrusted" }, closes.refused);
}

export function deny(state: LoginState, denied: Denied): ClientStep {
  // The session holds until it expires; the server says so with 4401.
  if (state.kind === "ready") return [{ ...state, renewal: null }, []];
  if (denied.attemptsLeft > 0) return ask(state, state.hello, denied);
  // The server closes next; there is nothing to ask for.
  const refused: LoginStep = { ...state.login, kind: "refused" };
  const deadline = startTimer("login", state.options.limits.closeTimeoutMs);
  return advance({ ...state, denied }, refused, [deadline]);
}

export function accept(state: LoginState, accepted: Accepted): ClientStep {
  if (state.kind === "authenticating") return enterReady(state, state.hello, accepted);
  if (accepted.user !== state.user)
    return breakOff(state, "the server renewed the login for another user");
  return [{ ...state, renewal: null }, renewEffects(accepted)];
}

function enterReady(
  state: ClientState,
  hello: HelloMessage | null,
  accepted: Accepted,
): ClientStep {
  const [pending, sends] = sendAll(state.pending);
  return [
    {
      ...baseOf(state),
      kind: "ready",
      pending,
      established: true,
      hello,
      user: accepted.user,
      renewal: null,
      probing: false,
    },
    [...renewEffects(accepted), ...probeEffects(state), ...sends],
  ];
}

/** Renew when four fifths of the time are over, so that a slow renewal is still in time. */
function renewEffects({ expiresInMs }: Accepted): readonly ClientEffect[] {
  if (expiresInMs === undefined) return [];
  return [startTimer("renew", Math.min(maxTimerMs, Math.max(1, Math.floor(expiresInMs * 0.8))))];
}

/** Only v1 has a ping that its scripts can send and whose answer they can see. */
export function probeEffects(state: ClientState): readonly ClientEffect[] {
  const ms = state.options.limits.pingIntervalMs;
  return state.dialect === "v1" && ms > 0 ? [startTimer("ping", ms)] : [];
}
