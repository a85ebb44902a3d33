/** Time as a session sees it; tests put their own in its place. */
export interface Clock {
  /** Milliseconds that never run backwards; only differences mean anything. */
  readonly now: () => number;
  /** Calls `callback` once after `ms` milliseconds. The result cancels that and may be called late. */
  readonly after: (ms: number, callback: () => void) => () => void;
}

/** Timers count in signed 32 bits: a longer delay would fire at once. */
const maxDelayMs = 2 ** 31 - 1;

/** The platform's own time and timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, Math.min(ms, maxDelayMs));
    return () => clearTimeout(timer);
  },
};

/** One cancellable delay for each name; starting a name anew forgets its old delay. */
export interface Timers<Name extends string> {
  readonly start: (name: Name, ms: number) => void;
  readonly stop: (name: Name) => void;
}

export function createTimers<Name extends string>(
  clock: Clock,
  fire: (name: Name) => void,
): Timers<Name> {
  const running = new Map<Name, () => void>();
  const stop = (name: Name): void => {
    running.get(name)?.();
    running.delete(name);
  };
  return {
    stop,
    start: (name, ms) => {
      stop(name);
      const cancel = clock.after(ms, () => {
        running.delete(name);
        fire(name);
      });
      running.set(name, cancel);
    },
  };
}
