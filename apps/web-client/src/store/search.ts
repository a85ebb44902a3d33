import { batch, signal, type ReadonlySignal } from "@preact/signals";
import { placeAfter, type Ordered } from "../session/ordered.ts";
import type { Sieve } from "./sieve.ts";

/** Looks through entries that grow at their end and leave at their front, in slices. */
export interface Search<E> {
  /** The `seq` of what matched among all that was looked at. */
  readonly matches: ReadonlySignal<readonly number[]>;
  /** How much has been looked at, from 0 to 1; 1 when all was. */
  readonly progress: ReadonlySignal<number>;
  /** Looks through all that `entries` gives, from the start; the result ends it. */
  readonly begin: (sieve: Sieve<E>, entries: () => readonly E[]) => () => void;
  /** There may be more. */
  readonly goOn: () => void;
  /** Nothing is looked for. */
  readonly rest: () => void;
}

/** @param soon runs the callback after the page had its turn */
export function createSearch<E extends Ordered>(soon: (callback: () => void) => void): Search<E> {
  const matches = signal<readonly number[]>([]);
  const progress = signal(1);
  let goOn = (): void => undefined;
  return {
    matches,
    progress,
    goOn: () => goOn(),
    rest: () => {
      goOn = () => undefined;
      progress.value = 1;
    },
    begin: (sieve, entries) => {
      /** The `seq` up to which all were looked at. */
      let last = 0;
      let busy = false;
      let ended = false;
      const look = (): void => {
        if (busy || ended) return;
        const all = entries();
        const first = all[0]?.seq ?? 0;
        const from = placeAfter(all, last);
        if (from >= all.length) {
          progress.value = 1;
          return;
        }
        busy = true;
        const next = (): void => {
          busy = false;
          look();
        };
        sieve.look(all, from, ({ looked, found }) => {
          const to = from + looked;
          last = all[to - 1]?.seq ?? last;
          batch(() => {
            if (found.length > 0)
              matches.value = [...matches.peek().filter((seq) => seq >= first), ...found];
            progress.value = to / all.length;
          });
          if (to < all.length) soon(next);
          else next();
        });
      };
      matches.value = [];
      progress.value = 0;
      goOn = look;
      look();
      return () => {
        ended = true;
        sieve.end();
      };
    },
  };
}

/** A task of its own: the page draws and hears in between. */
export const browserSoon = (callback: () => void): void => void setTimeout(callback, 0);
