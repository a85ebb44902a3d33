import type { ServerEffect, ServerTimer } from "../../../src/index.ts";
import type { Move } from "../../explore.ts";
import { createWatch, type Watch } from "../broken.ts";
import { follow, isLive } from "./follow.ts";
import { bytesOf } from "./scene.ts";
import {
  serverProperties,
  stateKey,
  types,
  unborn,
  type Ghost,
  type Input,
  type Parts,
  type ServerNode,
} from "./world.ts";

/** One step of the machine, compared with what an observer may expect of it. */
export function observe(parts: Parts, node: ServerNode, input: Input): Move<ServerNode> {
  const watch = createWatch();
  const { state, ghost } = node;
  const { event, label } = input;
  let next = state;
  let effects: readonly ServerEffect[] = [];
  try {
    [next, effects] = parts.world.transition(state, event);
  } catch (error) {
    watch.demand(false, serverProperties.total, () => String(error));
  }
  const unchanged = (property: string): void => {
    const same =
      effects.length === 0 &&
      (next === state ||
        stateKey(next, ghost, parts.names) === stateKey(state, ghost, parts.names));
    watch.demand(same, property, () => `${label} in ${state.kind}: ${types(effects)}`);
  };
  if (state.kind === "closed") unchanged(serverProperties.closed);
  const stray =
    (event.type === "handled" && (ghost.handling === null || ghost.closeSent)) ||
    (event.type === "verdict" && !isLive(ghost, event.attempt));
  if (stray) unchanged(serverProperties.stale);
  if (event.type === "socketClosed")
    watch.demand(next.kind === "closed", serverProperties.closed, () => `it is ${next.kind}`);

  const idles = stray && next === state && effects.length === 0;
  if (state.kind === "closed" || idles) return { label, to: node, broken: watch.broken };

  const after = follow(parts, ghost, { input, effects, watch });
  if (next.kind !== "closed") {
    rest(parts, after, { label, watch });
    return { label, to: { state: next, ghost: after }, broken: watch.broken };
  }
  watch.demand(after.timers.length === 0, serverProperties.timers, () => after.timers.join());
  const last = effects.every((e) => ["stopTimer", "terminate", "note"].includes(e.type));
  watch.demand(last, serverProperties.closed, () => `${label}: ${types(effects)}`);
  // Whatever went before, this is the end, so all ends are one.
  return { label, to: { state: next, ghost: unborn }, broken: watch.broken };
}

/** What must be true between two steps, as long as the socket is there. */
function rest(
  parts: Parts,
  ghost: Ghost,
  { label, watch: { demand } }: { readonly label: string; readonly watch: Watch },
): void {
  const { limits, login } = parts.world.options;
  const p = serverProperties;
  const { timers, queue, user, verifying, handling, closeSent, congested } = ghost;
  const needs = new Set<ServerTimer>();
  if (closeSent) needs.add("close");
  else if (ghost.opened) {
    if (user === null) needs.add("auth");
    else if (ghost.draining === null) needs.add("idle");
    if (user !== null && ghost.expires) needs.add("expiry");
    if (ghost.draining !== null) needs.add("close");
  }
  if (!closeSent && congested) needs.add("slow");
  for (const name of needs)
    demand(timers.includes(name), p.deadline, () => `${label}: no timer ${name}`);
  // Idleness is no fault while the peer may not speak, so its timer may just run out.
  if (ghost.draining !== null && !closeSent) needs.add("idle");
  for (const name of timers) demand(needs.has(name), p.timers, () => `${label}: ${name} runs on`);

  const largest = user === null ? limits.maxLoginBytes : limits.maxMessageBytes;
  const bytes = queue.reduce((sum, name) => sum + bytesOf(parts, name), 0);
  demand(queue.length <= limits.backlogMessages, p.backlog, () => `${queue.length} frames wait`);
  demand(bytes <= limits.backlogBytes + largest, p.backlog, () => `${bytes} bytes wait`);
  demand(ghost.failures < limits.maxAttempts || closeSent, p.attempts, () => `${label}: goes on`);

  const isLiveNow = ghost.opened && !closeSent;
  const mayWait = verifying === "login" || handling !== null;
  demand(!isLiveNow || mayWait || queue.length === 0, p.order, () => `${label}: ${queue.join()}`);
  demand(
    ghost.draining === null || closeSent || handling !== null,
    p.drain,
    () => `${label}: nothing is owed, yet it stays`,
  );
  const paused = isLiveNow && (verifying === "login" || congested || queue.length > 0);
  demand(ghost.paused === paused, p.pause, () => `${label}: paused is ${String(ghost.paused)}`);
  demand(login === undefined || user === null || user === login.user, p.user, () => String(user));
}
