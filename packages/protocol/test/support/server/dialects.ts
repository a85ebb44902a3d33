import type {
  Frame,
  Outcome,
  Reply,
  ServerEffect,
  ServerEvent,
  ServerState,
  ServerTimer,
} from "../../../src/index.ts";
import { createServerState } from "../../../src/server/index.ts";
import { toArray, type Queue } from "../../../src/queue.ts";
import type { Model, Move } from "../../explore.ts";
import { createWatch, runTimers } from "../broken.ts";
import { canonical } from "../canonical.ts";
import { binary, json, plainAuth, secrets, serverOptions, text } from "../samples.ts";
import type { ServerTransition } from "./world.ts";

export const alike = "plain and v1 decide alike, in every step, after projection";

/** The same session in both dialects, step by step. */
interface Twins {
  readonly v1: ServerState;
  readonly plain: ServerState;
  readonly timers: readonly ServerTimer[];
  /** Submits so far; v1 has to count them. */
  readonly count: number;
  readonly attempt: number;
}

interface Input {
  readonly label: string;
  readonly v1: ServerEvent;
  readonly plain: ServerEvent;
}

const limits = { maxAttempts: 2, backlogMessages: 2, maxLoginBytes: 200, maxMessageBytes: 400 };

export function dialectsModel(transition: ServerTransition): Model<Twins> {
  const start = (dialect: "v1" | "plain"): ServerState =>
    createServerState({ ...serverOptions({ limits, mechanisms: ["plain"] }), dialect });
  return {
    start: { v1: start("v1"), plain: start("plain"), timers: [], count: 0, attempt: 0 },
    key: (twins) => shape(twins.v1, twins.attempt) + twins.timers.join(),
    *moves(twins) {
      for (const input of inputsOf(twins)) yield step(transition, twins, input);
    },
  };
}

function step(transition: ServerTransition, twins: Twins, input: Input): Move<Twins> {
  const watch = createWatch();
  const { label } = input;
  const [v1, v1Effects] = transition(twins.v1, input.v1);
  const [plain, plainEffects] = transition(twins.plain, input.plain);
  const said = [project(v1Effects), project(plainEffects)] as const;
  watch.demand(said[0] === said[1], alike, () => `${label}: ${said.join(" and ")}`);
  const shapes = [shape(v1, twins.attempt), shape(plain, twins.attempt)] as const;
  watch.demand(shapes[0] === shapes[1], alike, () => `${label}: ${shapes.join(" and ")}`);
  const verify = v1Effects.find((effect) => effect.type === "verify");
  const to: Twins = {
    v1,
    plain,
    timers: runTimers(
      input.v1.type === "timer" ? twins.timers.filter((name) => label !== name) : twins.timers,
      v1Effects,
    ),
    count: twins.count + (label === "text" ? 1 : 0),
    attempt: verify?.attempt ?? twins.attempt,
  };
  return { label, to, broken: watch.broken };
}

/** What both dialects have words for. Ids are v1's alone. */
function project(effects: readonly ServerEffect[]): string {
  return canonical(effects, { id: () => "" });
}

/** A state without ids, counts and the frames' own texts. */
function shape(state: ServerState, attempt: number): string {
  return canonical(state, {
    options: () => "",
    lastId: () => "",
    id: () => "",
    attempt: (value) => String((value as number) - attempt),
    frames: (frames) =>
      toArray(frames as Queue<Frame>)
        .map(({ type }) => type)
        .join(),
    bytes: () => "",
  });
}

const outcomes: readonly Outcome[] = [
  { kind: "accepted", user: "ann" },
  { kind: "accepted", user: "ann", expiresInMs: 1000 },
  { kind: "refused", retryAfterMs: 5 },
  { kind: "unavailable" },
];
const replies: readonly Reply[] = [
  { kind: "text", text: "reply" },
  { kind: "binary", data: Uint8Array.of(7) },
];
const same = (label: string, event: ServerEvent): Input => ({ label, v1: event, plain: event });
const frames = (label: string, v1: Frame, plain: Frame): Input => ({
  label,
  v1: { type: "frame", frame: v1 },
  plain: { type: "frame", frame: plain },
});
const common: readonly Input[] = [
  same("opened", { type: "opened" }),
  same("congested", { type: "congested" }),
  same("drained", { type: "drained" }),
  same("shut down", { type: "shutdown", close: "goingAway" }),
  same("revoked", { type: "revoked" }),
  same("violation", { type: "violation", close: "invalidData" }),
  same("closed", { type: "socketClosed", code: 1006 }),
];
const credentials = frames("login", json(plainAuth), text(`ann:${secrets.password}`));
const large = text("x".repeat(401));

function* inputsOf({ v1, timers, count, attempt }: Twins): Iterable<Input> {
  yield* common;
  // On a failed text v1 tells its id and goes on; plain has no words for that and must close.
  const inHand = v1.kind === "ready" ? (v1.handling?.kind ?? null) : null;
  for (const reply of replies)
    if (inHand === null || inHand === reply.kind)
      yield same(`handled ${reply.kind}`, { type: "handled", reply });
  for (const name of timers) yield same(name, { type: "timer", name });
  for (const lag of [0, 1])
    for (const outcome of outcomes)
      yield same(`${outcome.kind}, ${lag} late`, {
        type: "verdict",
        attempt: attempt - lag,
        outcome,
      });
  yield frames("oversize", large, large);
  // What is a login and what a message differs where neither was decided yet: plain has one form
  // for both, and v1 closes on what comes too early.
  if (v1.kind === "awaitingAuth") yield credentials;
  if (v1.kind !== "ready" && v1.kind !== "closing" && v1.kind !== "closed") return;
  yield frames("text", json({ type: "submit", id: count + 1, text: "text" }), text("text"));
  yield frames("binary", binary(1), binary(1));
}
