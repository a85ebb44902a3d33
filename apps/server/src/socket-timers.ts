import { maxTimerMs } from "./limits.ts";

/** One session's timers, by name. */
export interface SocketTimers<Name> {
  /** Starts the timer, or starts it anew; ms. */
  start(name: Name, ms: number): void;
  stop(name: Name): void;
  stopAll(): void;
}

/** Restarting with the same time, as every message does, costs no new timer. */
export function createTimers<Name>(fire: (name: Name) => void): SocketTimers<Name> {
  const running = new Map<Name, { readonly handle: NodeJS.Timeout; readonly ms: number }>();

  function stop(name: Name): void {
    clearTimeout(running.get(name)?.handle);
    running.delete(name);
  }

  return {
    start(name, ms) {
      const timer = running.get(name);
      if (timer?.ms === ms) {
        timer.handle.refresh();
        return;
      }
      stop(name);
      running.set(name, { ms, handle: setTimeout(() => fire(name), Math.min(ms, maxTimerMs)) });
    },
    stop,
    stopAll() {
      for (const name of running.keys()) stop(name);
    },
  };
}
