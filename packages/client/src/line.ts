/** A first-in-first-out list that an item may also leave from the middle; each step costs the same. */
export interface Line<T> {
  readonly size: () => number;
  /** Puts `item` at the end. The result takes it out again, also when it has left before. */
  readonly push: (item: T) => () => void;
  readonly first: () => T | undefined;
  /** Takes out the first. */
  readonly shift: () => T | undefined;
}

interface Place<T> {
  readonly item: T;
  before: Place<T> | null;
  after: Place<T> | null;
  left: boolean;
}

export function createLine<T>(): Line<T> {
  let head: Place<T> | null = null;
  let tail: Place<T> | null = null;
  let size = 0;

  function leave(place: Place<T>): void {
    if (place.left) return;
    place.left = true;
    size -= 1;
    if (place.before === null) head = place.after;
    else place.before.after = place.after;
    if (place.after === null) tail = place.before;
    else place.after.before = place.before;
  }

  return {
    size: () => size,
    push: (item) => {
      const place: Place<T> = { item, before: tail, after: null, left: false };
      if (tail === null) head = place;
      else tail.after = place;
      tail = place;
      size += 1;
      return () => leave(place);
    },
    first: () => head?.item,
    shift: () => {
      if (head === null) return undefined;
      const { item } = head;
      leave(head);
      return item;
    },
  };
}
