/** First in, first out. Each step costs the same, however many wait: `Array.shift` moves them all. */
export interface Fifo<T> {
  readonly length: () => number;
  /** `undefined` where it is empty. */
  readonly first: () => T | undefined;
  readonly push: (value: T) => void;
  /** Removes the first. */
  readonly shift: () => void;
}

interface Link<T> {
  readonly value: T;
  next: Link<T> | undefined;
}

export function createFifo<T>(): Fifo<T> {
  let first: Link<T> | undefined;
  let last: Link<T> | undefined;
  let length = 0;
  return {
    length: () => length,
    first: () => first?.value,
    push(value) {
      const link = { value, next: undefined };
      if (last === undefined) first = link;
      else last.next = link;
      last = link;
      length++;
    },
    shift() {
      if (first === undefined) return;
      first = first.next;
      if (first === undefined) last = undefined;
      length--;
    },
  };
}
