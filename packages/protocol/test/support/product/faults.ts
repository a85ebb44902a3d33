import {
  plainTexts,
  type ClientEffect,
  type ClientEvent,
  type ClientState,
} from "../../../src/index.ts";
import type { ServerEffect, ServerEvent, ServerState } from "../../../src/index.ts";
import { fromArray, toArray } from "../../../src/queue.ts";
import { afterwards, filterEffects, pretend, type Fault } from "../faults.ts";
import { productProperties as p, type ProductWorld } from "./world.ts";
import { text } from "../samples.ts";

type Machines = ProductWorld["transitions"];
const inClient =
  (change: (machine: Machines["client"]) => Machines["client"]) =>
  ({ client, server }: Machines): Machines => ({ client: change(client), server });
const inServer =
  (change: (machine: Machines["server"]) => Machines["server"]) =>
  ({ client, server }: Machines): Machines => ({ client, server: change(server) });
const filterClient = filterEffects<ClientState, ClientEvent, ClientEffect>;
const adjustClient = afterwards<ClientState, ClientEvent, ClientEffect>;
const disguiseClient = pretend<ClientState, ClientEvent, ClientEffect>;
const adjustServer = afterwards<ServerState, ServerEvent, ServerEffect>;
const disguiseServer = pretend<ServerState, ServerEvent, ServerEffect>;

export const productFaults: readonly Fault<Machines>[] = [
  {
    name: "the client is ready as soon as its credentials are sent",
    property: p.ready,
    world: "plain",
    seed: inClient((machine) => (state, event) => {
      const [sent, effects] = machine(state, event);
      if (event.type !== "credentials") return [sent, effects];
      const [ready, more] = machine(sent, { type: "frame", frame: text(plainTexts.accepted) });
      return [ready, [...effects, ...more]];
    }),
  },
  {
    name: "the client settles twice when it is cut",
    property: p.settle,
    world: "v1Resend",
    seed: inClient(
      adjustClient(({ state, event }, [next, effects]) =>
        event.type === "socketClosed"
          ? [
              next,
              [
                ...effects,
                ...toArray(state.pending).map(
                  ({ id }) => ({ type: "settle", id, outcome: { kind: "lost" } }) as const,
                ),
              ],
            ]
          : [next, effects],
      ),
    ),
  },
  {
    name: "the client calls lost messages unsent",
    property: p.truth,
    world: "v1Resend",
    seed: inClient(
      adjustClient((_, [next, effects]) => [
        next,
        effects.map((e) =>
          e.type === "settle" && e.outcome.kind === "lost"
            ? { ...e, outcome: { kind: "unsent" } }
            : e,
        ),
      ]),
    ),
  },
  {
    name: "the client takes its own message for the echo",
    property: p.truth,
    world: "v1Resend",
    seed: inClient(
      adjustClient(({ event }, [next, effects]) =>
        event.type === "socketClosed"
          ? [
              next,
              effects.map((e) =>
                e.type === "settle"
                  ? { ...e, outcome: { kind: "echoed", payload: { kind: "text", text: "one" } } }
                  : e,
              ),
            ]
          : [next, effects],
      ),
    ),
  },
  {
    name: "the client sends again what must not be",
    property: p.twice,
    world: "v1Resend",
    seed: inClient(
      disguiseClient((state, event) => [
        event.type === "socketClosed"
          ? {
              ...state,
              pending: fromArray(toArray(state.pending).map((e) => ({ ...e, resend: true }))),
            }
          : state,
        event,
      ]),
    ),
  },
  {
    name: "the client waits without a timer",
    property: p.progress,
    world: "v1Resend",
    seed: inClient(filterClient(({ type }) => type !== "scheduleRetry")),
  },
  {
    name: "the server handles waiting frames in the wrong order",
    property: p.order,
    world: "v1Three",
    seed: inServer(
      disguiseServer((state, event) =>
        state.kind === "ready" && event.type === "handled"
          ? [
              {
                ...state,
                backlog: {
                  ...state.backlog,
                  frames: fromArray(toArray(state.backlog.frames).reverse()),
                },
              },
              event,
            ]
          : [state, event],
      ),
    ),
  },
  {
    name: "the server echoes twice",
    property: p.peace,
    world: "v1Resend",
    seed: inServer(
      adjustServer((_, [next, effects]) => [
        next,
        effects.flatMap((e) => (e.type === "send" && e.message.type === "echo" ? [e, e] : [e])),
      ]),
    ),
  },
  {
    name: "the server throws when its peer leaves",
    property: p.total,
    world: "v1Once",
    seed: inServer((machine) => (state, event) => {
      if (event.type === "socketClosed" && state.kind === "ready") throw new Error("gone");
      return machine(state, event);
    }),
  },
];
