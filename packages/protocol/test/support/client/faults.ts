import type { ClientEffect, ClientEvent, ClientState } from "../../../src/index.ts";
import { fromArray, toArray } from "../../../src/queue.ts";
import { clientProperties as p, type ClientTransition } from "./world.ts";
import { afterwards, filterEffects, pretend, type Fault } from "../faults.ts";

const without = (type: "startTimer" | "stopTimer", name: string) =>
  filterEffects<ClientState, ClientEvent, ClientEffect>(
    (effect) => effect.type !== type || effect.name !== name,
  );
const adjust = afterwards<ClientState, ClientEvent, ClientEffect>;
const disguise = pretend<ClientState, ClientEvent, ClientEffect>;

type Outcome = Extract<ClientEffect, { readonly type: "settle" }>["outcome"];
const outcomes = (change: (outcome: Outcome) => Outcome) =>
  adjust((_, [next, effects]) => [
    next,
    effects.map((effect) =>
      effect.type === "settle" ? { ...effect, outcome: change(effect.outcome) } : effect,
    ),
  ]);

export const clientFaults: readonly Fault<ClientTransition>[] = [
  {
    name: "an ok is believed without the server's proof",
    property: p.proof,
    world: "v1Once",
    seed: disguise((state, event) =>
      state.kind === "authenticating" && state.login.kind === "begun" && event.type === "frame"
        ? [{ ...state, login: { kind: "sent" } }, event]
        : [state, event],
    ),
  },
  {
    name: "an ok that answers no credentials is believed",
    property: p.proof,
    world: "v1Once",
    seed: disguise((state, event) =>
      state.kind === "authenticating" && event.type === "frame" && state.login.kind === "asking"
        ? [{ ...state, login: { kind: "sent" } }, event]
        : [state, event],
    ),
  },
  {
    name: "a proof that is false counts",
    property: p.proof,
    world: "v1Once",
    seed: disguise((state, event) => [
      state,
      event.type === "checked" ? { ...event, genuine: true } : event,
    ]),
  },
  {
    name: "a token is kept before the proof is checked",
    property: p.proof,
    world: "v1Once",
    seed: adjust((_, [next, effects]) => [
      next,
      effects.flatMap((effect): readonly ClientEffect[] =>
        effect.type === "checkServer" ? [effect, { type: "keepToken", token: "t" }] : [effect],
      ),
    ]),
  },
  {
    name: "a genuine server is not believed",
    property: p.proven,
    world: "v1Once",
    seed: disguise((state, event) => [
      state,
      event.type === "checked" ? { ...event, genuine: false } : event,
    ]),
  },
  {
    name: "a session that was ready is not counted as one",
    property: p.returns,
    world: "v1Handshake",
    seed: disguise((state, event) => [{ ...state, established: false }, event]),
  },
  {
    name: "a ping is not answered",
    property: p.answers,
    world: "v1Once",
    seed: filterEffects((effect) => effect.type !== "send" || effect.message.type !== "pong"),
  },
  {
    name: "a cut settles what will be sent again",
    property: p.settle,
    world: "v1Handshake",
    seed: adjust(({ state, event }, [next, effects]) =>
      event.type === "socketClosed" && state.kind === "ready" && next.kind === "waiting"
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
  },
  {
    name: "what is still open is forgotten at the end",
    property: p.settle,
    world: "v1Once",
    seed: filterEffects((effect, next) => effect.type !== "settle" || next.kind !== "stopped"),
  },
  {
    name: "what is lost is called unsent",
    property: p.truth,
    world: "v1Once",
    seed: outcomes((outcome) => (outcome.kind === "lost" ? { kind: "unsent" } : outcome)),
  },
  {
    name: "what never left is called lost",
    property: p.truth,
    world: "v1Once",
    seed: outcomes((outcome) => (outcome.kind === "unsent" ? { kind: "lost" } : outcome)),
  },
  {
    name: "what an earlier connection carried is called unsent",
    property: p.truth,
    world: "v1Handshake",
    seed: disguise((state, event) => [
      {
        ...state,
        pending: fromArray(toArray(state.pending).map((e) => ({ ...e, left: e.sent }))),
      },
      event,
    ]),
  },
  {
    name: "an echo settles the oldest submit, whatever its id",
    property: p.truth,
    world: "v1",
    seed: adjust(({ state, event }, [next, effects]) => [
      next,
      effects.map((effect) =>
        effect.type === "settle" && event.type === "frame"
          ? { ...effect, id: state.pending.front?.value.id ?? effect.id }
          : effect,
      ),
    ]),
  },
  {
    name: "a cut keeps what must not be sent again",
    property: p.kept,
    world: "v1",
    seed: disguise((state, event) => [
      event.type === "socketClosed"
        ? {
            ...state,
            pending: fromArray(toArray(state.pending).map((e) => ({ ...e, resend: true }))),
          }
        : state,
      event,
    ]),
  },
  {
    name: "what waited for the login leaves in the wrong order",
    property: p.order,
    world: "v1",
    seed: adjust(({ state }, [next, effects]) =>
      state.kind === "authenticating" && next.kind === "ready"
        ? [next, [...effects].reverse()]
        : [next, effects],
    ),
  },
  {
    name: "credentials are sent twice",
    property: p.credentials,
    world: "plain",
    seed: adjust(({ event }, [next, effects]) =>
      event.type === "credentials"
        ? [next, effects.flatMap((e) => Array<ClientEffect>(e.type === "send" ? 2 : 1).fill(e))]
        : [next, effects],
    ),
  },
  {
    name: "a stale answer is taken for the live one",
    property: p.stale,
    world: "plain",
    seed: disguise((state, event) => [
      state,
      event.type === "credentials" && state.kind === "authenticating"
        ? { ...event, attempt: state.attempt }
        : event,
    ]),
  },
  {
    name: "fixed credentials are offered again after a refusal",
    property: p.refusal,
    world: "v1Fixed",
    seed: adjust((_, [next, effects]) => [
      next.kind === "authenticating" ? { ...next, denied: null } : next,
      effects.map((e) => (e.type === "askCredentials" ? { ...e, denied: null } : e)),
    ]),
  },
  {
    name: "the client comes back for ever",
    property: p.retries,
    world: "v1Fixed",
    seed: disguise((state, event) => [{ ...state, retries: 0 }, event]),
  },
  {
    name: "every login starts the count of retries anew",
    property: p.retries,
    world: "v1Handshake",
    seed: adjust(({ state }, [next, effects]) => [
      next.kind === "ready" && state.kind !== "ready" ? { ...next, retries: 0 } : next,
      effects,
    ]),
  },
  {
    name: "a client without reconnect comes back",
    property: p.retries,
    world: "v1Once",
    seed: (machine) => (state, event) => {
      const { options } = state;
      const [next, effects] = machine(
        { ...state, options: { ...options, reconnect: true } },
        event,
      );
      return [{ ...next, options }, effects];
    },
  },
  {
    name: "a client that was sent away comes back",
    property: p.retries,
    world: "v1Handshake",
    seed: disguise((state, event) => [
      state,
      event.type === "socketClosed" ? { ...event, code: 1012 } : event,
    ]),
  },
  {
    name: "a socket without the subprotocol passes for v1",
    property: p.downgrade,
    world: "auto",
    seed: disguise((state, event) => [
      state,
      event.type === "socketOpened" && state.dialect === "v1"
        ? { ...event, protocol: "wsecho.v1" }
        : event,
    ]),
  },
  {
    name: "something is sent after the close",
    property: p.close,
    world: "plain",
    seed: adjust(({ state, event }, [next, effects]) =>
      state.kind === "closing" && event.type === "frame"
        ? [next, [...effects, { type: "send", message: { type: "pong" } }]]
        : [next, effects],
    ),
  },
  {
    name: "leaving twice closes twice",
    property: p.close,
    world: "plainHandshake",
    seed: adjust(({ state, event }, [next, effects]) =>
      state.kind === "closing" && event.type === "stop"
        ? [next, [...effects, { type: "close", code: 1000, reason: "" }]]
        : [next, effects],
    ),
  },
  {
    name: "the next dialect opens a socket beside the first",
    property: p.socket,
    world: "auto",
    seed: filterEffects((effect) => effect.type !== "dropSocket"),
  },
  {
    name: "a stopped client connects",
    property: p.stopped,
    world: "plainHandshake",
    seed: disguise((state, event) => [
      state.kind === "stopped" && event.type === "connect" ? { ...state, kind: "idle" } : state,
      event,
    ]),
  },
  {
    name: "a fault looks as if the person had left",
    property: p.reason,
    world: "plain",
    seed: adjust((_, [next, effects]) => [
      next.kind === "closing" ? { ...next, after: { kind: "left" } } : next,
      effects,
    ]),
  },
  {
    name: "connecting has no deadline",
    property: p.deadline,
    world: "plain",
    seed: without("startTimer", "connect"),
  },
  {
    name: "the wait for a retry never ends",
    property: p.end,
    world: "plain",
    seed: filterEffects(({ type }) => type !== "scheduleRetry"),
  },
  {
    name: "the deadline of a probe does nothing",
    property: p.end,
    world: "v1Once",
    seed: (machine) => (state, event) =>
      event.type === "timer" && event.name === "pong" ? [state, []] : machine(state, event),
  },
  {
    name: "the deadline of the login runs on beside the session",
    property: p.timers,
    world: "v1Once",
    seed: without("stopTimer", "login"),
  },
  {
    name: "the credentials are noted",
    property: p.secret,
    world: "plain",
    seed: adjust(({ event }, [next, effects]) =>
      event.type === "credentials"
        ? [
            next,
            [
              ...effects,
              {
                type: "note",
                note: { kind: "serverError", code: 1000, message: JSON.stringify(event.message) },
              },
            ],
          ]
        : [next, effects],
    ),
  },
  {
    name: "a malformed message throws",
    property: p.total,
    world: "v1Once",
    seed: (machine) => (state, event) => {
      if (event.type === "frame" && event.frame.type === "text" && state.kind === "greeting")
        JSON.parse(`${event.frame.text}}`);
      return machine(state, event);
    },
  },
];
