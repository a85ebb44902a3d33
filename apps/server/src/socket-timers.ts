import { maxTimerMs } from "./limits.ts";

/** One session's timers, by name. */
export interface SocketTimers<Name> {
  /** Starts the timer, or starts it anew; ms. */
  start(name: Name, ms: number): void;
  stop(name: Name): void;
  stopAll(): void;
}

interface Running {
  readonly ms: number;
  /** When it was started last, by `performance.now()`. */
  startedAtMs: number;
  handle: NodeJS.Timeout;
}

/**
 * Restarting with the same time, as every message does, only notes when that was: the timer that
 * runs looks at its end whether there is a rest to wait for.
 */
export function createTimers<Name>(fire: (name: Name) => void): SocketTimers<Name> {
  const running = new Map<Name, Running>();

  function stop(name: Name): void {
    clearTimeout(running.get(name)?.handle);
    running.delete(name);
  }

  function wait(name: Name, delayMs: number): NodeJS.Timeout {
    return setTimeout(() => {
      const timer = running.get(name);
      if (timer === undefined) return;
      const restMs = timer.startedAtMs + Math.min(timer.ms, maxTimerMs) - performance.now();
      if (restMs > 0) timer.handle = wait(name, Math.ceil(restMs));
      else fire(name);
    }, delayMs);
  }

  return {
    start(name, ms) {
      const timer = running.get(name);
      if (timer?.ms === ms) {
        timer.startedAtMs = performance.now();
        return;
      }
      stop(name);
      const handle = wait(name, Math.min(ms, maxTimerMs));
      running.set(name, { ms, startedAtMs: performance.now(), handle });
    },
    stop,
    stopAll() {
      for (const name of running.keys()) stop(name);
    },
  };
}
