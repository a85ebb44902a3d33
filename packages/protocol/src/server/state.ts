import type { CloseName } from "../close-codes.ts";
import type { DialectName, Frame } from "../dialect/dialect.ts";
import type { Limits } from "../limits.ts";
import type { AuthMessage, Mechanism, ServerMessage } from "../messages.ts";
import { emptyQueue, type Queue } from "../queue.ts";

/** What does not change during a session. */
export interface ServerOptions {
  readonly dialect: DialectName;
  /** What `hello` offers; an `auth` with another mechanism is malformed. */
  readonly mechanisms: readonly Mechanism[];
  /** Names of optional abilities, for `hello`. */
  readonly features: readonly string[];
  readonly limits: Limits;
  /** What `ok` calls the session; at most 64 characters. */
  readonly session?: string | undefined;
  /** Set where the handshake already proved who this is: the session starts ready. */
  readonly login?: Login | undefined;
}

/** A proven login. */
export interface Login {
  readonly user: string;
  /** Absent: the login does not expire. More than a timer can wait is cut to that. */
  readonly expiresInMs?: number;
}

/** Frames that arrived while something else had to be finished first. */
export interface Backlog {
  readonly frames: Queue<Frame>;
  readonly bytes: number;
}

interface Base {
  readonly options: ServerOptions;
  /** The peer does not read: its answers fill our buffers. */
  readonly congested: boolean;
}

/** What every state between `opening` and `closing` carries. */
interface Live extends Base {
  /** Counts up with each step that is verified; a verdict that names an older one is stale. */
  readonly attempt: number;
  /** Refused logins since the last accepted one. */
  readonly failures: number;
  readonly backlog: Backlog;
}

export interface OpeningState extends Base {
  readonly kind: "opening";
}
export interface AwaitingAuthState extends Live {
  readonly kind: "awaitingAuth";
}
export interface VerifyingState extends Live {
  readonly kind: "verifying";
}
export interface ChallengedState extends Live {
  readonly kind: "challenged";
}
export interface ReadyState extends Live {
  readonly kind: "ready";
  readonly user: string;
  /** The id of the newest submit; 0 before the first. */
  readonly lastId: number;
  /** The message whose reply is awaited; later frames wait behind it, so replies keep their order. */
  readonly handling: Handling | null;
  readonly renewal: "verifying" | "challenged" | null;
  /** Set by a drain: no new message is taken, and the close follows the last reply. */
  readonly leaving: CloseName | null;
}
export interface ClosingState extends Base {
  readonly kind: "closing";
}
export interface ClosedState {
  readonly kind: "closed";
}

/** Where a session stands; see `transitionServer` for the way through. */
export type ServerState =
  | OpeningState
  | AwaitingAuthState
  | VerifyingState
  | ChallengedState
  | ReadyState
  | ClosingState
  | ClosedState;

/** A submit by its id, or a binary message, which has none. */
export type Handling = { readonly kind: "text"; readonly id: number } | { readonly kind: "binary" };

/** A whole message for the handler. */
export type Submission =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly data: Uint8Array };

/** What the verification of one step found. */
export type Outcome =
  | ({ readonly kind: "accepted"; readonly data?: string; readonly token?: string } & Login)
  | { readonly kind: "challenge"; readonly data: string }
  | { readonly kind: "refused"; readonly retryAfterMs?: number }
  /** The user store did not answer: says nothing about the credentials. */
  | { readonly kind: "unavailable" };

/** What the handler answered; a kind other than the message's counts as failed. */
export type Reply = Submission | { readonly kind: "failed" };

/** The timers that the shell keeps for a session, one of each at most. */
export type ServerTimer = "auth" | "idle" | "expiry" | "slow" | "close";

/** What happens to a session: the shell turns sockets, timers and answers into these. */
export type ServerEvent =
  | { readonly type: "opened" }
  | { readonly type: "frame"; readonly frame: Frame }
  | { readonly type: "verdict"; readonly attempt: number; readonly outcome: Outcome }
  | { readonly type: "handled"; readonly reply: Reply }
  /** The shell answered messages by itself, as `echoesFrom` allows; up to this id. */
  | { readonly type: "echoed"; readonly lastId: number }
  | { readonly type: "timer"; readonly name: ServerTimer }
  | { readonly type: "congested" }
  | { readonly type: "drained" }
  /** The server stops, or has had this session for long enough: answer what was accepted, then close. */
  | {
      readonly type: "shutdown";
      readonly close: "goingAway" | "restarting" | "sessionTooLong" | "messageTooSlow";
    }
  /** The user was disabled or removed, or the session was ended by an operator. */
  | { readonly type: "revoked" }
  /** The WebSocket library met a frame that breaks RFC 6455, and has begun to close. */
  | {
      readonly type: "violation";
      readonly close: "protocolError" | "invalidData" | "tooBig" | "tooManyFragments";
    }
  | { readonly type: "socketClosed"; readonly code: number };

/** One step of a login for the authenticator. */
export type VerifyStep =
  | { readonly kind: "auth"; readonly message: AuthMessage }
  | { readonly kind: "response"; readonly data: string };

/** Facts for logs and audit. They hold no payload and no secret, and no name before it is proven. */
export type ServerNote =
  | { readonly kind: "accepted"; readonly user: string; readonly renewed: boolean }
  | { readonly kind: "refused"; readonly attemptsLeft: number }
  | { readonly kind: "closing"; readonly close: CloseName; readonly detail?: string }
  | { readonly kind: "closed"; readonly code: number };

/** What a session does: the shell performs these in order. */
export type ServerEffect =
  | { readonly type: "send"; readonly message: ServerMessage }
  | { readonly type: "sendBinary"; readonly data: Uint8Array }
  | { readonly type: "close"; readonly code: number; readonly reason: string }
  /** Cut the socket: the peer did not answer the close. */
  | { readonly type: "terminate" }
  /** Starts the timer, or starts it anew. */
  | { readonly type: "startTimer"; readonly name: ServerTimer; readonly ms: number }
  | { readonly type: "stopTimer"; readonly name: ServerTimer }
  | { readonly type: "verify"; readonly attempt: number; readonly step: VerifyStep }
  | { readonly type: "handle"; readonly submission: Submission }
  | { readonly type: "pauseInput" }
  | { readonly type: "resumeInput" }
  | { readonly type: "note"; readonly note: ServerNote };

/** The states that take logins or messages. */
export type LiveState = AwaitingAuthState | VerifyingState | ChallengedState | ReadyState;

export type ServerStep = readonly [ServerState, readonly ServerEffect[]];

export const emptyBacklog: Backlog = { frames: emptyQueue, bytes: 0 };

/** A session whose handshake is done: the first event is `opened`. */
export function createServerState(options: ServerOptions): ServerState {
  return { kind: "opening", options, congested: false };
}

export function isLive(state: ServerState): state is LiveState {
  return "backlog" in state;
}

/** The timers that may be running in `state`. */
export function timersOf(state: ServerState): readonly ServerTimer[] {
  switch (state.kind) {
    case "closed":
      return [];
    case "closing":
      return ["close"];
    default: {
      const slow: readonly ServerTimer[] = state.congested ? ["slow"] : [];
      if (state.kind === "opening") return slow;
      if (state.kind !== "ready") return ["auth", ...slow];
      return ["idle", "expiry", ...(state.leaving === null ? [] : ["close" as const]), ...slow];
    }
  }
}
