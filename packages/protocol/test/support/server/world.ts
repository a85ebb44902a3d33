import type {
  Frame,
  Outcome,
  ServerEffect,
  ServerEvent,
  ServerOptions,
  ServerState,
  ServerTimer,
  Transition,
} from "../../../src/index.ts";
import { toArray, type Queue } from "../../../src/queue.ts";
import { canonical } from "../canonical.ts";

export type ServerTransition = Transition<ServerState, ServerEvent, ServerEffect>;

export const serverProperties = {
  login: "no message is handled or answered before a live positive verdict",
  stale: "stale verdicts and stray replies change nothing",
  told: "the peer is told each verdict",
  close: "at most one close, one that the table knows, and nothing sent after it",
  cause: "no session is closed without the cause that the close tells, and v1 is told in words",
  closed: "nothing happens after closed",
  deadline: "every waiting state has its deadline",
  timers: "no timer runs that its state does not need, and none in closed",
  total: "every event is answered in every state",
  ids: "a submit whose id does not increase is never handled",
  order: "each message has one answer, in order, and none is dropped",
  backlog: "the backlog is bounded",
  pause: "pause and resume alternate and match the state",
  attempts: "refused attempts are counted, told and bounded",
  user: "a renewal never changes the user",
  expiry: "only a verdict sets the end of a login",
  drain: "a shutdown waits for the answers that are owed, and only for them",
  secret: "no secret stands in a note, an error or a reason",
  end: "timers alone end every state",
} as const;

/** What a frame asks for, where it comes at a time when it may. */
export type FrameKind = "login" | "response" | "message" | "ping" | "pong" | "fault";

export interface NamedFrame {
  readonly name: string;
  readonly kind: FrameKind;
  readonly frame: Frame;
  /** Of a submit. */
  readonly id?: number;
}

export interface ServerWorld {
  readonly options: ServerOptions;
  readonly frames: readonly NamedFrame[];
  readonly outcomes: readonly Outcome[];
  /** Whether the peer may stop reading. */
  readonly congestion: boolean;
  readonly transition: ServerTransition;
}

/** What an observer without sight of the state knows. */
export interface Ghost {
  readonly opened: boolean;
  readonly user: string | null;
  readonly expires: boolean;
  readonly verifying: "login" | "renewal" | null;
  /** The newest step that was to be verified. */
  readonly attempt: number;
  /** Frames that have not shown their consequence yet. */
  readonly queue: readonly string[];
  readonly handling: string | null;
  /** The id of the newest submit that was handled. */
  readonly lastId: number;
  readonly failures: number;
  readonly congested: boolean;
  readonly paused: boolean;
  /** The code with which a drain will close. */
  readonly draining: number | null;
  readonly closeSent: boolean;
  readonly timers: readonly ServerTimer[];
}

/** Before anything was seen; also after the end, for all ends are one. */
export const unborn: Ghost = {
  opened: false,
  user: null,
  expires: false,
  verifying: null,
  attempt: 0,
  queue: [],
  handling: null,
  lastId: 0,
  failures: 0,
  congested: false,
  paused: false,
  draining: null,
  closeSent: false,
  timers: [],
};

export interface ServerNode {
  readonly state: ServerState;
  readonly ghost: Ghost;
}

/** What may happen, and the name of the frame that came. */
export interface Input {
  readonly label: string;
  readonly event: ServerEvent;
  readonly frame?: NamedFrame;
}

/** A world with its frames by name, and the names by frame. */
export interface Parts {
  readonly world: ServerWorld;
  readonly frames: ReadonlyMap<string, NamedFrame>;
  readonly names: ReadonlyMap<Frame, string>;
}

export function stateKey(
  state: ServerState,
  ghost: Ghost,
  names: ReadonlyMap<Frame, string>,
): string {
  const isPlain = "options" in state && state.options.dialect === "plain";
  return canonical(state, {
    options: () => "",
    // Only whether a verdict names the newest attempt matters, never how many there were.
    attempt: (attempt) => String((attempt as number) - ghost.attempt),
    // Plain counts for itself, and shows the number to nobody.
    lastId: (id) => (isPlain ? "" : String(id)),
    ...(isPlain ? { handling: (handling) => (handling === null ? "null" : "some") } : {}),
    frames: (queue) => frameNames(queue, names),
  });
}

function frameNames(queue: unknown, names: ReadonlyMap<Frame, string>): string {
  return toArray(queue as Queue<Frame>)
    .map((frame) => names.get(frame) ?? "?")
    .join();
}

export function types(effects: readonly ServerEffect[]): string {
  return effects.map(({ type }) => type).join(" ");
}
