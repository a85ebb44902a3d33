/**
 * What is known about the store's writing. A full disk, or a database that became read-only, goes
 * on answering questions; but who is let in then is neither counted nor written down. So once a
 * write has failed, logins wait for one that works.
 */
export interface Writable {
  /** Passes a write on, and takes note of its failure. */
  watch<T>(write: Promise<T>): Promise<T>;
  /** Resolves at once while nothing is known to be wrong; else it tries, and rejects as that does. */
  assure(): Promise<void>;
}

/** @param check resolves where the store can be written now */
export function createWritable(check: () => Promise<void>): Writable {
  let doubtful = false;
  let checking: Promise<void> | undefined;

  async function tryAgain(): Promise<void> {
    try {
      await check();
      doubtful = false;
    } finally {
      checking = undefined;
    }
  }

  return {
    async watch(write) {
      try {
        return await write;
      } catch (error) {
        doubtful = true;
        throw error;
      }
    },
    // Many that wait share one look.
    assure: () => (doubtful ? (checking ??= tryAgain()) : Promise.resolve()),
  };
}
