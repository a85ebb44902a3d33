import { abortedError, type SessionError } from "./errors.ts";
import type { Message } from "./events.ts";
import { createLine } from "./line.ts";
import { payloadBytes } from "./payload.ts";

/** So much of something: messages, and the bytes of their contents. */
export interface Amount {
  readonly messages: number;
  readonly bytes: number;
}

export interface InboxHost {
  readonly max: Amount;
  /** Replies that are on their way and have a place reserved. */
  readonly expected: () => Amount;
  /** A message was taken, or a reader came or went. */
  readonly changed: () => void;
}

/** Received messages until somebody takes them. */
export interface Inbox {
  /** Whether the reply to one more message of `bytes` would find a place. */
  readonly hasRoom: (bytes: number) => boolean;
  /** A reply: its place was reserved. */
  readonly put: (message: Message) => void;
  /** A message that nobody asked for; `false` where it found no place and is dropped. */
  readonly offer: (message: Message) => boolean;
  /** Whether the server should be held back: what nobody asked for took the last place. */
  readonly flooded: () => boolean;
  /** How many iterators are open. */
  readonly readers: () => number;
  /** No further message comes. Readers take what is left, then end, or fail with `error`. */
  readonly end: (error: SessionError | null) => void;
  readonly read: (signal?: AbortSignal) => AsyncIterableIterator<Message, undefined>;
}

type Taken = IteratorResult<Message, undefined>;

/** A reader that waits for the next message. */
interface Waiter {
  readonly take: (message: Message) => void;
  readonly end: () => void;
}

export function createInbox({ max, expected, changed }: InboxHost): Inbox {
  const unread = createLine<Message>();
  const waiting = createLine<Waiter>();
  let bytes = 0;
  let readers = 0;
  let flooded = false;
  let ended: { readonly error: SessionError | null } | null = null;

  /** Above the room by at most one message, whose size is known only once it is here. */
  function isFull(): boolean {
    const coming = expected();
    return unread.size() + coming.messages >= max.messages || bytes + coming.bytes >= max.bytes;
  }

  function put(message: Message): void {
    const waiter = waiting.shift();
    if (waiter !== undefined) {
      waiter.take(message);
      return;
    }
    bytes += payloadBytes(message);
    unread.push(message);
  }

  function take(): Message | undefined {
    const message = unread.shift();
    if (message === undefined) return undefined;
    bytes -= payloadBytes(message);
    // Half empty, so that the server is not stopped and started for each message.
    if (unread.size() <= max.messages / 2 && !isFull()) flooded = false;
    return message;
  }

  function read(signal?: AbortSignal): AsyncIterableIterator<Message, undefined> {
    const mine = createLine<Waiter>();
    let open = true;
    readers += 1;

    function leave(): void {
      if (!open) return;
      open = false;
      readers -= 1;
      signal?.removeEventListener("abort", leave);
      for (let own = mine.first(); own !== undefined; own = mine.first()) own.end();
      changed();
    }
    signal?.addEventListener("abort", leave);

    /** After the last message, or after the reader left. The first to ask hears of a failure. */
    function finish(): Promise<Taken> {
      const error = open ? (ended?.error ?? null) : null;
      leave();
      if (signal?.aborted === true) return Promise.reject(abortedError("Receiving", signal));
      if (error !== null) return Promise.reject(error);
      return Promise.resolve({ done: true, value: undefined });
    }

    function next(): Promise<Taken> {
      if (!open || signal?.aborted === true) return finish();
      const message = take();
      if (message !== undefined) {
        changed();
        return Promise.resolve({ done: false, value: message });
      }
      if (ended !== null) return finish();
      return new Promise((resolve, reject) => {
        const done = (): void => {
          leaveWaiting();
          leaveMine();
        };
        const waiter: Waiter = {
          take: (value) => {
            done();
            resolve({ done: false, value });
          },
          end: () => {
            done();
            finish().then(resolve, reject);
          },
        };
        const leaveWaiting = waiting.push(waiter);
        const leaveMine = mine.push(waiter);
      });
    }

    return {
      next,
      return: () => {
        leave();
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  return {
    hasRoom: (more) => {
      const coming = expected();
      const messages = unread.size() + coming.messages;
      // One that is bigger than all the room goes alone.
      if (messages === 0) return true;
      return messages < max.messages && bytes + coming.bytes + more <= max.bytes;
    },
    put,
    offer: (message) => {
      if (isFull()) {
        flooded = true;
        return false;
      }
      put(message);
      flooded ||= isFull();
      return true;
    },
    flooded: () => flooded,
    readers: () => readers,
    end: (error) => {
      ended ??= { error };
      for (let waiter = waiting.shift(); waiter !== undefined; waiter = waiting.shift())
        waiter.end();
    },
    read,
  };
}
