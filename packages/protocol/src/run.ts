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
  class Running extends EffectLoop<State, Event, Effect> {
    protected perform(effect: Effect): void {
      perform(effect, dispatch);
    }
  }
  const running = new Running(initial, transition);
  const dispatch = (event: Event): void => running.dispatch(event);
  return { state: () => running.state(), dispatch };
}

/** The same to be extended, for whoever has ten thousand of them: an object, and no function for each. */
export abstract class EffectLoop<State, Event, Effect> {
  #state: State;
  readonly #transition: Transition<State, Event, Effect>;
  /** The event that is being handled, and those that wait behind it. */
  #events: Event[] | null = null;

  constructor(initial: State, transition: Transition<State, Event, Effect>) {
    this.#state = initial;
    this.#transition = transition;
  }

  /** Carries out one effect; it may dispatch events at once. */
  protected abstract perform(effect: Effect): void;

  /** Where the machine stands now. */
  state(): State {
    return this.#state;
  }

  /**
   * Handles `event` now, or after the one that is being handled.
   *
   * @throws the first error that an effect or the transition threw, when everything is done
   */
  dispatch(event: Event): void {
    if (this.#events !== null) {
      // The loop below is under way, and comes to this one, too.
      this.#events.push(event);
      return;
    }
    this.#events = [event];
    const errors: unknown[] = [];
    // The list may grow while it is walked, which is what keeps a burst linear: shifting is not.
    for (const next of this.#events) this.#take(next, errors);
    this.#events = null;
    if (errors.length > 0) throw errors[0] as Error;
  }

  #take(event: Event, errors: unknown[]): void {
    let effects: readonly Effect[] = [];
    try {
      [this.#state, effects] = this.#transition(this.#state, event);
    } catch (error) {
      errors.push(error);
    }
    for (const effect of effects) {
      try {
        this.perform(effect);
      } catch (error) {
        errors.push(error);
      }
    }
  }
}
