import {
  encodeClient,
  runMachine,
  type ClientEffect,
  type ClientEvent,
  type ClientMessage,
  type ClientTimer,
  type StopReason,
} from "@wsecho/protocol";
import { createClientState, transitionClient } from "@wsecho/protocol/client";
import { retryDelay } from "./backoff.ts";
import { createTimers } from "./clock.ts";
import { loadScramCrypto } from "./crypto.ts";
import { createDeliveries } from "./deliveries.ts";
import { stopError, type SessionError } from "./errors.ts";
import type { Status } from "./events.ts";
import { createInbox, type Inbox } from "./inbox.ts";
import { createLogin } from "./login.ts";
import type { ConnectOptions } from "./options.ts";
import { createOutbox, type Outbox } from "./outbox.ts";
import { wireSize } from "./payload.ts";
import { createReporter } from "./reporter.ts";
import { readSettings } from "./settings.ts";
import { createLink } from "./socket/link.ts";

export interface EngineHost {
  readonly url: string | URL;
  readonly options: ConnectOptions;
  /** Logged in, for the first time or again. */
  readonly ready: () => void;
  /** The end; called once, after every message has its outcome. */
  readonly stopped: (reason: StopReason, error: SessionError) => void;
}

/** The machine with a socket, a clock and queues around it. */
export interface Engine {
  readonly dispatch: (event: ClientEvent) => void;
  readonly status: () => Status;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly dropped: () => number;
}

/** Throws RangeError for options that make no sense. */
export function createEngine({ url, options, ready, stopped }: EngineHost): Engine {
  const settings = readSettings(url, options);
  const { clock, dialects, limits, mayReveal } = settings;
  const { reconnect = false, handshakeLogin = false } = options;
  const machine = runMachine(
    createClientState({ dialects, reconnect, handshakeLogin, limits }),
    transitionClient,
    perform,
  );
  const { call, emit, status, publish, retryIn, noteEnd } = createReporter({
    onEvent: options.onEvent,
    state: machine.state,
    ready,
  });
  /** Dispatches under way: effects may raise events at once. */
  let depth = 0;
  let serverWords: string | null = null;
  let failure: SessionError | null = null;
  let finished = false;

  function dispatch(event: ClientEvent): void {
    if (event.type === "socketClosed") noteEnd(endOf(event));
    depth += 1;
    try {
      machine.dispatch(event);
    } finally {
      depth -= 1;
      settleDown();
    }
  }

  function endOf({ code, reason, detail = "" }: SocketClosed): StopReason {
    const opened = machine.state().kind !== "connecting";
    return opened ? { kind: "closed", code, reason } : { kind: "unreachable", detail };
  }

  const timers = createTimers<ClientTimer>(clock, (name) => {
    // While we hold the server back its silence says nothing about the link.
    if (name === "pong" && link.paused()) timers.start(name, limits.pongTimeoutMs);
    else dispatch({ type: "timer", name });
  });

  const link = createLink({
    ...settings,
    dispatch,
    closed: (code, reason) => emit({ type: "closed", code, reason }),
  });

  const login = createLogin({
    options,
    mayReveal,
    loadCrypto: () => loadScramCrypto(),
    features: () => {
      const state = machine.state();
      return state.kind === "authenticating" || state.kind === "ready"
        ? (state.hello?.features ?? [])
        : [];
    },
    dispatch,
    problem: (detail) => emit({ type: "problem", detail }),
  });

  const inbox = createInbox({
    max: settings.maxUnread,
    expected: () => outbox.expected(),
    changed: settleDown,
  });

  const outbox = createOutbox({
    max: settings.maxPending,
    ready: () => machine.state().kind === "ready",
    hasRoom: inbox.hasRoom,
    wireSize: (payload) => wireSize(payload, machine.state()),
    submit: ({ id, payload, resend }) => dispatch({ type: "submit", id, payload, resend }),
  });

  const deliveries = createDeliveries({ inbox, outbox, emit, now: clock.now, ended });

  function perform(effect: ClientEffect): void {
    publish();
    switch (effect.type) {
      case "openSocket":
        serverWords = null;
        link.open(effect.protocols);
        break;
      case "send":
        sendMessage(effect.message);
        break;
      case "sendBinary":
        link.send(effect.data);
        deliveries.left(effect.data);
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
        scheduleRetry(effect.retries);
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
      case "keepToken":
        call(() => options.remember?.take(effect.token));
        break;
      case "loginEnds":
        emit({ type: "loginEnds", inMs: effect.ms });
        break;
      case "settle":
        deliveries.settle(effect.id, effect.outcome);
        break;
      case "receive":
        deliveries.receive(effect.payload);
        break;
      case "note": {
        const { code, message } = effect.note;
        serverWords = message;
        emit({ type: "serverError", code, message });
        break;
      }
    }
  }

  function scheduleRetry(retries: number): void {
    const ms = retryDelay(retries, settings.random);
    timers.start("retry", ms);
    retryIn(ms);
  }

  function sendMessage(message: ClientMessage): void {
    const text = encodeClient(machine.state().dialect, message);
    if (text === null) return;
    link.send(text);
    if (message.type === "submit") deliveries.left(message.id);
  }

  function ended(): SessionError | null {
    const state = machine.state();
    if (state.kind !== "stopped") return null;
    failure ??= stopError(state.reason, {
      url: settings.shownUrl,
      dialect: settings.dialect,
      problem: login.problem(),
      serverWords,
    });
    return failure;
  }

  /** Brings everything beside the machine up to its state. */
  function settleDown(): void {
    if (depth > 0) return;
    publish();
    const { kind } = machine.state();
    if (kind !== "authenticating" && kind !== "ready") login.forget();
    if (kind === "stopped") finish();
    else outbox.pump();
    regulate();
  }

  function finish(): void {
    const state = machine.state();
    const error = ended();
    if (finished || error === null || state.kind !== "stopped") return;
    finished = true;
    outbox.end(error);
    inbox.end(isGentle(state.reason) ? null : error);
    stopped(state.reason, error);
  }

  /** Holds the server back while the reader has enough; never while an ask waits behind it. */
  function regulate(): void {
    link.setPaused(
      inbox.flooded() &&
        inbox.readers() > 0 &&
        outbox.asks() === 0 &&
        machine.state().kind === "ready",
    );
  }

  return { dispatch, status, inbox, outbox, dropped: deliveries.dropped };
}

type SocketClosed = Extract<ClientEvent, { readonly type: "socketClosed" }>;

/** An end that a loop over the messages may take for a plain end. */
function isGentle(reason: StopReason): boolean {
  if (reason.kind === "closed") return reason.code === 1000 || reason.code === 1001;
  return reason.kind === "left";
}
