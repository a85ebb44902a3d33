/** A pure state machine: the same state and event always give the same state and effects. */
export type Transition<State, Event, Effect> = (
  state: State,
  event: Event,
) => readonly [State, readonly Effect[]];

/** A running state machine. */
export interface Machine<State, Event> {
  /** Where it stands now. */
  readonly state: () => State;
  /**
   * Handles `event` now, or after the one that is being handled.
   *
   * @throws the first error that an effect or the transition threw, when everything is done
   */
  readonly dispatch: (event: Event) => void;
}

/**
 * The effect loop of every tier. Performing an effect may raise events at once (a socket that
 * fails while it is opened): those wait in a queue, so that effects keep their order and a
 * transition never runs inside another.
 *
 * Throwing is a programmer's error. It takes nothing else with it: the state has moved on, so the
 * effects behind it, often a close and its deadline, are still performed.
 */
export function runMachine<State, Event, Effect>(
  initial: State,
  transition: Transition<State, Event, Effect>,
  perform: (effect: Effect, dispatch: (event: Event) => void) => void,
): Machine<State, Event> {
  let state = initial;
  /** The event that is being handled, and those that wait behind it. */
  let events: Event[] = [];

  const dispatch = (event: Event): void => {
    // Where others are at work, the loop below is under way and comes to this one, too.
    if (events.push(event) > 1) return;
    const errors: unknown[] = [];
    // The list may grow while it is walked, which is what keeps a burst linear: shifting is not.
    for (const next of events) {
      attempt(errors, () => {
        const [following, effects] = transition(state, next);
        state = following;
        for (const effect of effects) attempt(errors, () => perform(effect, dispatch));
      });
    }
    events = [];
    if (errors.length > 0) throw errors[0] as Error;
  };

  return { state: () => state, dispatch };
}

function attempt(errors: unknown[], action: () => void): void {
  try {
    action();
  } catch (error) {
    errors.push(error);
  }
}
