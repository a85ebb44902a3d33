/** A pure state machine: the same state and event always give the same state and effects. */
export type Transition<State, Event, Effect> = (
  state: State,
  event: Event,
) => readonly [State, readonly Effect[]];

export interface Machine<State, Event> {
  readonly state: () => State;
  /** Handles `event` now, or after the one that is being handled. */
  readonly dispatch: (event: Event) => void;
}

/**
 * The effect loop of every tier. Performing an effect may raise events at once (a socket that
 * fails while it is opened): those wait in a queue, so that effects keep their order and a
 * transition never runs inside another.
 */
export function runMachine<State, Event, Effect>(
  initial: State,
  transition: Transition<State, Event, Effect>,
  perform: (effect: Effect, dispatch: (event: Event) => void) => void,
): Machine<State, Event> {
  let state = initial;
  let running = false;
  const queue: Event[] = [];

  const dispatch = (event: Event): void => {
    queue.push(event);
    if (running) return;
    running = true;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [following, effects] = transition(state, next);
        state = following;
        for (const effect of effects) perform(effect, dispatch);
      }
    } finally {
      // A throwing effect is a programmer's error and passes on; the machine must not stay locked.
      running = false;
    }
  };

  return { state: () => state, dispatch };
}
