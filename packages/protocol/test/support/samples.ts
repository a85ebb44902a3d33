import {
  defaultClientLimits,
  defaultLimits,
  type ClientEffect,
  type ClientEvent,
  type ClientLimits,
  type ClientOptions,
  type ClientState,
  type Frame,
  type Limits,
  type ServerEffect,
  type ServerEvent,
  type ServerOptions,
  type ServerState,
} from "../../src/index.ts";
import { createClientState, transitionClient } from "../../src/client/index.ts";
import { createServerState, transitionServer } from "../../src/server/index.ts";
import { utf8Length } from "../../src/text.ts";

/** Planted wherever credentials go, and looked for wherever they must not come out again. */
export const secrets = { password: "PASSWORD-MARK", token: "TOKEN-MARK", proof: "PROOF-MARK" };

export const text = (content: string): Frame => ({
  type: "text",
  text: content,
  bytes: utf8Length(content),
});
export const json = (message: object): Frame => text(JSON.stringify(message));
export const binary = (...bytes: number[]): Frame => ({
  type: "binary",
  data: Uint8Array.from(bytes),
});

/** Options of which only the ones of interest are named. */
type Changes<Options, SomeLimits> = Partial<Omit<Options, "limits">> & {
  readonly limits?: Partial<SomeLimits>;
};
export type ServerChanges = Changes<ServerOptions, Limits>;
export type ClientChanges = Changes<ClientOptions, ClientLimits>;

export const serverOptions = (changes: ServerChanges = {}): ServerOptions => ({
  dialect: "v1",
  mechanisms: ["scram-sha-256", "plain"],
  features: [],
  ...changes,
  limits: { ...defaultLimits, ...changes.limits },
});

export const clientOptions = (changes: ClientChanges = {}): ClientOptions => ({
  dialects: ["v1"],
  reconnect: false,
  ...changes,
  limits: { ...defaultClientLimits, ...changes.limits },
});

export const hello = {
  type: "hello",
  mechanisms: ["scram-sha-256", "plain"],
  limits: {
    maxMessageBytes: 1024,
    maxLoginBytes: 512,
    maxAttempts: 2,
    authTimeoutMs: 1000,
    idleTimeoutMs: 1000,
  },
  features: [],
} as const;

export const plainAuth = {
  type: "auth",
  mechanism: "plain",
  user: "ann",
  password: secrets.password,
} as const;
export const scramAuth = {
  type: "auth",
  mechanism: "scram-sha-256",
  data: secrets.proof,
} as const;

/** A machine with its history, for tests that tell a story. */
interface Played<State, Event, Effect> {
  readonly state: State;
  /** The effects of the last event. */
  readonly effects: readonly Effect[];
  readonly then: (...events: readonly Event[]) => Played<State, Event, Effect>;
}

function play<State, Event, Effect>(
  state: State,
  effects: readonly Effect[],
  transition: (state: State, event: Event) => readonly [State, readonly Effect[]],
): Played<State, Event, Effect> {
  return {
    state,
    effects,
    then: (...events) => {
      let step: readonly [State, readonly Effect[]] = [state, effects];
      for (const event of events) step = transition(step[0], event);
      return play(step[0], step[1], transition);
    },
  };
}

export const server = (
  changes: ServerChanges = {},
): Played<ServerState, ServerEvent, ServerEffect> =>
  play(createServerState(serverOptions(changes)), [], transitionServer);

export const client = (
  changes: ClientChanges = {},
): Played<ClientState, ClientEvent, ClientEffect> =>
  play(createClientState(clientOptions(changes)), [], transitionClient);

export const frame = (value: Frame): { readonly type: "frame"; readonly frame: Frame } => ({
  type: "frame",
  frame: value,
});
