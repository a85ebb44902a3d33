import { changesPerPage, type ChangePage, type LoggedChange } from "./queries/changes.ts";
import type { StoreChange } from "./store.ts";

/** How soon the log is read again where it could not be read; ms. */
const retryMs = 250;

function toChange({ kind, subject }: LoggedChange): StoreChange {
  switch (kind) {
    case "user":
      return { type: "user", name: subject };
    case "closeSession":
      return { type: "closeSession", id: subject };
    case "signingKeys":
      return { type: "signingKeys" };
    default:
      // A newer server's; whatever it is, nothing held from before is sure any more.
      return { type: "resync" };
  }
}

export interface Follower {
  /** Reads what is new; again after what runs now, where it runs. */
  wake(): void;
  stop(): void;
}

/**
 * Reads the log of changes from number `after` on, in order and without a gap, each time it is
 * woken and until it could be read. What wakes it may come too often or for nothing.
 */
export function followChanges(
  after: number,
  read: (after: number) => Promise<ChangePage>,
  onChange: (change: StoreChange) => void,
): Follower {
  let next = after;
  let running = false;
  let again = false;
  let stopped = false;
  let retry: NodeJS.Timeout | undefined;

  async function catchUp(): Promise<void> {
    for (;;) {
      const page = await read(next);
      if (isStopped()) return;
      next = page.next;
      if (!page.complete) onChange({ type: "resync" });
      for (const change of page.changes) onChange(toChange(change));
      if (page.changes.length < changesPerPage && !takeAgain()) return;
    }
  }

  const isStopped = (): boolean => stopped;

  const takeAgain = (): boolean => {
    const was = again;
    again = false;
    return was;
  };

  const wake = (): void => {
    if (stopped) return;
    if (running) {
      again = true;
      return;
    }
    clearTimeout(retry);
    running = true;
    again = false;
    catchUp().then(
      () => {
        running = false;
        if (again) wake();
      },
      () => {
        running = false;
        if (!stopped) retry = setTimeout(wake, retryMs);
      },
    );
  };

  return {
    wake,
    stop() {
      stopped = true;
      clearTimeout(retry);
    },
  };
}
