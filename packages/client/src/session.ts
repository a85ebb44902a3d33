import type { StopReason } from "@wsecho/protocol";
import { deferred } from "./deferred.ts";
import { createEngine } from "./engine.ts";
import { abortedError } from "./errors.ts";
import type { Message, Status } from "./events.ts";
import type { CloseOptions, ConnectOptions, SubmitOptions } from "./options.ts";
import { payloadOf } from "./payload.ts";

/**
 * A conversation with a server, across reconnects where asked for. Iterating it is the same as
 * iterating {@link Session.messages}.
 */
export interface Session extends AsyncIterable<Message>, AsyncDisposable {
  readonly status: Status;
  /** The first login; rejects with SessionError. Nobody has to listen. */
  readonly ready: Promise<void>;
  /** The end, whatever it was; never rejects. */
  readonly closed: Promise<StopReason>;
  /** How many received messages were dropped because too many were unread. */
  readonly dropped: number;
  /** Sends and resolves with the echo. Waits for the login and for room first. */
  ask(text: string, options?: SubmitOptions): Promise<string>;
  /** The same for a binary message. */
  ask(data: Uint8Array, options?: SubmitOptions): Promise<Uint8Array>;
  /**
   * Resolves when the message is accepted: it waits for the login, and while too much is unanswered
   * or unread. Its reply comes out of the iterator, its outcome as the event `settled`. A loop that
   * sends must not be the only one that reads, unless it reads one message for each that it sends.
   */
  send(payload: string | Uint8Array, options?: SubmitOptions): Promise<void>;
  /**
   * Receives, at the caller's pace, what no `ask` waits for. Iterators share one buffer: each
   * message goes to one of them, in order. Leaving the loop keeps the session and the unread
   * messages. After the last message the iterator ends, or fails with SessionError where the
   * session ended otherwise than from this side or with 1000 or 1001.
   */
  messages(options?: { readonly signal?: AbortSignal }): AsyncIterableIterator<Message, undefined>;
  /**
   * Says goodbye and waits for the server's, at most `limits.closeTimeoutMs`. What is unanswered
   * then is lost. Rejects only with RangeError, for a code that may not be sent.
   */
  close(options?: CloseOptions): Promise<StopReason>;
}

/** Connects and logs in. Rejects with SessionError when either fails; the connection is then gone. */
export async function connect(url: string | URL, options: ConnectOptions = {}): Promise<Session> {
  const session = createSession(url, options);
  await session.ready;
  return session;
}

/**
 * Starts a session at once; its first event comes after the caller has the result in hand. What is
 * wrong with the URL is told like any other failure to connect. Throws RangeError for options that
 * make no sense.
 */
export function createSession(url: string | URL, options: ConnectOptions = {}): Session {
  const { signal } = options;
  const ready = deferred<undefined>();
  const closed = deferred<StopReason>();
  const forgetSignal = (): void => signal?.removeEventListener("abort", abort);

  const { dispatch, status, inbox, outbox, dropped } = createEngine({
    url,
    options,
    ready: () => {
      forgetSignal();
      ready.resolve(undefined);
    },
    stopped: (reason, error) => {
      forgetSignal();
      ready.reject(error);
      closed.resolve(reason);
    },
  });

  function abort(): void {
    if (signal !== undefined) ready.reject(abortedError("Connecting", signal));
    dispatch({ type: "stop" });
  }

  async function ask(
    data: string | Uint8Array,
    submitOptions?: SubmitOptions,
  ): Promise<string & Uint8Array> {
    const reply = await outbox.submit("ask", payloadOf(data), submitOptions);
    // The machine answers a kind with the same kind, which is what the overloads promise.
    return (reply.kind === "text" ? reply.text : reply.data) as string & Uint8Array;
  }

  async function close({ code, reason, signal: until }: CloseOptions = {}): Promise<StopReason> {
    if (code !== undefined && !maySend(code))
      throw new RangeError("a close code is 1000 or from 3000 to 4999");
    dispatch({
      type: "stop",
      ...(code === undefined ? {} : { code }),
      ...(reason === undefined ? {} : { reason }),
    });
    const cut = (): void => dispatch({ type: "timer", name: "close" });
    if (until?.aborted === true) cut();
    until?.addEventListener("abort", cut);
    const stopReason = await closed.promise;
    until?.removeEventListener("abort", cut);
    return stopReason;
  }

  signal?.addEventListener("abort", abort);
  // Later, so that the first event finds the caller with the session in hand.
  queueMicrotask(() => {
    if (signal?.aborted === true) abort();
    else dispatch({ type: "connect" });
  });

  return {
    get status() {
      return status();
    },
    get dropped() {
      return dropped();
    },
    ready: ready.promise,
    closed: closed.promise,
    ask,
    send: async (payload, submitOptions) => {
      await outbox.submit("send", payloadOf(payload), submitOptions);
    },
    messages: ({ signal: until } = {}) => inbox.read(until),
    close,
    [Symbol.asyncIterator]: () => inbox.read(),
    [Symbol.asyncDispose]: async () => {
      await close();
    },
  };
}

/** RFC 6455 section 7.4.2: the others are not an application's to send. */
function maySend(code: number): boolean {
  return code === 1000 || (Number.isInteger(code) && code >= 3000 && code <= 4999);
}
