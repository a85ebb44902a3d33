import type { Outcome, Reply, ServerTimer } from "../../../src/index.ts";
import { createServerState } from "../../../src/server/index.ts";
import type { Model, Move } from "../../explore.ts";
import { createWatch, timersEnd } from "../broken.ts";
import { canonical } from "../canonical.ts";
import { observe } from "./observe.ts";
import {
  serverProperties,
  stateKey,
  unborn,
  type Ghost,
  type Input,
  type ServerNode,
  type ServerWorld,
} from "./world.ts";

export function serverModel(world: ServerWorld): Model<ServerNode> {
  const frames = new Map(world.frames.map((named) => [named.name, named]));
  const names = new Map(world.frames.map(({ frame, name }) => [frame, name]));
  const key = ({ state, ghost }: ServerNode): string =>
    stateKey(state, ghost, names) + canonical(ghost, { attempt: () => "" });
  const step = (node: ServerNode, input: Input): Move<ServerNode> =>
    observe({ world, frames, names }, node, input);
  return {
    start: {
      state: createServerState(world.options),
      ghost: unborn,
    },
    key,
    *moves(node) {
      for (const input of inputsOf(world, node.ghost)) yield step(node, input);
    },
    check(node) {
      const watch = createWatch();
      const ends = timersEnd(
        node,
        {
          timers: ({ ghost }) => ghost.timers,
          fire: (at, name) => step(at, timerInput(name as ServerTimer)).to,
          ended: ({ state, ghost }) => state.kind === "closed" || !ghost.opened,
        },
        8,
      );
      watch.demand(ends, serverProperties.end, () => `${node.state.kind} stays`);
      return watch.broken;
    },
  };
}

const replies: readonly Reply[] = [
  { kind: "text", text: "reply" },
  { kind: "binary", data: Uint8Array.of(7) },
  { kind: "failed" },
];

const timerInput = (name: ServerTimer): Input => ({
  label: `timer ${name}`,
  event: { type: "timer", name },
});

const always: readonly Input[] = [
  { label: "opened", event: { type: "opened" } },
  ...replies.map((reply) => ({
    label: `handled ${reply.kind}`,
    event: { type: "handled", reply } as const,
  })),
  { label: "shut down", event: { type: "shutdown", close: "goingAway" } },
  { label: "too long", event: { type: "shutdown", close: "sessionTooLong" } },
  { label: "dribble", event: { type: "shutdown", close: "messageTooSlow" } },
  { label: "restart", event: { type: "shutdown", close: "restarting" } },
  { label: "revoked", event: { type: "revoked" } },
  { label: "violation", event: { type: "violation", close: "protocolError" } },
  { label: "socket closed", event: { type: "socketClosed", code: 1006 } },
];

function* inputsOf({ frames, outcomes, congestion }: ServerWorld, ghost: Ghost): Iterable<Input> {
  yield* always;
  for (const named of frames)
    yield { label: named.name, event: { type: "frame", frame: named.frame }, frame: named };
  for (const lag of [0, 1, -1]) {
    const attempt = ghost.attempt - lag;
    for (const outcome of lag === 0 ? outcomes : outcomes.slice(0, 2))
      yield { label: verdictLabel(outcome, lag), event: { type: "verdict", attempt, outcome } };
  }
  for (const name of ghost.timers) yield timerInput(name);
  if (!congestion) return;
  yield { label: "congested", event: { type: "congested" } };
  yield { label: "drained", event: { type: "drained" } };
}

function verdictLabel(outcome: Outcome, lag: number): string {
  const who = outcome.kind === "accepted" ? ` ${outcome.user}` : "";
  return `${outcome.kind}${who}${lag === 0 ? "" : " (stale)"}`;
}
