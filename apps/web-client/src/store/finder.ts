import { batch, computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { everything, isActive, matcherOf, patternOf, type Filter } from "../session/filter.ts";
import type { Entry } from "../session/transcript.ts";

/** What of the transcript is shown, found in slices: a search never holds the page up for long. */
export interface Finder {
  readonly filter: Signal<Filter>;
  readonly shown: ReadonlySignal<readonly Entry[]>;
  /** What the text is searched by; `null` for no text. */
  readonly pattern: ReadonlySignal<RegExp | null>;
  /** What is wrong with the expression, in the browser's words. */
  readonly problem: ReadonlySignal<string | null>;
  /** How much of the transcript has been looked at, from 0 to 1; 1 when all was. */
  readonly progress: ReadonlySignal<number>;
  readonly pins: ReadonlySignal<ReadonlyMap<number, Entry>>;
  /** Keeps an entry also when the transcript lets it go, or no longer; at most {@link maxPins}. */
  readonly togglePin: (entry: Entry) => void;
  readonly clearPins: () => void;
}

export const maxPins = 100;

/** How long one slice takes, and how long the page then has for itself. Milliseconds. */
const sliceMs = 10;

export interface FinderHost {
  readonly entries: ReadonlySignal<readonly Entry[]>;
  /** Milliseconds of any steady clock. */
  readonly clock: () => number;
  /** Runs the callback soon, after the page had its turn. */
  readonly soon: (callback: () => void) => void;
}

export function createFinder({ entries, clock, soon }: FinderHost): Finder {
  const filter = signal<Filter>(everything);
  const pins = signal<ReadonlyMap<number, Entry>>(new Map());
  const pattern = computed(() => patternOf(filter.value));
  const problem = computed(() => (pattern.value.ok ? null : pattern.value.error));
  const active = computed(() => isActive(filter.value) && problem.value === null);
  const progress = signal(1);
  /** The `seq` of what matched among all up to `looked`. */
  const matches = signal<readonly number[]>([]);
  let matcher: (entry: Entry) => boolean = () => true;
  let looked = 0;
  let waiting = false;

  function look(): void {
    const all = entries.peek();
    const first = all[0]?.seq ?? 0;
    const began = clock();
    const found: number[] = [];
    let at = Math.max(0, looked + 1 - first);
    for (; at < all.length; at++) {
      const entry = all[at];
      if (entry !== undefined && matcher(entry)) found.push(entry.seq);
      // The clock costs more than most looks.
      if ((at % 64 === 0 || isLarge(entry)) && clock() - began > sliceMs) break;
    }
    looked = first + Math.min(at, all.length - 1);
    const done = at >= all.length;
    batch(() => {
      if (found.length > 0)
        matches.value = [...matches.peek().filter((seq) => seq >= first), ...found];
      progress.value = done ? 1 : at / all.length;
    });
    if (!done && !waiting) {
      waiting = true;
      soon(() => {
        waiting = false;
        if (active.peek()) look();
      });
    }
  }

  effect(() => {
    if (!active.value) {
      progress.value = 1;
      return;
    }
    matcher = matcherOf(filter.value, pattern.value.ok ? pattern.value.value : null);
    looked = 0;
    matches.value = [];
    look();
  });
  effect(() => {
    if (entries.value.length > 0 && active.peek() && !waiting) look();
  });

  const shown = computed((): readonly Entry[] => {
    const all = entries.value;
    if (!active.value) return all;
    const first = all[0]?.seq ?? 0;
    if (filter.value.pinned) {
      const wanted = matcherOf(filter.value, pattern.value.ok ? pattern.value.value : null);
      const kept = [...pins.value].sort(([a], [b]) => a - b);
      return kept.map(([seq, entry]) => all[seq - first] ?? entry).filter(wanted);
    }
    return matches.value.flatMap((seq) => all[seq - first] ?? []);
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

function isLarge(entry: Entry | undefined): boolean {
  return entry !== undefined && "bytes" in entry && entry.bytes > 16_384;
}

/** A task of its own: the page draws and hears in between. */
export const browserSoon = (callback: () => void): void => void setTimeout(callback, 0);
