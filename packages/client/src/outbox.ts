import { utf8Length, type Payload, type Settlement } from "@wsecho/protocol";
import {
  abortedError,
  lostError,
  rejectedError,
  tooBigError,
  unsentError,
  type SessionError,
} from "./errors.ts";

/** `ask` waits for the echo; `send` waits only until the message is accepted. */
export type SubmitKind = "ask" | "send";

export interface SubmitOptions {
  /** Stops waiting. A message that has left cannot be taken back: its echo is then ignored. */
  readonly signal?: AbortSignal;
  /**
   * After a lost connection, send it again on the next one, instead of reporting it lost. The
   * server may then have seen it twice.
   */
  readonly resend?: boolean;
}

/** A message that was handed to the machine and has no outcome yet. */
export interface Entry {
  readonly id: number;
  readonly kind: SubmitKind;
  readonly payload: Payload;
  readonly bytes: number;
  /** When it last left; `null` before. */
  sentAt: number | null;
}

/** What the outbox has to know and do outside itself. */
export interface OutboxHost {
  /** Whether a message would leave at once. */
  readonly ready: () => boolean;
  /** Room for unanswered messages. */
  readonly maxPending: number;
  readonly maxBytes: number;
  /** Whether the reply of a send, so big, would find a place beside `expected` others. */
  readonly roomFor: (bytes: number, expected: Expected) => boolean;
  /** What the message would be on the wire, and what the server takes; `null` if it does not say. */
  readonly limit: (payload: Payload) => { readonly bytes: number; readonly max: number } | null;
  readonly submit: (entry: Entry, resend: boolean) => void;
}

/** The replies to sends that are under way. */
export interface Expected {
  readonly messages: number;
  readonly bytes: number;
}

export interface Outbox {
  readonly submit: (
    kind: SubmitKind,
    payload: Payload,
    options?: SubmitOptions,
  ) => Promise<Payload>;
  /** Lets waiting messages go as far as there is room. */
  readonly pump: () => void;
  /** The entry of a message that leaves; binary ones have no id on the wire. */
  readonly find: (key: number | Uint8Array) => Entry | undefined;
  /** Takes out an entry and tells whoever waits for it. */
  readonly settle: (id: number, outcome: Settlement, cause: Error | undefined) => Entry | undefined;
  /** Refuses everything that still waits. */
  readonly end: (error: SessionError) => void;
  readonly expected: () => Expected;
  /** How many asks are unanswered. */
  readonly asks: () => number;
}

/** A message that waits for room or for a session. */
interface Waiter {
  readonly order: number;
  readonly kind: SubmitKind;
  readonly payload: Payload;
  readonly bytes: number;
  readonly resend: boolean;
  readonly admit: () => void;
  readonly resolve: (reply: Payload) => void;
  readonly reject: (error: SessionError) => void;
}

/**
 * Messages on their way: first waiting for room, then unanswered. Asks and sends each keep their
 * order; an ask may overtake a send that waits for the reader, or a reader that asks would wait
 * for itself.
 */
export function createOutbox(host: OutboxHost): Outbox {
  // Sets, because an aborted message is taken out of the middle.
  const waiting: Readonly<Record<SubmitKind, Set<Waiter>>> = { ask: new Set(), send: new Set() };
  const entries = new Map<number, Entry & Pick<Waiter, "resolve" | "reject">>();
  const binaries = new Map<Uint8Array, number>();
  let bytes = 0;
  let asks = 0;
  let expected: Expected = { messages: 0, bytes: 0 };
  let lastId = 0;
  let lastOrder = 0;
  let ended: SessionError | null = null;

  function submit(
    kind: SubmitKind,
    payload: Payload,
    { signal, resend = false }: SubmitOptions = {},
  ): Promise<Payload> {
    return new Promise((resolve, reject) => {
      const what = kind === "ask" ? "The ask" : "The send";
      if (signal?.aborted === true) {
        reject(abortedError(what, signal));
        return;
      }
      if (ended !== null) {
        reject(unsentError(ended));
        return;
      }
      const abort = (): void => {
        if (signal === undefined) return;
        waiting[kind].delete(waiter);
        reject(abortedError(what, signal));
        // The first in line may have been what held up the others.
        pump();
      };
      const release = (): void => signal?.removeEventListener("abort", abort);
      lastOrder += 1;
      const waiter: Waiter = {
        order: lastOrder,
        kind,
        payload,
        bytes: payload.kind === "text" ? utf8Length(payload.text) : payload.data.byteLength,
        resend,
        admit: () => {
          if (kind === "ask") return;
          release();
          resolve(payload);
        },
        resolve: (reply) => {
          release();
          resolve(reply);
        },
        reject: (error) => {
          release();
          reject(error);
        },
      };
      signal?.addEventListener("abort", abort);
      waiting[kind].add(waiter);
      pump();
    });
  }

  function pump(): void {
    for (let next = takeNext(); next !== undefined; next = takeNext()) admit(next);
  }

  function takeNext(): Waiter | undefined {
    if (!host.ready() || entries.size >= host.maxPending) return undefined;
    const ask = firstOf(waiting.ask);
    const send = firstOf(waiting.send);
    const maySend = send !== undefined && hasRoom(send) && host.roomFor(send.bytes, expected);
    const mayAsk = ask !== undefined && hasRoom(ask);
    const next = maySend && (!mayAsk || send.order < ask.order) ? send : mayAsk ? ask : undefined;
    if (next !== undefined) waiting[next.kind].delete(next);
    return next;
  }

  /** One that is bigger than all the room goes alone. */
  function hasRoom(waiter: Waiter): boolean {
    return bytes === 0 || bytes + waiter.bytes <= host.maxBytes;
  }

  function admit({ kind, payload, bytes: size, resend, ...waiter }: Waiter): void {
    const limit = host.limit(payload);
    if (limit !== null && limit.bytes > limit.max) {
      waiter.reject(tooBigError(limit.bytes, limit.max));
      return;
    }
    lastId += 1;
    const { resolve, reject } = waiter;
    const entry = { id: lastId, kind, payload, bytes: size, sentAt: null, resolve, reject };
    entries.set(entry.id, entry);
    if (payload.kind === "binary") binaries.set(payload.data, entry.id);
    count(entry, 1);
    host.submit(entry, resend);
    waiter.admit();
  }

  function count({ kind, bytes: size }: Entry, sign: 1 | -1): void {
    bytes += sign * size;
    if (kind === "ask") asks += sign;
    else expected = { messages: expected.messages + sign, bytes: expected.bytes + sign * size };
  }

  function settle(id: number, outcome: Settlement, cause: Error | undefined): Entry | undefined {
    const entry = entries.get(id);
    if (entry === undefined) return undefined;
    entries.delete(id);
    if (entry.payload.kind === "binary") binaries.delete(entry.payload.data);
    count(entry, -1);
    switch (outcome.kind) {
      case "echoed":
        entry.resolve(outcome.payload);
        break;
      case "lost":
        entry.reject(lostError(cause));
        break;
      case "unsent":
        entry.reject(unsentError(cause));
        break;
      case "refused":
        entry.reject(rejectedError(outcome.code, outcome.message));
        break;
    }
    return entry;
  }

  function end(error: SessionError): void {
    ended ??= error;
    for (const set of [waiting.ask, waiting.send]) {
      for (const { reject } of set) reject(unsentError(error));
      set.clear();
    }
  }

  return {
    submit,
    pump,
    settle,
    end,
    find: (key) => entries.get(typeof key === "number" ? key : (binaries.get(key) ?? 0)),
    expected: () => expected,
    asks: () => asks,
  };
}

function firstOf<T>(set: ReadonlySet<T>): T | undefined {
  for (const item of set) return item;
  return undefined;
}
