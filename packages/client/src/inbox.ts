import { utf8Length } from "@wsecho/protocol";
import { abortedError, type SessionError } from "./errors.ts";
import type { Message } from "./events.ts";
import { createQueue } from "./queue.ts";

/** Received messages until somebody takes them. */
export interface Inbox {
  readonly size: () => number;
  readonly bytes: () => number;
  /** How many iterators are open. */
  readonly readers: () => number;
  readonly push: (message: Message) => void;
  /** No further message comes. Readers take what is left, then end, or fail with `error`. */
  readonly end: (error: SessionError | null) => void;
  readonly read: (signal?: AbortSignal) => AsyncIterableIterator<Message, undefined>;
}

interface Waiter {
  readonly take: (message: Message) => void;
  readonly end: () => void;
}

const doneResult = { done: true, value: undefined } as const;

/** @param changed called when there is more room, or another reader, or one less */
export function createInbox(changed: () => void): Inbox {
  const unread = createQueue<Message>();
  // A set, because a reader that goes away is taken out of the middle.
  const waiting = new Set<Waiter>();
  let bytes = 0;
  let readers = 0;
  let ended: { readonly error: SessionError | null } | null = null;

  function read(signal?: AbortSignal): AsyncIterableIterator<Message, undefined> {
    let open = true;
    const mine = new Set<Waiter>();
    readers += 1;

    const leave = (): void => {
      if (!open) return;
      open = false;
      readers -= 1;
      signal?.removeEventListener("abort", leave);
      for (const waiter of mine) waiter.end();
      changed();
    };
    signal?.addEventListener("abort", leave);

    const finish = (): Promise<IteratorResult<Message, undefined>> => {
      const failed = open ? (ended?.error ?? null) : null;
      leave();
      return failed === null ? Promise.resolve(doneResult) : Promise.reject(failed);
    };

    function next(): Promise<IteratorResult<Message, undefined>> {
      if (signal?.aborted === true) {
        leave();
        return Promise.reject(abortedError("Receiving", signal));
      }
      if (!open) return Promise.resolve(doneResult);
      const message = unread.shift();
      if (message !== undefined) {
        bytes -= sizeOf(message);
        changed();
        return Promise.resolve({ done: false, value: message });
      }
      if (ended !== null) return finish();
      return new Promise((resolve, reject) => {
        const settle = (): void => {
          waiting.delete(waiter);
          mine.delete(waiter);
        };
        const waiter: Waiter = {
          take: (value) => {
            settle();
            resolve({ done: false, value });
          },
          end: () => {
            settle();
            if (signal?.aborted === true) reject(abortedError("Receiving", signal));
            else finish().then(resolve, reject);
          },
        };
        waiting.add(waiter);
        mine.add(waiter);
      });
    }

    return {
      next,
      return: () => {
        leave();
        return Promise.resolve(doneResult);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  return {
    size: unread.size,
    bytes: () => bytes,
    readers: () => readers,
    read,
    push: (message) => {
      for (const waiter of waiting) {
        waiter.take(message);
        return;
      }
      bytes += sizeOf(message);
      unread.push(message);
    },
    end: (error) => {
      ended ??= { error };
      for (const waiter of waiting) waiter.end();
    },
  };
}

export function sizeOf(message: Message): number {
  return message.kind === "text" ? utf8Length(message.text) : message.data.byteLength;
}
