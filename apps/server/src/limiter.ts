/** Thrown at a caller for whom there is no room to wait. */
export class BusyError extends Error {
  override readonly name = "BusyError";

  constructor() {
    super("as many logins wait as may wait");
  }
}

/** Runs so many tasks at a time; so many others wait, first come first served. */
export interface Limiter {
  /** Settles as the task does. Rejects with BusyError, without running it, where too many wait. */
  run<T>(task: () => Promise<T>): Promise<T>;
  readonly running: () => number;
  readonly waiting: () => number;
}

export function createLimiter(maxRunning: number, maxWaiting: number): Limiter {
  const queue: (() => void)[] = [];
  let running = 0;

  return {
    async run(task) {
      if (running >= maxRunning) {
        if (queue.length >= maxWaiting) throw new BusyError();
        // Who ends hands over its place, so that nobody can slip in between.
        await new Promise<void>((resolve) => queue.push(resolve));
      } else running += 1;
      try {
        return await task();
      } finally {
        const next = queue.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
    running: () => running,
    waiting: () => queue.length,
  };
}

/** A limiter for each key, which costs nothing while nobody uses it. */
export interface Lanes {
  run<T>(key: string, task: () => Promise<T>): Promise<T>;
}

export function createLanes(maxRunning: number, maxWaiting: number): Lanes {
  const lanes = new Map<string, Limiter>();
  return {
    async run(key, task) {
      const lane = lanes.get(key) ?? createLimiter(maxRunning, maxWaiting);
      lanes.set(key, lane);
      try {
        return await lane.run(task);
      } finally {
        if (lane.running() === 0) lanes.delete(key);
      }
    },
  };
}
