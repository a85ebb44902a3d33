import { batch, computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import {
  everything,
  isActive,
  matcherOf,
  patternOf,
  sift,
  type Filter,
} from "../session/filter.ts";
import type { Entry } from "../session/transcript.ts";
import type { Sieve, SieveFailure } from "./regex-sieve.ts";

/**
 * What of the transcript is shown, found in slices: a search never holds the page up for long. A regular
 * expression is matched in another thread, as one match of it may take any time.
 */
export interface Finder {
  readonly filter: Signal<Filter>;
  readonly shown: ReadonlySignal<readonly Entry[]>;
  /** What the text is searched by; `null` for no text. */
  readonly pattern: ReadonlySignal<RegExp | null>;
  /** Why the filter is not followed, so that everything is shown. */
  readonly problem: ReadonlySignal<FinderProblem | null>;
  /** How much of the transcript has been looked at, from 0 to 1; 1 when all was. */
  readonly progress: ReadonlySignal<number>;
  readonly pins: ReadonlySignal<ReadonlyMap<number, Entry>>;
  /** Keeps an entry also when the transcript lets it go, or no longer; at most {@link maxPins}. */
  readonly togglePin: (entry: Entry) => void;
  readonly clearPins: () => void;
}

/** `detail` is what is wrong with the expression, in the browser's words. */
export type FinderProblem =
  { readonly kind: "invalid"; readonly detail: string } | { readonly kind: SieveFailure };

export const maxPins = 100;

/** How long one slice takes, and how long the page then has for itself. Milliseconds. */
const sliceMs = 10;

export interface FinderHost {
  readonly entries: ReadonlySignal<readonly Entry[]>;
  /** Milliseconds of any steady clock. */
  readonly clock: () => number;
  /** Runs the callback soon, after the page had its turn. */
  readonly soon: (callback: () => void) => void;
  /** What a regular expression is matched by. */
  readonly regexSieve: (filter: Filter, fail: (why: SieveFailure) => void) => Sieve;
}

export function createFinder({ entries, clock, soon, regexSieve }: FinderHost): Finder {
  const filter = signal<Filter>(everything);
  const pins = signal<ReadonlyMap<number, Entry>>(new Map());
  const pattern = computed(() => patternOf(filter.value));
  const failed = signal<{ readonly filter: Filter; readonly kind: SieveFailure } | null>(null);
  const problem = computed((): FinderProblem | null => {
    if (!pattern.value.ok) return { kind: "invalid", detail: pattern.value.error };
    return failed.value?.filter === filter.value ? failed.value : null;
  });
  const active = computed(() => isActive(filter.value) && problem.value === null);
  /** What is searched instead of the transcript. */
  const kept = computed(() => (filter.value.pinned ? pins.value : null));
  const progress = signal(1);
  /** The `seq` of what matched among all that was looked at. */
  const matches = signal<readonly number[]>([]);
  let goOn = (): void => undefined;

  /** Searches from the start; the result ends it. */
  function search(wanted: Filter, pinned: readonly Entry[] | null): () => void {
    const sieve =
      wanted.regex && wanted.text !== ""
        ? regexSieve(wanted, (kind) => {
            failed.value = { filter: wanted, kind };
          })
        : plainSieve(wanted);
    /** The `seq` up to which all were looked at. */
    let last = 0;
    let busy = false;
    let ended = false;
    const look = (): void => {
      if (busy || ended) return;
      const all = pinned ?? entries.peek();
      const first = all[0]?.seq ?? 0;
      const from =
        pinned === null
          ? Math.max(0, last + 1 - first)
          : pinned.filter(({ seq }) => seq <= last).length;
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
  }

  function plainSieve(wanted: Filter): Sieve {
    const matcher = matcherOf(wanted, pattern.value.ok ? pattern.value.value : null);
    return {
      // The clock costs more than most looks.
      look: (all, from, tell) => tell(sift(matcher, all, from, { clock, ms: sliceMs, step: 64 })),
      end: () => undefined,
    };
  }

  effect(() => {
    if (active.value) {
      const pinned = kept.value && [...kept.value.values()].sort((a, b) => a.seq - b.seq);
      return search(filter.value, pinned);
    }
    goOn = () => undefined;
    progress.value = 1;
    return undefined;
  });
  effect(() => {
    if (entries.value.length > 0) goOn();
  });

  const shown = computed((): readonly Entry[] => {
    const all = entries.value;
    if (!active.value) return all;
    const first = all[0]?.seq ?? 0;
    return matches.value.flatMap((seq) => all[seq - first] ?? kept.value?.get(seq) ?? []);
  });
  return {
    filter,
    shown,
    pattern: computed(() => (pattern.value.ok ? pattern.value.value : null)),
    problem,
    progress,
    pins,
    togglePin: (entry) => {
      const next = new Map(pins.value);
      if (!next.delete(entry.seq) && next.size < maxPins) next.set(entry.seq, entry);
      pins.value = next;
    },
    clearPins: () => {
      pins.value = new Map();
    },
  };
}

/** A task of its own: the page draws and hears in between. */
export const browserSoon = (callback: () => void): void => void setTimeout(callback, 0);
