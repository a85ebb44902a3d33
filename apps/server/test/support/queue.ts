/** What arrives, to be awaited one by one; a wait that nothing ends fails by the test's own limit. */
export interface Queue<T> {
  readonly push: (item: T) => void;
  /** Every wait from now on, once the items are used up, fails with `error`. */
  readonly end: (error: Error) => void;
  readonly next: () => Promise<T>;
  /** What has arrived and nobody took. */
  readonly rest: () => T[];
}

export function createQueue<T>(): Queue<T> {
  const items: T[] = [];
  let ended: Error | undefined;
  let waiting: { resolve: (item: T) => void; reject: (error: Error) => void } | undefined;
  return {
    push(item) {
      if (waiting === undefined) items.push(item);
      else waiting.resolve(item);
      waiting = undefined;
    },
    end(error) {
      ended = error;
      waiting?.reject(error);
      waiting = undefined;
    },
    next() {
      const item = items.shift();
      if (item !== undefined) return Promise.resolve(item);
      if (ended !== undefined) return Promise.reject(ended);
      return new Promise((resolve, reject) => (waiting = { resolve, reject }));
    },
    rest: () => items,
  };
}
