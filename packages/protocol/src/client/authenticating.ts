import { closes } from "../close-codes.ts";
import type { Frame } from "../dialect/dialect.ts";
import { encodePlainClient } from "../dialect/plain.ts";
import { decodeServerMessage } from "../dialect/v1.ts";
import { maxTimerMs } from "../limits.ts";
import type { AuthMessage, HelloMessage } from "../messages.ts";
import { askEffect, takeLoginMessage, takePlainVerdict, type LoginResult } from "./login.ts";
import { sendAll } from "./pending.ts";
import { breakOff, leave } from "./socket.ts";
import {
  baseOf,
  type Accepted,
  type AuthenticatingState,
  type ClientEffect,
  type ClientState,
  type ClientStep,
  type Denied,
  type GreetingState,
} from "./state.ts";

/** Before `hello`, which only v1 has. */
export function takeGreeting(state: GreetingState, frame: Frame): ClientStep {
  if (frame.type === "binary") return breakOff(state, "a binary message before hello");
  const decoded = decodeServerMessage(frame.text);
  if (!decoded.ok) return breakOff(state, decoded.error);
  const message = decoded.value;
  switch (message.type) {
    case "hello":
      return startLogin(state, message);
    case "error":
      return [state, [noteError(message)]];
    case "ping":
      return [state, [{ type: "send", message: { type: "pong" } }]];
    case "pong":
      return [state, []];
    case "challenge":
    case "ok":
    case "denied":
    case "echo":
      return breakOff(state, `${message.type} before hello`);
  }
}

/** The first step of a login; `hello` is `null` in plain, whose server stays silent. */
export function startLogin(state: ClientState, hello: HelloMessage | null): ClientStep {
  if (!state.options.handshakeLogin) return ask(state, hello, null);
  if (hello === null) return enterReady(state, null, { user: null });
  const { attempt } = state;
  const login = { attempt, kind: "sent", scram: false } as const;
  return [
    { ...baseOf(state), kind: "authenticating", hello, login, denied: null, accepted: null },
    [],
  ];
}

/** A person may think as long as they like: no timer runs here, the server's own must do. */
function ask(state: ClientState, hello: HelloMessage | null, denied: Denied | null): ClientStep {
  const attempt = state.attempt + 1;
  return [
    {
      ...baseOf(state),
      kind: "authenticating",
      attempt,
      hello,
      login: { attempt, kind: "asking", scram: false },
      denied,
      accepted: null,
    },
    [
      { type: "stopTimer", name: "login" },
      askEffect(attempt, state.dialect, hello?.mechanisms ?? ["plain"], denied),
    ],
  ];
}

/** The shell's credentials. */
export function takeCredentials(
  state: AuthenticatingState,
  message: AuthMessage | null,
): ClientStep {
  if (state.login.kind !== "asking") return [state, []];
  if (message === null) {
    return leave(
      state,
      state.denied === null ? { kind: "noCredentials" } : { kind: "refused", ...state.denied },
    );
  }
  if (state.dialect === "plain" && encodePlainClient(message) === null)
    return leave(state, { kind: "noCredentials" });
  const scram = message.mechanism === "scram-sha-256";
  return [
    { ...state, denied: null, login: { ...state.login, kind: "sent", scram } },
    [
      { type: "send", message },
      { type: "startTimer", name: "login", ms: state.options.limits.loginTimeoutMs },
    ],
  ];
}

/** A message from the server before the login is decided. */
export function takeLoginFrame(state: AuthenticatingState, frame: Frame): ClientStep {
  if (state.dialect === "plain") {
    const verdict =
      state.login.kind === "sent" && frame.type === "text"
        ? takePlainVerdict(frame.text)
        : undefined;
    // Other words are for the person, not for the machine.
    return verdict === undefined
      ? [state, [{ type: "receive", payload: payloadOf(frame) }]]
      : apply(state, verdict);
  }
  if (frame.type === "binary") return breakOff(state, "a binary message before the login");
  const decoded = decodeServerMessage(frame.text);
  if (!decoded.ok) return breakOff(state, decoded.error);
  const message = decoded.value;
  switch (message.type) {
    case "challenge":
    case "denied":
    case "ok":
      return apply(state, takeLoginMessage(state.login, message));
    case "error":
      return [state, [noteError(message)]];
    case "ping":
      return [state, [{ type: "send", message: { type: "pong" } }]];
    case "pong":
      return [state, []];
    case "hello":
    case "echo":
      return breakOff(state, `${message.type} during the login`);
  }
}

/** The server's proof has been checked. */
export function takeChecked(state: AuthenticatingState, genuine: boolean): ClientStep {
  if (state.login.kind !== "checking" || state.accepted === null) return [state, []];
  return genuine
    ? enterReady(state, state.hello, state.accepted)
    : apply(state, { kind: "untrusted" });
}

function apply(state: AuthenticatingState, result: LoginResult): ClientStep {
  switch (result.kind) {
    case "next":
      return [{ ...state, login: result.login }, result.effects];
    case "held":
      return [{ ...state, login: result.login, accepted: result.accepted }, result.effects];
    case "accepted":
      return enterReady(state, state.hello, result.accepted);
    case "denied": {
      if (result.denied.attemptsLeft > 0) return ask(state, state.hello, result.denied);
      // The server closes next; there is nothing to ask for.
      const login = { ...state.login, kind: "refused" } as const;
      const ms = state.options.limits.closeTimeoutMs;
      return [
        { ...state, login, denied: result.denied },
        [{ type: "startTimer", name: "login", ms }],
      ];
    }
    case "untrusted":
      return leave(state, { kind: "untrusted" }, closes.refused);
    case "broken":
      return breakOff(state, result.detail);
  }
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
      accepted: null,
      probing: false,
    },
    [
      { type: "stopTimer", name: "login" },
      ...renewEffects(accepted),
      ...probeEffects(state),
      ...sends,
    ],
  ];
}

/** Renew when four fifths of the time are over, so that a slow renewal is still in time. */
export function renewEffects({ expiresInMs }: Accepted): readonly ClientEffect[] {
  if (expiresInMs === undefined) return [];
  const ms = Math.min(maxTimerMs, Math.max(1, Math.floor(expiresInMs * 0.8)));
  return [{ type: "startTimer", name: "renew", ms }];
}

/** Only v1 has a ping that its scripts can send and whose answer they can see. */
export function probeEffects(state: ClientState): readonly ClientEffect[] {
  const ms = state.options.limits.pingIntervalMs;
  return state.dialect === "v1" && ms > 0 ? [{ type: "startTimer", name: "ping", ms }] : [];
}

export function noteError(error: {
  readonly code: number;
  readonly message: string;
}): ClientEffect {
  const { code, message } = error;
  return { type: "note", note: { kind: "serverError", code, message } };
}

export function payloadOf(frame: Frame) {
  return frame.type === "text"
    ? ({ kind: "text", text: frame.text } as const)
    : ({ kind: "binary", data: frame.data } as const);
}
