import type { Payload, Settlement } from "@wsecho/protocol";
import {
  abortedError,
  lostError,
  rejectedError,
  tooBigError,
  unsentError,
  type SessionError,
} from "./errors.ts";
import type { Amount } from "./inbox.ts";
import { createLine } from "./line.ts";
import type { SubmitOptions } from "./options.ts";
import { payloadBytes, type WireSize } from "./payload.ts";

/** `ask` waits for the echo; `send` waits only until the message is accepted. */
export type SubmitKind = "ask" | "send";

/** A message that was handed to the machine and has no outcome yet. */
export interface Entry {
  readonly id: number;
  readonly kind: SubmitKind;
  readonly payload: Payload;
  readonly bytes: number;
  readonly resend: boolean;
  /** When it last left; `null` before. */
  sentAt: number | null;
}

export interface OutboxHost {
  /** What may be unanswered. */
  readonly max: Amount;
  /** Whether a message would leave at once. */
  readonly ready: () => boolean;
  /** Whether the reply to a send would find a place. */
  readonly hasRoom: (bytes: number) => boolean;
  readonly wireSize: (payload: Payload) => WireSize | null;
  readonly submit: (entry: Entry) => void;
}

export interface Outbox {
  /** Resolves with the echo of an ask, and with the message itself for an accepted send. */
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
  readonly settle: (id: number, outcome: Settlement, cause?: SessionError) => Entry | undefined;
  /** Refuses everything that still waits, and everything that comes. */
  readonly end: (error: SessionError) => void;
  /** The replies to sends that are on their way. */
  readonly expected: () => Amount;
  /** How many asks are unanswered. */
  readonly asks: () => number;
}

interface Caller {
  readonly resolve: (payload: Payload) => void;
  readonly reject: (error: SessionError) => void;
}

/** A message that waits for room or for a session. */
interface Waiter extends Caller {
  readonly order: number;
  readonly kind: SubmitKind;
  readonly payload: Payload;
  readonly bytes: number;
  readonly resend: boolean;
}

/**
 * Messages on their way: first waiting for room, then unanswered. Asks and sends each keep their
 * order; an ask may overtake a send that waits for the reader, or a reader that asks would wait
 * for itself.
 */
export function createOutbox(host: OutboxHost): Outbox {
  const waiting = { ask: createLine<Waiter>(), send: createLine<Waiter>() };
  const entries = new Map<number, { readonly entry: Entry; readonly caller: Caller }>();
  const binaries = new Map<Uint8Array, number>();
  let expected: Amount = { messages: 0, bytes: 0 };
  let asks: Amount = expected;
  let lastId = 0;
  let lastOrder = 0;
  let pumping = false;
  let ended: SessionError | null = null;

  function submit(
    kind: SubmitKind,
    payload: Payload,
    { signal, resend = false }: SubmitOptions = {},
  ): Promise<Payload> {
    const what = kind === "ask" ? "The ask" : "The send";
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(abortedError(what, signal));
        return;
      }
      if (ended !== null) {
        reject(unsentError(ended));
        return;
      }
      const abort = (): void => {
        leave();
        if (signal !== undefined) reject(abortedError(what, signal));
        // It may have been the one that held up the others.
        pump();
      };
      const settled = <A>(tell: (value: A) => void) => {
        return (value: A): void => {
          signal?.removeEventListener("abort", abort);
          tell(value);
        };
      };
      signal?.addEventListener("abort", abort);
      lastOrder += 1;
      const leave = waiting[kind].push({
        order: lastOrder,
        kind,
        payload,
        bytes: payloadBytes(payload),
        resend,
        resolve: settled(resolve),
        reject: settled(reject),
      });
      pump();
    });
  }

  function pump(): void {
    // Handing over a message changes the state, and each change pumps.
    if (pumping) return;
    pumping = true;
    try {
      for (let next = takeNext(); next !== undefined; next = takeNext()) admit(next);
    } finally {
      pumping = false;
    }
  }

  function takeNext(): Waiter | undefined {
    if (!host.ready() || entries.size >= host.max.messages) return undefined;
    const ask = waiting.ask.first();
    const send = waiting.send.first();
    const mayAsk = ask !== undefined && fits(ask);
    const maySend = send !== undefined && fits(send) && host.hasRoom(send.bytes);
    if (maySend && (!mayAsk || send.order < ask.order)) return waiting.send.shift();
    return mayAsk ? waiting.ask.shift() : undefined;
  }

  /** One that is bigger than all the room goes alone. */
  function fits(waiter: Waiter): boolean {
    const bytes = asks.bytes + expected.bytes;
    return bytes === 0 || bytes + waiter.bytes <= host.max.bytes;
  }

  function admit({ kind, payload, bytes, resend, ...caller }: Waiter): void {
    const size = host.wireSize(payload);
    if (size !== null && size.bytes > size.maxBytes) {
      caller.reject(tooBigError(size));
      return;
    }
    lastId += 1;
    const entry: Entry = { id: lastId, kind, payload, bytes, resend, sentAt: null };
    entries.set(entry.id, { entry, caller });
    if (payload.kind === "binary") binaries.set(payload.data, entry.id);
    count(entry, 1);
    host.submit(entry);
    if (kind === "send") caller.resolve(payload);
  }

  function count({ kind, bytes }: Entry, sign: 1 | -1): void {
    const add = (to: Amount): Amount => ({
      messages: to.messages + sign,
      bytes: to.bytes + sign * bytes,
    });
    if (kind === "ask") asks = add(asks);
    else expected = add(expected);
  }

  function settle(id: number, outcome: Settlement, cause?: SessionError): Entry | undefined {
    const found = entries.get(id);
    if (found === undefined) return undefined;
    const { entry, caller } = found;
    entries.delete(id);
    if (entry.payload.kind === "binary") binaries.delete(entry.payload.data);
    count(entry, -1);
    // A send was told that it is accepted; what became of it is told by events.
    if (entry.kind === "ask") tell(caller, outcome, cause);
    return entry;
  }

  function end(error: SessionError): void {
    ended = error;
    for (const line of [waiting.ask, waiting.send]) {
      for (let waiter = line.shift(); waiter !== undefined; waiter = line.shift())
        waiter.reject(unsentError(error));
    }
  }

  return {
    submit,
    pump,
    settle,
    end,
    find: (key) => entries.get(typeof key === "number" ? key : (binaries.get(key) ?? 0))?.entry,
    expected: () => expected,
    asks: () => asks.messages,
  };
}

function tell({ resolve, reject }: Caller, outcome: Settlement, cause?: SessionError): void {
  switch (outcome.kind) {
    case "echoed":
      resolve(outcome.payload);
      break;
    case "lost":
      reject(lostError(cause));
      break;
    case "unsent":
      reject(unsentError(cause));
      break;
    case "refused":
      reject(rejectedError(outcome.code, outcome.message));
      break;
  }
}
