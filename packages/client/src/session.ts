import {
  createClientState,
  defaultClientLimits,
  encodeClient,
  encodeMessage,
  fitReason,
  runMachine,
  transitionClient,
  utf8Length,
  type ClientEffect,
  type ClientEvent,
  type ClientMessage,
  type Payload,
  type Settlement,
  type StopReason,
} from "@wsecho/protocol";
import { retryDelay } from "./backoff.ts";
import { createTimers, systemClock } from "./clock.ts";
import { loadScramCrypto } from "./crypto.ts";
import { deferred } from "./deferred.ts";
import { abortedError, stopError, type SessionError } from "./errors.ts";
import type { Message, SessionEvent, Status } from "./events.ts";
import { createInbox } from "./inbox.ts";
import { createLogin, dialectsOf } from "./login.ts";
import type { ConnectOptions } from "./options.ts";
import { createOutbox, type Entry, type SubmitOptions } from "./outbox.ts";
import { createLink } from "./socket/link.ts";
import { platformTransport } from "./socket/platform.ts";
import { parseTarget } from "./url.ts";

export interface CloseOptions {
  /** 1000 (default) or 3000–4999. */
  readonly code?: number;
  /** Cut to the 123 bytes that fit a close frame. */
  readonly reason?: string;
  /** Cuts the connection instead of waiting any longer for the server's goodbye. */
  readonly signal?: AbortSignal;
}

/**
 * A logged-in conversation, across reconnects where asked for. Iterating it receives the messages
 * that no `ask` waits for; see {@link Session.messages}.
 */
export interface Session extends AsyncIterable<Message>, AsyncDisposable {
  readonly status: Status;
  /** The first login; rejects with SessionError. Nobody has to listen. */
  readonly ready: Promise<void>;
  /** The end, whatever it was; never rejects. */
  readonly closed: Promise<StopReason>;
  /** Unread messages that were dropped because nobody took them in time. */
  readonly dropped: number;
  /** Sends and resolves with the echo. Waits for the login and for room first. */
  ask(text: string, options?: SubmitOptions): Promise<string>;
  ask(data: Uint8Array, options?: SubmitOptions): Promise<Uint8Array>;
  /**
   * Resolves when the message has left for the connection: it waits for the login, and while too
   * much is unanswered or unread. Its reply comes out of the iterator, its outcome as an event.
   */
  send(payload: string | Uint8Array, options?: SubmitOptions): Promise<void>;
  /**
   * Receives at the caller's pace. Iterators share one buffer: each message goes to one of them,
   * in order. Leaving the loop keeps the session and the unread messages. The iterator ends when
   * the session was closed from this side or with 1000 or 1001, and fails with SessionError when
   * it ended otherwise; both only after the last unread message.
   */
  messages(options?: { readonly signal?: AbortSignal }): AsyncIterableIterator<Message, undefined>;
  /** Says goodbye and waits for the server's, at most `limits.closeTimeoutMs`. */
  close(options?: CloseOptions): Promise<StopReason>;
}

/** Connects and logs in. Rejects with SessionError when either fails. */
export async function connect(url: string | URL, options: ConnectOptions = {}): Promise<Session> {
  const session = createSession(url, options);
  await session.ready;
  return session;
}

/** Starts a session at once; its first event comes after the caller has the result in hand. */
export function createSession(url: string | URL, options: ConnectOptions = {}): Session {
  const { clock = systemClock, random = Math.random, signal, onEvent } = options;
  const { bufferMessages = 1024, bufferBytes = 16 * 1024 * 1024, dialect = "v1" } = options;
  requirePositive("bufferMessages", bufferMessages);
  requirePositive("bufferBytes", bufferBytes);
  const limits = { ...defaultClientLimits, ...options.limits };
  const target = parseTarget(url);
  const ready = deferred<undefined>();
  const closed = deferred<StopReason>();
  let detail: string | null = null;
  let cause: unknown;
  let dropped = 0;
  let dropping = false;
  let retryInMs: number | null = null;
  let lastClose: StopReason | null = null;
  let shown: Status | null = null;
  let stopped: SessionError | null = null;
  let depth = 0;

  const machine = runMachine(
    createClientState({
      dialects: dialectsOf(dialect),
      reconnect: options.reconnect ?? false,
      limits,
    }),
    transitionClient,
    perform,
  );

  function emit(event: SessionEvent): void {
    if (onEvent === undefined) return;
    try {
      onEvent(event);
    } catch (error) {
      // The session must not stand half done; the error still surfaces, as from any event handler.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  function problem(text: string, why?: unknown): void {
    detail = text;
    cause = why;
    emit({ type: "problem", detail: text });
  }

  function dispatch(event: ClientEvent): void {
    depth += 1;
    try {
      machine.dispatch(event);
    } finally {
      depth -= 1;
    }
    if (depth === 0) sync();
  }

  const timers = createTimers(clock, (name: Parameters<typeof fire>[0]) => fire(name));
  function fire(name: Extract<ClientEvent, { readonly type: "timer" }>["name"]): void {
    // While we hold the server back its silence says nothing about the link.
    if ((name === "ping" || name === "pong") && link.paused())
      timers.start(name, name === "ping" ? limits.pingIntervalMs : limits.pongTimeoutMs);
    else dispatch({ type: "timer", name });
  }

  const link = createLink({
    url: target.ok ? target.value.url : "",
    transport: target.ok
      ? (options.transport ?? platformTransport)
      : () => {
          throw new Error(target.error);
        },
    dispatch,
    closed: (code, reason) => {
      lastClose = { kind: "closed", code, reason };
      emit({ type: "closed", code, reason });
    },
  });

  const login = createLogin({
    fixed: {
      ...(options.username === undefined || options.password === undefined
        ? {}
        : { password: { username: options.username, password: options.password } }),
      ...(options.token === undefined ? {} : { token: options.token }),
    },
    provider: options.credentials,
    mayReveal: (options.allowInsecurePassword ?? false) || (target.ok && target.value.private),
    loadCrypto: () => loadScramCrypto(),
    dispatch,
    problem,
  });

  const inbox = createInbox(sync);

  const outbox = createOutbox({
    ready: () => machine.state().kind === "ready",
    maxPending: limits.maxPending,
    maxBytes: bufferBytes,
    roomFor: (bytes, expected) => {
      const messages = inbox.size() + expected.messages;
      if (messages === 0) return true;
      return messages < bufferMessages && inbox.bytes() + expected.bytes + bytes <= bufferBytes;
    },
    limit: wireLimit,
    submit: ({ id, payload }, resend) => dispatch({ type: "submit", id, payload, resend }),
  });

  /** What only v1 servers tell. Most texts are far too short for an exact count to be worth it. */
  function wireLimit(payload: Payload): { readonly bytes: number; readonly max: number } | null {
    const state = machine.state();
    if (state.kind !== "ready" || state.hello === null) return null;
    const max = state.hello.limits.maxMessageBytes;
    if (payload.kind === "binary") return { bytes: payload.data.byteLength, max };
    const id = Number.MAX_SAFE_INTEGER;
    if (payload.text.length * 6 + 64 <= max) return null;
    return { bytes: utf8Length(encodeMessage({ type: "submit", id, text: payload.text })), max };
  }

  function perform(effect: ClientEffect): void {
    publish();
    switch (effect.type) {
      case "openSocket":
        link.open(effect.protocols);
        break;
      case "send":
        sendMessage(effect.message);
        break;
      case "sendBinary":
        link.send(effect.data);
        noteSent(outbox.find(effect.data));
        break;
      case "close":
        link.close(effect.code, effect.reason);
        break;
      case "dropSocket":
        link.drop();
        break;
      case "startTimer":
        timers.start(effect.name, effect.ms);
        break;
      case "stopTimer":
        timers.stop(effect.name);
        break;
      case "scheduleRetry":
        retryInMs = retryDelay(effect.retries, random);
        timers.start("retry", retryInMs);
        publish();
        break;
      case "askCredentials":
        login.ask(effect, machine.state().kind === "ready");
        break;
      case "answerChallenge":
        login.answer(effect.attempt, effect.data);
        break;
      case "checkServer":
        login.check(effect.attempt, effect.data);
        break;
      case "settle":
        settle(effect.id, effect.outcome);
        break;
      case "receive":
        receive(effect.payload);
        break;
      case "note": {
        const { code, message } = effect.note;
        emit({ type: "serverError", code, message });
        break;
      }
    }
  }

  function sendMessage(message: ClientMessage): void {
    const text = encodeClient(machine.state().dialect, message);
    if (text === null) return;
    link.send(text);
    if (message.type === "submit") noteSent(outbox.find(message.id));
  }

  function noteSent(entry: Entry | undefined): void {
    if (entry === undefined) return;
    const resent = entry.sentAt !== null;
    entry.sentAt = clock.now();
    emit({ type: "sent", id: entry.id, payload: entry.payload, resent });
  }

  function settle(id: number, outcome: Settlement): void {
    const entry = outbox.settle(id, outcome, stopped ?? undefined);
    const echoed = outcome.kind === "echoed";
    const rttMs =
      echoed && entry !== undefined && entry.sentAt !== null ? clock.now() - entry.sentAt : null;
    emit({ type: "settled", id, outcome, rttMs });
    if (echoed && entry?.kind === "send")
      inbox.push({ ...outcome.payload, id, ...(rttMs === null ? {} : { rttMs }) });
  }

  /** Only servers that are not ours send what nobody asked for, so only this may overflow. */
  function receive(payload: Payload): void {
    emit({ type: "received", payload });
    const bytes = payload.kind === "text" ? utf8Length(payload.text) : payload.data.byteLength;
    const expected = outbox.expected();
    const messages = inbox.size() + expected.messages;
    const room =
      messages < bufferMessages &&
      (messages === 0 || inbox.bytes() + expected.bytes + bytes <= bufferBytes);
    if (room) {
      dropping = false;
      inbox.push(payload);
      return;
    }
    dropped += 1;
    if (dropping) return;
    dropping = true;
    problem("unread messages are being dropped: nobody takes them from the iterator in time");
  }

  function status(): Status {
    const state = machine.state();
    const { dialect: spoken } = state;
    switch (state.kind) {
      case "idle":
      case "connecting":
        return { kind: "connecting", dialect: spoken };
      case "ready":
        return {
          kind: "ready",
          dialect: spoken,
          ...(state.user === null ? {} : { user: state.user }),
        };
      case "waiting":
        return {
          kind: "waiting",
          dialect: spoken,
          ...(retryInMs === null ? {} : { retryInMs }),
          ...(lastClose === null ? {} : { reason: lastClose }),
        };
      case "stopped":
        return { kind: "stopped", dialect: spoken, reason: state.reason };
      case "greeting":
      case "authenticating":
      case "closing":
        return { kind: state.kind, dialect: spoken };
    }
  }

  /** Says where the session stands, once for each change. */
  function publish(): void {
    const { kind, dialect: spoken } = machine.state();
    if (kind !== "waiting") retryInMs = null;
    // The delay is known a moment later.
    if (kind === "idle" || (kind === "waiting" && retryInMs === null)) return;
    if (shown?.kind === kind && shown.dialect === spoken) return;
    shown = status();
    emit({ type: "status", status: shown });
    if (kind === "ready") {
      ready.resolve(undefined);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Brings everything beside the machine up to its state. */
  function sync(): void {
    const state = machine.state();
    publish();
    if (state.kind !== "authenticating" && state.kind !== "ready") login.forget();
    if (state.kind === "stopped") finish(state.reason);
    else if (depth === 0) outbox.pump();
    regulate();
  }

  function finish(reason: StopReason): void {
    if (stopped !== null) return;
    const context = {
      url: target.ok ? target.value.shown : "the server",
      dialect: machine.state().dialect,
      detail,
    };
    stopped = stopError(reason, context, cause === undefined ? undefined : { cause });
    signal?.removeEventListener("abort", abort);
    ready.reject(stopped);
    outbox.end(stopped);
    const gentle =
      reason.kind === "left" ||
      (reason.kind === "closed" && (reason.code === 1000 || reason.code === 1001));
    inbox.end(gentle ? null : stopped);
    closed.resolve(reason);
  }

  /** Holds the server back while the reader has enough to do; never while an ask waits behind it. */
  function regulate(): void {
    if (!link.canPause()) return;
    const { messages } = outbox.expected();
    const unread = inbox.size() + messages;
    const full = unread >= bufferMessages || inbox.bytes() >= bufferBytes;
    const stillMuch = link.paused() && unread > bufferMessages / 2;
    link.setPaused(
      (full || stillMuch) &&
        machine.state().kind === "ready" &&
        inbox.readers() > 0 &&
        outbox.asks() === 0,
    );
  }

  function abort(): void {
    if (signal === undefined) return;
    ready.reject(abortedError("Connecting", signal));
    dispatch({ type: "stop" });
  }

  async function ask(
    data: string | Uint8Array,
    submitOptions?: SubmitOptions,
  ): Promise<string & Uint8Array> {
    const reply = await outbox.submit("ask", payloadOf(data), submitOptions);
    // The machine answers a kind with the same kind, and the overloads promise just that.
    return (reply.kind === "text" ? reply.text : reply.data) as string & Uint8Array;
  }

  const session: Session = {
    get status() {
      return status();
    },
    get dropped() {
      return dropped;
    },
    ready: ready.promise,
    closed: closed.promise,
    ask,
    send: async (payload, submitOptions) => {
      await outbox.submit("send", payloadOf(payload), submitOptions);
    },
    messages: ({ signal: until } = {}) => inbox.read(until),
    close: ({ code, reason, signal: until } = {}) => {
      if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
        throw new RangeError("a close code is 1000 or from 3000 to 4999");
      }
      dispatch({
        type: "stop",
        ...(code === undefined ? {} : { code }),
        ...(reason === undefined ? {} : { reason: fitReason(reason) }),
      });
      const cut = (): void => dispatch({ type: "timer", name: "close" });
      if (until?.aborted === true) cut();
      until?.addEventListener("abort", cut);
      return closed.promise.finally(() => until?.removeEventListener("abort", cut));
    },
    [Symbol.asyncIterator]: () => inbox.read(),
    [Symbol.asyncDispose]: async () => {
      await session.close();
    },
  };

  // Later, so that the first event finds the caller with the session in hand.
  queueMicrotask(() => {
    if (signal?.aborted === true) abort();
    else {
      signal?.addEventListener("abort", abort);
      dispatch({ type: "connect" });
    }
  });
  return session;
}

function payloadOf(data: string | Uint8Array): Payload {
  if (typeof data === "string") return { kind: "text", text: data };
  if (!(data instanceof Uint8Array)) throw new TypeError("a message is a string or a Uint8Array");
  // A copy: it may be sent again, and the caller's buffer is the caller's.
  return { kind: "binary", data: new Uint8Array(data) };
}

function requirePositive(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} must be at least 1`);
}
