/** One immutable value, replaced as a whole: whoever asks gets the newest, never half of it. */
export interface Holder<T> {
  readonly current: () => T;
  readonly replace: (next: T) => void;
}

export function createHolder<T>(first: T): Holder<T> {
  let value = first;
  return {
    current: () => value,
    replace(next) {
      value = next;
    },
  };
}

/** What follows from the value, worked out once for each. */
export function derive<T, U>(current: () => T, make: (value: T) => U): () => U {
  let from = current();
  let made = make(from);
  return () => {
    const value = current();
    if (value !== from) {
      made = make(value);
      from = value;
    }
    return made;
  };
}
