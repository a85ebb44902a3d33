import type { ClientEffect, ClientEvent, ClientState, ClientTimer } from "../../../src/index.ts";
import type { Move } from "../../explore.ts";
import { createWatch, type Watch } from "../broken.ts";
import { follow } from "./follow.ts";
import {
  clientKey,
  clientProperties,
  types,
  type ClientNode,
  type ClientWorld,
  type Ghost,
  type Input,
} from "./world.ts";

/** One step of the machine, compared with what an observer may expect of it. */
export function observe(world: ClientWorld, node: ClientNode, input: Input): Move<ClientNode> {
  const watch = createWatch();
  const { state, ghost } = node;
  const { event, label } = input;
  let next = state;
  let effects: readonly ClientEffect[] = [];
  try {
    [next, effects] = world.transition(state, event);
  } catch (error) {
    watch.demand(false, clientProperties.total, () => String(error));
  }
  const stray = isStray(event, ghost, state);
  if (stray) {
    const same =
      effects.length === 0 &&
      (next === state || clientKey({ state: next, ghost }) === clientKey(node));
    watch.demand(
      same,
      clientProperties.stale,
      () => `${label} in ${state.kind}: ${types(effects)}`,
    );
    if (next === state && effects.length === 0) return { label, to: node, broken: watch.broken };
  }
  if (state.kind === "stopped") {
    const settles = event.type === "submit" && effects.every(({ type }) => type === "settle");
    const silent = next.kind === "stopped" && (settles || effects.length === 0);
    watch.demand(silent, clientProperties.stopped, () => `${label}: ${types(effects)}`);
  }
  const after = follow(world, ghost, { input, effects, state, next, watch });
  rest(world, { state: next, ghost: after }, { label, watch });
  return { label, to: { state: next, ghost: after }, broken: watch.broken };
}

function isStray(event: ClientEvent, ghost: Ghost, { kind }: ClientState): boolean {
  const isOver = kind !== "authenticating" && kind !== "ready";
  switch (event.type) {
    case "credentials":
      return isOver || !ghost.asked || event.attempt !== ghost.attempt;
    case "answered":
      return isOver || !ghost.challenged || event.attempt !== ghost.attempt;
    case "checked":
      return isOver || !ghost.checking || event.attempt !== ghost.attempt;
    case "submit":
      return event.id <= ghost.submits.length;
    case "connect":
    case "socketOpened":
    case "frame":
    case "timer":
    case "socketClosed":
    case "stop":
      return false;
  }
}

/** What must be true between two steps. */
function rest(
  world: ClientWorld,
  { state, ghost }: ClientNode,
  { label, watch: { demand } }: { readonly label: string; readonly watch: Watch },
): void {
  const { options } = world;
  const p = clientProperties;
  const { timers, submits, socket } = ghost;
  const has = (name: ClientTimer): boolean => timers.includes(name);
  const only = (...names: readonly ClientTimer[]): void =>
    demand(
      timers.every((name) => names.includes(name)),
      p.timers,
      () => `${label}: ${timers.join()} in ${state.kind}`,
    );
  const owe = (holds: boolean): void =>
    demand(holds, p.deadline, () => `${label}: ${timers.join()} in ${state.kind}`);

  switch (state.kind) {
    case "idle":
    case "stopped":
      only();
      demand(socket === "none", p.socket, () => `${label}: ${socket} in ${state.kind}`);
      break;
    case "connecting":
      owe(has("connect"));
      only("connect");
      break;
    case "greeting":
      owe(has("login"));
      only("login");
      break;
    case "authenticating":
      owe(ghost.asked || has("login"));
      if (ghost.asked) only();
      else only("login");
      break;
    case "ready":
      owe(
        state.dialect === "plain" ||
          options.limits.pingIntervalMs === 0 ||
          has("ping") ||
          has("pong"),
      );
      only("renew", "ping", "pong");
      break;
    case "closing":
      owe(has("close"));
      only("close");
      break;
    case "waiting":
      owe(has("retry"));
      only("retry");
      demand(socket === "none", p.socket, () => `${label}: ${socket} in ${state.kind}`);
      break;
  }
  const all = state.kind !== "stopped" || submits.every(({ settled }) => settled);
  demand(all, p.settle, () => `${label}: stopped without an outcome`);
  const kept = submits.every(
    ({ left, settled }, i) => !left || settled || world.submits[i]?.resend === true,
  );
  demand(state.kind !== "waiting" || kept, p.kept, () => `${label}: keeps what is lost`);
  const most = options.dialects.length + (options.reconnect ? options.limits.maxRetries : 0);
  demand(ghost.openings <= most, p.retries, () => `${label}: socket ${ghost.openings}`);
}
