import { closes } from "../close-codes.ts";
import { encodePlainClient } from "../dialect/plain.ts";
import type { AuthMessage, HelloMessage, ServerMessage } from "../messages.ts";
import { send, startTimer, stopTimer } from "./effects.ts";
import { enterReady, renewEffects } from "./enter.ts";
import { breakOff, leave } from "./socket.ts";
import {
  baseOf,
  type Accepted,
  type AuthenticatingState,
  type ClientEvent,
  type ClientState,
  type ClientStep,
  type Denied,
  type LoginStep,
  type ReadyState,
} from "./state.ts";

/** Where a login may be under way: the first one of a connection, or its renewal. */
type LoginState = AuthenticatingState | ReadyState;

/** The first step of a login; `hello` is `null` in plain, whose server stays silent. */
export function startLogin(state: ClientState, hello: HelloMessage | null): ClientStep {
  if (!state.options.handshakeLogin) return askFirst(state, hello, null);
  if (hello === null) return enterReady(state, null, { user: null });
  // The shell is asked nothing, so there is no new attempt to tell from older ones.
  const login = { attempt: state.attempt, kind: "sent", scram: false, accepted: null } as const;
  return [{ ...baseOf(state), kind: "authenticating", hello, login, denied: null }, []];
}

/** A person may think as long as they like: no timer runs here, the server's own must do. */
function askFirst(
  state: ClientState,
  hello: HelloMessage | null,
  denied: Denied | null,
): ClientStep {
  const login = asking(state);
  const { attempt } = login;
  const mechanisms = hello?.mechanisms ?? ["plain"];
  return [
    { ...baseOf(state), kind: "authenticating", attempt, hello, login, denied },
    [
      stopTimer("login"),
      { type: "askCredentials", attempt, dialect: state.dialect, mechanisms, denied },
    ],
  ];
}

/** The login runs out: prove again who we are, while messages go on. */
export function startRenewal(state: ReadyState): ClientStep {
  // Plain has no renewal: its server would take the credentials for a message.
  if (state.renewal !== null || state.dialect === "plain") return [state, []];
  const renewal = asking(state);
  const { attempt } = renewal;
  const mechanisms = state.hello?.mechanisms ?? [];
  return [
    { ...state, attempt, renewal },
    [{ type: "askCredentials", attempt, dialect: "v1", mechanisms, denied: null }],
  ];
}

function asking({ attempt }: ClientState): LoginStep {
  return { attempt: attempt + 1, kind: "asking", scram: false, accepted: null };
}

type Answer = Extract<ClientEvent, { readonly type: "credentials" | "answered" | "checked" }>;

/** An answer of the shell; one that nobody waits for changes nothing. */
export function takeAnswer(state: ClientState, answer: Answer): ClientStep {
  if (state.kind !== "authenticating" && state.kind !== "ready") return [state, []];
  const login = loginOf(state);
  if (login?.attempt !== answer.attempt) return [state, []];
  if (answer.type === "credentials" && login.kind === "asking")
    return takeCredentials(state, login, answer.message);
  if (answer.type === "answered" && login.kind === "answering") {
    // The challenge was not one that an honest server sends; see the shell's own message for why.
    if (answer.data === null) return distrust(state);
    const response = send({ type: "response", data: answer.data });
    return [withLogin(state, { ...login, kind: "answered" }), [response]];
  }
  if (answer.type === "checked" && login.accepted !== null)
    return answer.genuine ? succeed(state, login.accepted) : distrust(state);
  return [state, []];
}

function loginOf(state: LoginState): LoginStep | null {
  return state.kind === "ready" ? state.renewal : state.login;
}

function withLogin(state: LoginState, login: LoginStep): LoginState {
  return state.kind === "ready" ? { ...state, renewal: login } : { ...state, login };
}

function takeCredentials(
  state: LoginState,
  login: LoginStep,
  message: AuthMessage | null,
): ClientStep {
  const isSaid =
    message !== null && (state.dialect === "v1" || encodePlainClient(message) !== null);
  if (!isSaid) {
    // Without a renewal the login runs out: the server then closes with 4401.
    if (state.kind === "ready") return [{ ...state, renewal: null }, []];
    const { denied } = state;
    return leave(state, denied === null ? { kind: "noCredentials" } : refused(denied));
  }
  const sent = { ...login, kind: "sent", scram: message.mechanism === "scram-sha-256" } as const;
  // A renewal has no deadline: the old login holds meanwhile, and its expiry is the server's.
  if (state.kind === "ready") return [withLogin(state, sent), [send(message)]];
  return [
    { ...state, denied: null, login: sent },
    [send(message), startTimer("login", state.options.limits.loginTimeoutMs)],
  ];
}

/** A v1 server's word about a login. */
export function takeLoginWord(
  state: LoginState,
  message: Extract<ServerMessage, { readonly type: "challenge" | "ok" | "denied" }>,
): ClientStep {
  const login = loginOf(state);
  if (login?.kind !== "sent" && login?.kind !== "answered")
    return breakOff(state, `${message.type} without a login in progress`);
  const { attempt } = login;
  switch (message.type) {
    case "denied":
      return refuse(state, message);
    case "challenge":
      if (!login.scram || login.kind === "answered")
        return breakOff(state, "challenge for a login that needs none");
      return [
        withLogin(state, { ...login, kind: "answering" }),
        [{ type: "answerChallenge", attempt, data: message.data }],
      ];
    case "ok": {
      const { user, expiresInMs, data = null } = message;
      const accepted = { user, ...(expiresInMs === undefined ? {} : { expiresInMs }) };
      if (!login.scram) return succeed(state, accepted);
      // An `ok` that skips the exchange proves nothing: anyone between us could have sent it.
      if (login.kind === "sent") return distrust(state);
      return [
        withLogin(state, { ...login, kind: "checking", accepted }),
        [{ type: "checkServer", attempt, data }],
      ];
    }
  }
}

export function succeed(state: LoginState, accepted: Accepted): ClientStep {
  if (state.kind === "authenticating") return enterReady(state, state.hello, accepted);
  return accepted.user === state.user
    ? [{ ...state, renewal: null }, renewEffects(accepted)]
    : breakOff(state, "the server renewed the login for another user");
}

export function refuse(state: LoginState, { attemptsLeft, retryAfterMs }: Denied): ClientStep {
  // The session holds until it expires; the server says so with 4401.
  if (state.kind === "ready") return [{ ...state, renewal: null }, []];
  const denied = { attemptsLeft, retryAfterMs };
  if (attemptsLeft > 0) return askFirst(state, state.hello, denied);
  // The server closes next; there is nothing to ask for.
  const login = { ...state.login, kind: "refused" } as const;
  return [{ ...state, login, denied }, [startTimer("login", state.options.limits.closeTimeoutMs)]];
}

/** No word came in time, or no close after the last refusal. */
export function expireLogin(state: ClientState): ClientStep {
  const late = state.established ? "retry" : ({ kind: "timeout", phase: "login" } as const);
  if (state.kind === "greeting") return leave(state, late);
  if (state.kind !== "authenticating" || state.login.kind === "asking") return [state, []];
  return leave(state, state.denied === null ? late : refused(state.denied));
}

function refused(denied: Denied): Denied & { readonly kind: "refused" } {
  return { kind: "refused", ...denied };
}

/** The server could not prove that it knows the password. */
function distrust(state: LoginState): ClientStep {
  return leave(state, { kind: "untrusted" }, closes.refused);
}
