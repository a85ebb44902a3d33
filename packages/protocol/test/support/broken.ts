import type { Broken } from "../explore.ts";
import { secrets } from "./samples.ts";

/** Collects what a step did wrong. */
export interface Watch {
  readonly broken: readonly Broken[];
  /** `detail` is built only where it is needed: steps are many. */
  readonly demand: (holds: boolean, property: string, detail: () => string) => void;
}

const nothing: readonly Broken[] = [];

export function createWatch(): Watch {
  let broken: Broken[] | undefined;
  return {
    get broken() {
      return broken ?? nothing;
    },
    demand: (holds, property, detail) => {
      if (!holds) (broken ??= []).push({ property, detail: detail() });
    },
  };
}

/** Whether a planted secret stands anywhere in `effect`. */
export function tells(effect: { readonly type: string }): boolean {
  // These hold names and numbers only, and are most of all effects.
  if (effect.type === "startTimer" || effect.type === "stopTimer") return false;
  const said = JSON.stringify(effect);
  return (
    said.includes(secrets.password) || said.includes(secrets.token) || said.includes(secrets.proof)
  );
}

/** The running timers after `effects`, in a fixed order. */
export function runTimers<Name extends string>(
  running: readonly Name[],
  effects: readonly { readonly type: string; readonly name?: Name }[],
): readonly Name[] {
  let timers: readonly Name[] = running;
  for (const { type, name } of effects) {
    if (name === undefined) continue;
    if (type === "startTimer" && !timers.includes(name)) timers = [...timers, name].sort();
    if (type === "stopTimer" && timers.includes(name)) timers = timers.filter((n) => n !== name);
  }
  return timers;
}

/** Every way to let only timers fire ends well within `depth` firings. */
export function timersEnd<Node>(
  node: Node,
  parts: {
    readonly timers: (node: Node) => readonly string[];
    readonly fire: (node: Node, timer: string) => Node;
    readonly ended: (node: Node) => boolean;
  },
  depth: number,
): boolean {
  if (parts.ended(node)) return true;
  const timers = parts.timers(node);
  if (timers.length === 0 || depth === 0) return false;
  return timers.every((timer) => timersEnd(parts.fire(node, timer), parts, depth - 1));
}
