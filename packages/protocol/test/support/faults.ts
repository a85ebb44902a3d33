import type { Transition } from "../../src/index.ts";

/** A mistake that somebody could make in a machine, and the property that must notice it. */
export interface Fault<Machine> {
  readonly name: string;
  readonly property: string;
  /** The smallest world that is rich enough. */
  readonly world: string;
  readonly seed: (machine: Machine) => Machine;
}

/** Changes what a machine does with its effects. */
export function filterEffects<State, Event, Effect>(
  keep: (effect: Effect, state: State) => boolean,
): (machine: Transition<State, Event, Effect>) => Transition<State, Event, Effect> {
  return (machine) => (state, event) => {
    const [next, effects] = machine(state, event);
    return [next, effects.filter((effect) => keep(effect, next))];
  };
}

/** Changes what a machine does with its effects, knowing what came before. */
export function afterwards<State, Event, Effect>(
  change: (
    before: { readonly state: State; readonly event: Event },
    after: readonly [State, readonly Effect[]],
  ) => readonly [State, readonly Effect[]],
): (machine: Transition<State, Event, Effect>) => Transition<State, Event, Effect> {
  return (machine) => (state, event) => change({ state, event }, machine(state, event));
}

/** Lets a machine see another state or another event than the real one. */
export function pretend<State, Event, Effect>(
  change: (state: State, event: Event) => readonly [State, Event],
): (machine: Transition<State, Event, Effect>) => Transition<State, Event, Effect> {
  return (machine) => (state, event) => machine(...change(state, event));
}
