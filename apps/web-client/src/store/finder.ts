import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import {
  everything,
  isActive,
  matcherOf,
  patternOf,
  sift,
  type Filter,
} from "../session/filter.ts";
import type { Entry } from "../session/transcript.ts";
import { createSearch } from "./search.ts";
import type { Sieve, SieveFailure } from "./sieve.ts";

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
  readonly togglePin: (entry: Entry) => "pinned" | "unpinned" | "full";
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
  readonly regexSieve: (filter: Filter, fail: (why: SieveFailure) => void) => Sieve<Entry>;
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
  const { matches, progress, begin, goOn, rest } = createSearch<Entry>(soon);

  const sieveFor = (wanted: Filter): Sieve<Entry> =>
    wanted.regex && wanted.text !== ""
      ? regexSieve(wanted, (kind) => {
          failed.value = { filter: wanted, kind };
        })
      : plainSieve(wanted);

  function plainSieve(wanted: Filter): Sieve<Entry> {
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
      const sieve = sieveFor(filter.value);
      return begin(sieve, () => pinned ?? entries.peek());
    }
    rest();
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
      const unpinned = next.delete(entry.seq);
      if (!unpinned && next.size >= maxPins) return "full";
      if (!unpinned) next.set(entry.seq, entry);
      pins.value = next;
      return unpinned ? "unpinned" : "pinned";
    },
    clearPins: () => {
      pins.value = new Map();
    },
  };
}
