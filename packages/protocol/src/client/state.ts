import type { DialectName, Frame } from "../dialect/dialect.ts";
import type { ClientLimits } from "../limits.ts";
import { emptyQueue, type Queue } from "../queue.ts";
import type { AuthMessage, ClientMessage, HelloMessage } from "../messages.ts";

/** What does not change during a client's life. */
export interface ClientOptions {
  /** In order of preference. A later one is tried only when no socket opened with the earlier. */
  readonly dialects: readonly [DialectName, ...DialectName[]];
  /** Whether a lost session is opened again. The first connection is never retried. */
  readonly reconnect: boolean;
  /**
   * The upgrade request itself carries the credentials (Basic, Bearer): nothing is asked, v1 waits
   * for the server's `ok`, plain is ready at once. Without it an `ok` that answers no credentials
   * is a protocol error, or anybody who has proven nothing could send one.
   */
  readonly handshakeLogin?: boolean;
  readonly limits: ClientLimits;
}

/** What a message carries. */
export type Payload =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly data: Uint8Array };

/** A submit that has no outcome yet. */
export interface Pending {
  readonly id: number;
  readonly payload: Payload;
  /** Send it again after a lost connection; the server may then have seen it twice. */
  readonly resend: boolean;
  /** Whether it went out on the present connection. */
  readonly sent: boolean;
  /** Whether it ever went out, on this connection or an earlier one. */
  readonly left: boolean;
}

/** The one outcome of a submit. */
export type Settlement =
  | { readonly kind: "echoed"; readonly payload: Payload }
  /** It was sent and the connection ended: the server may or may not have seen it. */
  | { readonly kind: "lost" }
  /** It never left. */
  | { readonly kind: "unsent" }
  /** The server answered this message with an error, or there was no room to keep it. */
  | { readonly kind: "refused"; readonly code: number; readonly message: string };

/** Why a client stopped for good. */
export type StopReason =
  | { readonly kind: "left" }
  | { readonly kind: "closed"; readonly code: number; readonly reason: string }
  | { readonly kind: "unreachable"; readonly detail: string }
  | { readonly kind: "timeout"; readonly phase: "connect" | "login" }
  /** The credentials were refused, or there were none to offer. */
  | { readonly kind: "refused"; readonly attemptsLeft: number; readonly retryAfterMs: number }
  | { readonly kind: "noCredentials" }
  /** The server could not prove that it knows the password (RFC 5802 section 3). */
  | { readonly kind: "untrusted" }
  | { readonly kind: "subprotocol"; readonly expected: string; readonly selected: string }
  | { readonly kind: "protocol"; readonly detail: string };

/**
 * Where a login stands: `asking` for credentials · `sent` them · `begun` SCRAM, so a challenge has
 * to follow · `answering` it · `answered` it · `refused` for good: the server closes next ·
 * `checking` the server's proof, before its `ok` is believed.
 */
export type LoginStep =
  | { readonly kind: "asking" | "sent" | "begun" | "answering" | "answered" | "refused" }
  | { readonly kind: "checking"; readonly accepted: Accepted };

interface Base {
  readonly options: ClientOptions;
  readonly dialect: DialectName;
  /** Oldest first. */
  readonly pending: Queue<Pending>;
  readonly lastId: number;
  /**
   * Connection attempts since the server last answered something. A login alone does not start
   * the count anew: a message that makes the server close would bring the client back for ever.
   */
  readonly retries: number;
  /** Whether this session was ever ready. */
  readonly established: boolean;
  /** The server's greeting on the present connection; `null` before it, and always in plain. */
  readonly hello: HelloMessage | null;
  /** Counts up with each login, so that late answers of the shell are harmless. */
  readonly attempt: number;
}

export type IdleState = Base & { readonly kind: "idle" };
export type ConnectingState = Base & { readonly kind: "connecting" };
export type GreetingState = Base & { readonly kind: "greeting" };
export type AuthenticatingState = Base & {
  readonly kind: "authenticating";
  readonly login: LoginStep;
  /** The refusal that the present question, or the coming close, follows. */
  readonly denied: Denied | null;
};
export type ReadyState = Base & {
  readonly kind: "ready";
  /** `null` in the plain dialect, which names nobody. */
  readonly user: string | null;
  /** What the server calls this session; `null` where it does not say. */
  readonly session: string | null;
  /** A renewal, which goes on beside the session's messages. */
  readonly login: LoginStep | null;
  readonly probing: boolean;
};
export type ClosingState = Base & {
  readonly kind: "closing";
  readonly after: StopReason | "retry";
};
export type WaitingState = Base & { readonly kind: "waiting" };
export type StoppedState = Base & { readonly kind: "stopped"; readonly reason: StopReason };

/** Where a client stands; see `transitionClient` for the way through. */
export type ClientState =
  | IdleState
  | ConnectingState
  | GreetingState
  | AuthenticatingState
  | ReadyState
  | ClosingState
  | WaitingState
  | StoppedState;

/** What the server said with a refusal; times are milliseconds. */
export interface Denied {
  readonly attemptsLeft: number;
  readonly retryAfterMs: number;
}

/** What an `ok` grants. */
export interface Accepted {
  readonly user: string | null;
  readonly expiresInMs?: number | undefined;
  readonly token?: string | undefined;
  readonly session?: string | undefined;
}

/** The timers that the shell keeps for a client, one of each at most. */
export type ClientTimer = "connect" | "login" | "close" | "retry" | "renew" | "ping" | "pong";

/** What happens to a client: the shell turns sockets, timers and calls into these. */
export type ClientEvent =
  | { readonly type: "connect" }
  /** `protocol` is what the server selected, `""` for none. */
  | { readonly type: "socketOpened"; readonly protocol: string }
  | { readonly type: "frame"; readonly frame: Frame }
  /** `id` must be greater than every earlier one; another one changes nothing. */
  | {
      readonly type: "submit";
      readonly id: number;
      readonly payload: Payload;
      readonly resend: boolean;
    }
  /** The answer to `askCredentials`; `null` gives up. */
  | { readonly type: "credentials"; readonly attempt: number; readonly message: AuthMessage | null }
  /** The answer to `answerChallenge`; `null` where the challenge cannot be answered. */
  | { readonly type: "answered"; readonly attempt: number; readonly data: string | null }
  /** The answer to `checkServer`. */
  | { readonly type: "checked"; readonly attempt: number; readonly genuine: boolean }
  | { readonly type: "timer"; readonly name: ClientTimer }
  /** `detail` says why a socket never opened, where the platform tells. */
  | {
      readonly type: "socketClosed";
      readonly code: number;
      readonly reason: string;
      readonly detail?: string;
    }
  /** Leave; the default close is 1000 without a reason. */
  | { readonly type: "stop"; readonly code?: number; readonly reason?: string };

/** What a client does: the shell performs these in order. */
export type ClientEffect =
  | { readonly type: "openSocket"; readonly protocols: readonly string[] }
  | { readonly type: "send"; readonly message: ClientMessage }
  | { readonly type: "sendBinary"; readonly data: Uint8Array }
  | { readonly type: "close"; readonly code: number; readonly reason: string }
  /** Drop the socket without a close handshake. No event of it may arrive afterwards. */
  | { readonly type: "dropSocket" }
  | { readonly type: "startTimer"; readonly name: ClientTimer; readonly ms: number }
  | { readonly type: "stopTimer"; readonly name: ClientTimer }
  /** Start the timer `retry` with a delay of the shell's choice: jitter needs randomness. */
  | { readonly type: "scheduleRetry"; readonly retries: number }
  | {
      readonly type: "askCredentials";
      readonly attempt: number;
      readonly dialect: DialectName;
      readonly mechanisms: readonly string[];
      readonly denied: Denied | null;
    }
  | { readonly type: "answerChallenge"; readonly attempt: number; readonly data: string }
  | { readonly type: "checkServer"; readonly attempt: number; readonly data: string | null }
  /** A token for later logins came with the `ok`, which is believed by now. */
  | { readonly type: "keepToken"; readonly token: string }
  /** The `ok` of a login or its renewal said that it ends in `ms`, in place of what an earlier one said. */
  | { readonly type: "loginEnds"; readonly ms: number }
  | { readonly type: "settle"; readonly id: number; readonly outcome: Settlement }
  /** A message that answers no submit; plain servers of others may send such. */
  | { readonly type: "receive"; readonly payload: Payload }
  | { readonly type: "note"; readonly note: ClientNote };

/** Something for the program's log. */
export interface ClientNote {
  readonly kind: "serverError";
  readonly code: number;
  readonly message: string;
}

/** A client that has done nothing yet: the first event is `connect`. */
export function createClientState(options: ClientOptions): ClientState {
  return {
    kind: "idle",
    options,
    dialect: options.dialects[0],
    pending: emptyQueue,
    lastId: 0,
    retries: 0,
    established: false,
    hello: null,
    attempt: 0,
  };
}

export type ClientStep = readonly [ClientState, readonly ClientEffect[]];

/** The common part of a state, for building the next one. */
export function baseOf(state: ClientState): Base {
  const { options, dialect, pending, lastId, retries, established, hello, attempt } = state;
  return { options, dialect, pending, lastId, retries, established, hello, attempt };
}

/** The timers that may be running in `state`; any other one is stopped on the way there. */
export function timersOf(state: ClientState): readonly ClientTimer[] {
  switch (state.kind) {
    case "connecting":
      return ["connect"];
    case "greeting":
      return ["login"];
    case "authenticating":
      // A person may think as long as they like: no timer runs then, the server's own must do.
      return state.login.kind === "asking" ? [] : ["login"];
    case "ready":
      return state.probing ? ["renew", "ping", "pong"] : ["renew", "ping"];
    case "closing":
      return ["close"];
    case "waiting":
      return ["retry"];
    case "idle":
    case "stopped":
      return [];
  }
}
