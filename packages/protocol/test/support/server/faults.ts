import {
  closes,
  type ServerEffect,
  type ServerEvent,
  type ServerState,
} from "../../../src/index.ts";
import { fromArray, shift, toArray, type Queue } from "../../../src/queue.ts";
import { alike } from "./dialects.ts";
import { afterwards, filterEffects, pretend, type Fault } from "../faults.ts";
import { serverProperties as p, type ServerTransition } from "./world.ts";

type Live = Extract<ServerState, { readonly backlog: unknown }>;
type Frames = Live["backlog"]["frames"];

const isTimer = (effect: ServerEffect, type: "startTimer" | "stopTimer", name: string): boolean =>
  effect.type === type && effect.name === name;
const without = (type: "startTimer" | "stopTimer", name: string) =>
  filterEffects<ServerState, ServerEvent, ServerEffect>((effect) => !isTimer(effect, type, name));
const adjust = afterwards<ServerState, ServerEvent, ServerEffect>;
const disguise = pretend<ServerState, ServerEvent, ServerEffect>;

/** Lets the machine see other waiting frames when a reply makes room for the next one. */
const onReply = (change: (frames: Frames) => Queue<Frames extends Queue<infer F> ? F : never>) =>
  disguise((state, event) =>
    event.type === "handled" && state.kind === "ready"
      ? [{ ...state, backlog: { ...state.backlog, frames: change(state.backlog.frames) } }, event]
      : [state, event],
  );

const submission = { kind: "text", text: "early" } as const;

export const serverFaults: readonly Fault<ServerTransition>[] = [
  {
    name: "a stale verdict is taken for the live one",
    property: p.stale,
    world: "v1",
    seed: disguise((state, event) =>
      event.type === "verdict" && "attempt" in state
        ? [state, { ...event, attempt: state.attempt }]
        : [state, event],
    ),
  },
  {
    name: "a message is handled before the verdict",
    property: p.login,
    world: "v1",
    seed: adjust(({ state, event }, [next, effects]) =>
      state.kind === "verifying" && event.type === "frame"
        ? [next, [...effects, { type: "handle", submission }]]
        : [next, effects],
    ),
  },
  {
    name: "a challenge is not passed on",
    property: p.told,
    world: "v1",
    seed: filterEffects((effect) => effect.type !== "send" || effect.message.type !== "challenge"),
  },
  {
    name: "the backlog has no bound",
    property: p.backlog,
    world: "plain",
    seed: (machine) => (state, event) => {
      if (state.kind === "closed") return machine(state, event);
      const { options } = state;
      const limits = { ...options.limits, backlogMessages: 1e6, backlogBytes: 1e9 };
      const [next, effects] = machine({ ...state, options: { ...options, limits } }, event);
      return [next.kind === "closed" ? next : { ...next, options }, effects];
    },
  },
  {
    name: "a waiting frame is dropped",
    property: p.order,
    world: "v1Backlog",
    seed: onReply((frames) => shift(frames)),
  },
  {
    name: "waiting frames change places",
    property: p.order,
    world: "v1Backlog",
    seed: onReply((frames) => fromArray(toArray(frames).reverse())),
  },
  {
    name: "a failed message is not answered",
    property: p.order,
    world: "v1Handshake",
    seed: filterEffects(
      (effect) =>
        effect.type !== "send" ||
        effect.message.type !== "error" ||
        effect.message.id === undefined,
    ),
  },
  {
    name: "a reply is sent twice",
    property: p.order,
    world: "plainHandshake",
    seed: adjust((_, [next, effects]) => [
      next,
      effects.flatMap((e) => Array<ServerEffect>(e.type === "sendBinary" ? 2 : 1).fill(e)),
    ]),
  },
  {
    name: "a duplicate id is accepted",
    property: p.ids,
    world: "v1Handshake",
    seed: disguise((state, event) => [
      state.kind === "ready" ? { ...state, lastId: 0 } : state,
      event,
    ]),
  },
  {
    name: "a second close is sent",
    property: p.close,
    world: "v1",
    seed: adjust(({ state, event }, [next, effects]) =>
      state.kind === "closing" && event.type === "shutdown"
        ? [next, [...effects, { type: "close", ...closes.goingAway }]]
        : [next, effects],
    ),
  },
  {
    name: "the error is sent after the close",
    property: p.close,
    world: "v1",
    seed: adjust((_, [next, effects]) => [
      next,
      [
        ...effects.filter(({ type }) => type === "close"),
        ...effects.filter(({ type }) => type !== "close"),
      ],
    ]),
  },
  {
    name: "a frame is answered after the close",
    property: p.close,
    world: "v1",
    seed: adjust(({ state, event }, [next, effects]) =>
      state.kind === "closing" && event.type === "frame"
        ? [next, [...effects, { type: "send", message: { type: "pong" } }]]
        : [next, effects],
    ),
  },
  {
    name: "whatever has to wait is too much",
    property: p.cause,
    world: "plain",
    seed: (machine) => (state, event) => {
      if (state.kind === "closed") return machine(state, event);
      const { options } = state;
      const limits = { ...options.limits, backlogMessages: 0 };
      const [next, effects] = machine({ ...state, options: { ...options, limits } }, event);
      return [next.kind === "closed" ? next : { ...next, options }, effects];
    },
  },
  {
    name: "v1 is not told why it is closed",
    property: p.cause,
    world: "v1Handshake",
    seed: filterEffects((effect) => effect.type !== "send" || effect.message.type !== "error"),
  },
  {
    name: "something is noted after closed",
    property: p.closed,
    world: "v1",
    seed: adjust(({ state }, [next, effects]) =>
      state.kind === "closed"
        ? [next, [...effects, { type: "note", note: { kind: "closed", code: 1000 } }]]
        : [next, effects],
    ),
  },
  {
    name: "the login has no deadline",
    property: p.deadline,
    world: "v1",
    seed: without("startTimer", "auth"),
  },
  {
    name: "the close has no deadline",
    property: p.end,
    world: "v1",
    seed: without("startTimer", "close"),
  },
  {
    name: "the deadline of the close does nothing",
    property: p.end,
    world: "plain",
    seed: (machine) => (state, event) =>
      state.kind === "closing" && event.type === "timer" ? [state, []] : machine(state, event),
  },
  {
    name: "a timer runs on after the end",
    property: p.timers,
    world: "v1Handshake",
    seed: without("stopTimer", "idle"),
  },
  {
    name: "the deadline of the login runs on beside the session",
    property: p.timers,
    world: "v1",
    seed: without("stopTimer", "auth"),
  },
  {
    name: "resuming is forgotten",
    property: p.pause,
    world: "v1",
    seed: filterEffects(({ type }) => type !== "resumeInput"),
  },
  {
    name: "a peer that does not read is not paused",
    property: p.pause,
    world: "v1",
    seed: (machine) => (state, event) =>
      event.type === "congested" ? [state, []] : machine(state, event),
  },
  {
    name: "a renewal changes the user",
    property: p.user,
    world: "v1Handshake",
    seed: disguise((state, event) =>
      state.kind === "ready" && event.type === "verdict" && event.outcome.kind === "accepted"
        ? [{ ...state, user: event.outcome.user }, event]
        : [state, event],
    ),
  },
  {
    name: "asking for a renewal extends the login",
    property: p.expiry,
    world: "v1Handshake",
    seed: adjust(({ state }, [next, effects]) =>
      state.kind === "ready" && effects.some(({ type }) => type === "verify")
        ? [next, [...effects, { type: "startTimer", name: "expiry", ms: 1000 }]]
        : [next, effects],
    ),
  },
  {
    name: "refused attempts are not counted",
    property: p.attempts,
    world: "plain",
    seed: disguise((state, event) => [
      "failures" in state ? { ...state, failures: 0 } : state,
      event,
    ]),
  },
  {
    name: "a shutdown does not wait for the reply that is owed",
    property: p.drain,
    world: "plainHandshake",
    seed: disguise((state, event) =>
      state.kind === "ready" && event.type === "shutdown"
        ? [{ ...state, handling: null }, event]
        : [state, event],
    ),
  },
  {
    name: "a drained session stays",
    property: p.drain,
    world: "v1Handshake",
    seed: (machine) => (state, event) =>
      state.kind === "ready" && state.leaving !== null && event.type === "handled"
        ? machine({ ...state, leaving: null }, event)
        : machine(state, event),
  },
  {
    name: "a malformed frame is noted with its text",
    property: p.secret,
    world: "v1",
    seed: adjust(({ event }, [next, effects]) => [
      next,
      effects.map((effect) =>
        effect.type === "note" && effect.note.kind === "closing" && event.type === "frame"
          ? { ...effect, note: { ...effect.note, detail: JSON.stringify(event.frame) } }
          : effect,
      ),
    ]),
  },
  {
    name: "a binary message before the login throws",
    property: p.total,
    world: "plain",
    seed: (machine) => (state, event) => {
      if (state.kind === "awaitingAuth" && event.type === "frame" && event.frame.type === "binary")
        throw new TypeError("text expected");
      return machine(state, event);
    },
  },
  {
    name: "plain counts no refused attempts",
    property: alike,
    world: "dialects",
    seed: disguise((state, event) => [
      "failures" in state && state.options.dialect === "plain" ? { ...state, failures: 0 } : state,
      event,
    ]),
  },
];
