import { maxTimerMs } from "./limits.ts";

interface Running<Name> {
  readonly timers: SocketTimers<Name>;
  readonly name: Name;
  readonly ms: number;
  /** When it was started last, by `performance.now()`. */
  startedAtMs: number;
  handle: NodeJS.Timeout | null;
  /** Of the few that run at a time. */
  next: Running<Name> | null;
}

/**
 * One session's timers, by name. Restarting with the same time, as every message does, only notes when
 * that was: the timer looks at its end whether there is a rest to wait for.
 */
export class SocketTimers<Name> {
  readonly #owner: { readonly onTimer: (name: Name) => void };
  #first: Running<Name> | null = null;

  constructor(owner: { readonly onTimer: (name: Name) => void }) {
    this.#owner = owner;
  }

  /** Starts the timer, or starts it anew; ms. */
  start(name: Name, ms: number): void {
    const startedAtMs = performance.now();
    for (let timer = this.#first; timer !== null; timer = timer.next) {
      if (timer.name !== name || timer.ms !== ms) continue;
      timer.startedAtMs = startedAtMs;
      return;
    }
    this.stop(name);
    this.#first = { timers: this, name, ms, startedAtMs, handle: null, next: this.#first };
    wait(this.#first, Math.min(ms, maxTimerMs));
  }

  stop(name: Name): void {
    let before: Running<Name> | null = null;
    for (let timer = this.#first; timer !== null; timer = timer.next) {
      if (timer.name === name) {
        if (timer.handle !== null) clearTimeout(timer.handle);
        if (before === null) this.#first = timer.next;
        else before.next = timer.next;
        return;
      }
      before = timer;
    }
  }

  stopAll(): void {
    while (this.#first !== null) this.stop(this.#first.name);
  }

  fire(name: Name): void {
    this.stop(name);
    this.#owner.onTimer(name);
  }
}

function wait<Name>(timer: Running<Name>, delayMs: number): void {
  timer.handle = setTimeout(look<Name>, delayMs, timer);
}

function look<Name>(timer: Running<Name>): void {
  const restMs = timer.startedAtMs + Math.min(timer.ms, maxTimerMs) - performance.now();
  if (restMs > 0) wait(timer, Math.ceil(restMs));
  else timer.timers.fire(timer.name);
}
