/**
 * An immutable first-in-first-out list. `push` and `shift` cost O(1) on average: what came is kept
 * newest first and turned round once, when the oldest are used up. Copying an array at each step
 * would make tens of thousands of waiting messages quadratic.
 */
export interface Queue<T> {
  readonly length: number;
  /** Oldest first; `null` only where the whole queue is empty. */
  readonly front: Cell<T> | null;
  /** Newest first. */
  readonly back: Cell<T> | null;
}

interface Cell<T> {
  readonly value: T;
  readonly next: Cell<T> | null;
}

export const emptyQueue: Queue<never> = { length: 0, front: null, back: null };

export function push<T>({ length, front, back }: Queue<T>, value: T): Queue<T> {
  return front === null
    ? { length: 1, front: { value, next: null }, back: null }
    : { length: length + 1, front, back: { value, next: back } };
}

/** The queue without its oldest value; an empty one stays empty. */
export function shift<T>({ length, front, back }: Queue<T>): Queue<T> {
  if (front === null) return emptyQueue;
  if (front.next !== null) return { length: length - 1, front: front.next, back };
  return { length: length - 1, front: reverse(back), back: null };
}

/** The values, oldest first. */
export function toArray<T>(queue: Queue<T>): T[] {
  const values: T[] = [];
  for (let rest = queue; rest.front !== null; rest = shift(rest)) values.push(rest.front.value);
  return values;
}

export function fromArray<T>(items: readonly T[]): Queue<T> {
  return items.reduce<Queue<T>>(push, emptyQueue);
}

function reverse<T>(cell: Cell<T> | null): Cell<T> | null {
  let reversed: Cell<T> | null = null;
  for (let at = cell; at !== null; at = at.next) reversed = { value: at.value, next: reversed };
  return reversed;
}
