import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { parseFilter, type FilterError } from "@wsecho/wire";
import { createSearch } from "../store/search.ts";
import type { Sieve, SieveFailure } from "../store/sieve.ts";
import type { FrameLog, Kept } from "./log.ts";

/** What of the log the typed expression wants. */
export interface Narrowing {
  readonly expression: Signal<string>;
  /** `null` where everything is shown, as for an expression that is wrong. */
  readonly wanted: ReadonlySignal<((entry: Kept) => boolean) | null>;
  /** Why the expression is not followed. */
  readonly problem: ReadonlySignal<NarrowingProblem | null>;
  /** Whether not all has been looked at yet. */
  readonly searching: ReadonlySignal<boolean>;
}

export type NarrowingProblem =
  { readonly kind: "invalid"; readonly error: FilterError } | { readonly kind: SieveFailure };

export interface NarrowingHost {
  readonly expression: Signal<string>;
  readonly log: ReadonlySignal<FrameLog>;
  /** Runs the callback after the page had its turn. */
  readonly soon: (callback: () => void) => void;
  /** What an expression is followed by that may take any time. */
  readonly sieve: (expression: string, fail: (why: SieveFailure) => void) => Sieve<Kept>;
}

/** Whether it may hold a regular expression; where it holds none after all, a thread was not needed. */
const mayTakeLong = (expression: string): boolean => /[/~]|matches/i.test(expression);

export function createNarrowing({ expression, log, soon, sieve }: NarrowingHost): Narrowing {
  const parsed = computed(() => parseFilter(expression.value));
  const failed = signal<{ readonly expression: string; readonly kind: SieveFailure } | null>(null);
  const problem = computed((): NarrowingProblem | null => {
    if (!parsed.value.ok) return { kind: "invalid", error: parsed.value.error };
    return failed.value?.expression === expression.value ? failed.value : null;
  });
  const filter = computed(() =>
    parsed.value.ok && problem.value === null && expression.value.trim() !== ""
      ? parsed.value.value
      : null,
  );
  const sought = computed(() =>
    filter.value !== null && mayTakeLong(expression.value) ? expression.value : null,
  );
  const { matches, progress, begin, goOn, rest } = createSearch<Kept>(soon);

  effect(() => {
    const wanted = sought.value;
    if (wanted === null) {
      rest();
      return undefined;
    }
    const fail = (kind: SieveFailure): void => {
      failed.value = { expression: wanted, kind };
    };
    return begin(sieve(wanted, fail), () => log.peek().kept);
  });
  effect(() => {
    if (log.value.kept.length > 0) goOn();
  });

  return {
    expression,
    problem,
    searching: computed(() => progress.value < 1),
    wanted: computed(() => {
      const { value } = filter;
      if (value === null) return null;
      if (sought.value === null) return ({ record }) => value(record);
      const found = new Set(matches.value);
      return ({ seq }) => found.has(seq);
    }),
  };
}
