import { signal, type ReadonlySignal } from "@preact/signals";

export interface Announcer {
  /** What a screen reader should read next. */
  readonly text: ReadonlySignal<string>;
  /** Something worth hearing in full: it replaces what has not been read yet. */
  readonly say: (text: string) => void;
  /** One of possibly many: `summary` says the same of `count` of them. */
  readonly count: (text: string, summary: (count: number) => string) => void;
}

/** Faster than this nobody can listen; more would also keep the reader from anything else. */
const intervalMs = 1500;

/**
 * A polite voice: at most one announcement in one and a half seconds, many of a kind as a number.
 * The transcript itself is no live region, because scrolling a virtual list adds nodes to it.
 */
export function createAnnouncer(after: (ms: number, callback: () => void) => void): Announcer {
  const text = signal("");
  let resting = false;
  let next: (() => string) | null = null;
  let counted = 0;
  let important = false;

  const speak = (): void => {
    if (resting || next === null) return;
    const words = next();
    // A region that does not change is not read again.
    text.value = words === text.value ? `${words}\u00a0` : words;
    next = null;
    counted = 0;
    important = false;
    resting = true;
    after(intervalMs, () => {
      resting = false;
      speak();
    });
  };
  return {
    text,
    say: (words) => {
      next = () => words;
      important = true;
      speak();
    },
    count: (words, summary) => {
      counted += 1;
      const count = counted;
      if (important) return;
      next = () => (count === 1 ? words : summary(count));
      speak();
    },
  };
}
