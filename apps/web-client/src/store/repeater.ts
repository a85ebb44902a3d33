import { signal, type ReadonlySignal } from "@preact/signals";

/** When to send, in milliseconds; `times` from 1. */
export interface Plan {
  readonly delayMs: number;
  readonly everyMs: number;
  readonly times: number;
}

export interface Progress {
  readonly done: number;
  readonly times: number;
  readonly running: boolean;
}

export interface Repeater {
  /** `null` before the first plan. */
  readonly progress: ReadonlySignal<Progress | null>;
  /** `send` says whether it could; the first time that it could not ends the plan. */
  readonly start: (plan: Plan, send: () => boolean) => void;
  readonly stop: () => void;
}

/** Runs a callback after so many milliseconds, and gives the way to call it off. */
export type After = (ms: number, callback: () => void) => () => void;

/** Faster than this a timer of the browser is not, and a page has better things to do. */
export const minEveryMs = 10;

export function createRepeater(after: After): Repeater {
  const progress = signal<Progress | null>(null);
  let cancel = (): void => undefined;

  const stop = (): void => {
    cancel();
    if (progress.value !== null) progress.value = { ...progress.value, running: false };
  };
  const start = ({ delayMs, everyMs, times }: Plan, send: () => boolean): void => {
    cancel();
    let done = 0;
    const step = (): void => {
      const sent = send();
      if (sent) done += 1;
      const running = sent && done < times;
      progress.value = { done, times, running };
      if (running) cancel = after(Math.max(minEveryMs, everyMs), step);
    };
    progress.value = { done, times, running: true };
    cancel = after(Math.max(0, delayMs), step);
  };
  return { progress, start, stop };
}

export const browserAfter: After = (ms, callback) => {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
};
