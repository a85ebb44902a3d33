import type {
  AuthMessage,
  ClientOptions,
  ClientState,
  ClientTimer,
  Frame,
  Outcome,
  Payload,
  ServerOptions,
  ServerState,
  ServerTimer,
  Submission,
} from "../../../src/index.ts";
import type { Watch } from "../broken.ts";
import type { ClientTransition } from "../client/world.ts";
import type { ServerTransition } from "../server/world.ts";

export const productProperties = {
  ready: "where the client is ready the server is ready or ending",
  settle: "every submit settles exactly once, wherever the connection is cut",
  truth: "echoed means that the server echoed it, unsent that it never left, lost that it did",
  twice: "no submit is handled twice unless it may be sent again",
  order: "submits are handled in the order in which they were made",
  peace: "two honest machines never accuse each other of breaking the protocol",
  progress: "something always remains that can happen, until the client stops",
  total: "neither machine throws",
} as const;

export interface ProductWorld {
  readonly client: ClientOptions;
  readonly server: Omit<ServerOptions, "dialect">;
  readonly credentials: readonly (AuthMessage | null)[];
  readonly outcomes: readonly Outcome[];
  readonly submits: readonly { readonly payload: Payload; readonly resend: boolean }[];
  /** After so many the network is gone for good. */
  readonly connections: number;
  /** What may happen besides: the person leaves, the server stops, a side of the line dies. */
  readonly events: readonly ("stop" | "shut down" | "half open" | "failed")[];
  readonly transitions: {
    readonly client: ClientTransition;
    readonly server: ServerTransition;
  };
}

/** What is on its way. */
export type Item =
  | { readonly type: "frame"; readonly frame: Frame }
  | { readonly type: "close"; readonly code: number; readonly reason: string };

export interface Submit {
  readonly left: boolean;
  readonly handled: number;
  readonly echoed: boolean;
  readonly settled: boolean;
}

export interface ProductNode {
  readonly client: ClientState;
  /** The other end of the present connection. */
  readonly server: ServerState | null;
  readonly socket: "none" | "opening" | "open";
  /** From the client to the server, oldest first. */
  readonly up: readonly Item[];
  readonly down: readonly Item[];
  readonly clientTimers: readonly ClientTimer[];
  readonly serverTimers: readonly ServerTimer[];
  /** What the shells have not answered yet. */
  readonly asked: number | null;
  readonly challenged: number | null;
  readonly checking: number | null;
  readonly verify: { readonly attempt: number; readonly scram: boolean } | null;
  readonly handle: Submission | null;
  readonly connections: number;
  readonly submits: readonly Submit[];
  readonly done: readonly string[];
}

export type Draft = { -readonly [K in keyof ProductNode]: ProductNode[K] };

export interface Parts {
  readonly world: ProductWorld;
  readonly draft: Draft;
  readonly watch: Watch;
  readonly label: string;
}
