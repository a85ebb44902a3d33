/** A first-in-first-out list whose `shift` does not move the rest. */
export interface Queue<T> {
  readonly size: () => number;
  readonly push: (item: T) => void;
  readonly shift: () => T | undefined;
}

export function createQueue<T>(): Queue<T> {
  let items: (T | undefined)[] = [];
  let head = 0;
  return {
    size: () => items.length - head,
    push: (item) => {
      items.push(item);
    },
    shift: () => {
      if (head === items.length) return undefined;
      const item = items[head];
      items[head] = undefined;
      head += 1;
      // Once half of it is gone the rest moves down: a constant cost for each item.
      if (head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
  };
}
