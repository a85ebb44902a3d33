import type {
  AuthMessage,
  ClientEffect,
  ClientEvent,
  ClientOptions,
  ClientState,
  ClientTimer,
  DialectName,
  Frame,
  Payload,
  Transition,
} from "../../../src/index.ts";
import { toArray, type Queue } from "../../../src/queue.ts";
import { canonical } from "../canonical.ts";

export type ClientTransition = Transition<ClientState, ClientEvent, ClientEffect>;

export const clientProperties = {
  close: "at most one close for a socket, and nothing sent after it or without one",
  socket: "one socket at a time, and none is left when the client stops",
  stopped: "nothing happens after stopped, but that a new submit is unsent",
  settle: "every submit settles exactly once",
  truth: "every outcome is the truth",
  kept: "a cut keeps what may be sent again, and loses what may not",
  order: "submits leave in order, once, and again only where that was asked for",
  proof: "no ok is believed without the credentials and the proof that belong to it",
  proven: "a login that is proven is believed",
  returns: "a working session that is cut comes back where that was asked for",
  answers: "a ping is answered, and a login that runs out is renewed",
  credentials: "credentials leave only when asked for, and once for each question",
  stale: "stale answers and used ids change nothing",
  reason:
    "a client leaves for the reason that it tells, and never because of a pong, ping or error",
  deadline: "every waiting state has its deadline",
  timers: "no timer runs that its state does not need, and none in stopped",
  retries: "a client without reconnect, or that was sent away, stays away; any other gives up",
  refusal: "fixed credentials are not offered again once they were refused",
  downgrade: "nothing is said in another dialect than the one that was agreed",
  total: "every event is answered in every state",
  secret: "no secret stands in a note, an outcome or a reason",
  end: "timers alone end every state",
} as const;

type FrameKind = "ok" | "denied" | "ping" | "pong" | "echo" | "error" | "other";

/** What a server may say, an honest one or not. */
export interface ServerFrame {
  readonly name: string;
  /** What it is in its dialect; in the other one it is just some text. */
  readonly kind: FrameKind;
  readonly dialect: DialectName;
  readonly frame: Frame;
  /** Of an echo or an error. */
  readonly id?: number;
  /** Of an echo. */
  readonly payload?: Payload;
}

export interface ClientWorld {
  readonly options: ClientOptions;
  readonly frames: readonly ServerFrame[];
  readonly credentials: readonly (AuthMessage | null)[];
  /** The first submit, the second, … */
  readonly submits: readonly { readonly payload: Payload; readonly resend: boolean }[];
  /** Close codes and reasons of the server and the network. */
  readonly closes: readonly (readonly [code: number, reason: string])[];
  /** A shell that has one pair of credentials and nobody to ask. */
  readonly fixed: boolean;
  readonly transition: ClientTransition;
}

export interface Submit {
  readonly left: boolean;
  /** Sent on the present connection. */
  readonly sent: boolean;
  readonly settled: boolean;
}

/** What an observer without sight of the state knows. */
export interface Ghost {
  readonly socket: "none" | "opening" | "open" | "closing";
  /** What the socket's subprotocol says. */
  readonly agreed: DialectName | null;
  readonly timers: readonly ClientTimer[];
  /** The newest question about a login. */
  readonly attempt: number;
  readonly asked: boolean;
  readonly challenged: boolean;
  readonly checking: boolean;
  /** The credentials that await the server's word. */
  readonly offered: "scram" | "other" | null;
  readonly submits: readonly Submit[];
  /** Sockets since the server last answered something. */
  readonly openings: number;
  /** Whether the newest credentials of this connection were refused. */
  readonly denied: boolean;
  /** Whether the fixed credentials were refused. */
  readonly refused: boolean;
}

export interface ClientNode {
  readonly state: ClientState;
  readonly ghost: Ghost;
}

/** What may happen, and the name of the frame that came. */
export interface Input {
  readonly label: string;
  readonly event: ClientEvent;
  readonly frame?: ServerFrame;
}

export function clientKey({ state, ghost }: ClientNode): string {
  return stateKey(state, ghost);
}

export function stateKey(state: ClientState, ghost: Ghost): string {
  return canonical(state, {
    options: () => "",
    hello: (hello) => (hello === null ? "null" : "hello"),
    // Only whether an answer names the newest question matters, never how many there were.
    attempt: (attempt) => String((attempt as number) - ghost.attempt),
    pending: (pending) => canonical(toArray(pending as Queue<unknown>), {}),
  });
}

export function types(effects: readonly ClientEffect[]): string {
  return effects.map(({ type }) => type).join(" ");
}
