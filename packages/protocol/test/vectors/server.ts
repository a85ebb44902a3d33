import { expect } from "vitest";
import {
  decodeServerMessage,
  defaultLimits,
  encodeServer,
  runMachine,
  utf8Length,
  type DialectName,
  type Limits,
  type Mechanism,
  type Reply,
  type ServerEffect,
  type ServerEvent,
  type ServerTimer,
} from "../../src/index.ts";
import { createServerState, transitionServer } from "../../src/server/index.ts";
import type { Operation } from "../../src/vectors/index.ts";
import { createAuthenticator, type AuthenticatorOptions } from "./authenticator.ts";
import { createClock } from "./clock.ts";

/** What a client receives. */
export type Received =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly data: Uint8Array }
  | { readonly kind: "close"; readonly code: number; readonly reason: string }
  | { readonly kind: "cut" };

export interface ServerShellOptions extends AuthenticatorOptions {
  readonly dialect: DialectName;
  readonly mechanisms?: readonly Mechanism[] | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly login?: string | undefined;
}

/** One connection to the pure server machine, as a client holds it. */
export interface ServerShell {
  readonly sendText: (text: string) => void;
  readonly sendBinary: (data: Uint8Array) => void;
  /** A frame that the WebSocket library refuses. */
  readonly violate: (close: "invalidData" | "protocolError") => void;
  readonly close: (code: number, reason: string) => void;
  readonly operate: (operation: Operation) => void;
  readonly elapse: (ms: number) => Promise<void>;
  /** The next thing that came, once nothing is under way any more. */
  readonly next: () => Promise<Received | undefined>;
  readonly limits: Limits;
}

/** A shell around the machine with real logins, a fake clock, and a peer that answers closes. */
export function connectServer(options: ServerShellOptions): ServerShell {
  const { dialect } = options;
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const received: Received[] = [];
  const work = new Set<Promise<void>>();
  const held: (() => void)[] = [];
  const mode = { holding: false, failing: false, storeLost: false, ignoringClose: false };
  const authenticate = createAuthenticator(options);
  const clock = createClock<ServerTimer>((name) => dispatch({ type: "timer", name }));

  const { dispatch } = runMachine<ReturnType<typeof createServerState>, ServerEvent, ServerEffect>(
    createServerState({
      dialect,
      mechanisms: options.mechanisms ?? ["scram-sha-256", "plain"],
      features: options.remember === true ? ["remember"] : [],
      limits,
      ...(options.login === undefined ? {} : { login: { user: options.login } }),
    }),
    transitionServer,
    perform,
  );

  function perform(effect: ServerEffect): void {
    switch (effect.type) {
      case "send": {
        const text = encodeServer(dialect, effect.message);
        if (text === null) return;
        if (dialect === "v1") expect(decodeServerMessage(text)).toMatchObject({ ok: true });
        received.push({ kind: "text", text });
        return;
      }
      case "sendBinary":
        received.push({ kind: "binary", data: effect.data });
        return;
      case "close":
        received.push({ kind: "close", code: effect.code, reason: effect.reason });
        return;
      case "terminate":
        received.push({ kind: "cut" });
        return;
      case "startTimer":
        clock.start(effect.name, effect.ms);
        return;
      case "stopTimer":
        clock.stop(effect.name);
        return;
      case "verify": {
        const { attempt, step } = effect;
        const { storeLost } = mode;
        later(async () => {
          const outcome = storeLost ? ({ kind: "unavailable" } as const) : await authenticate(step);
          return { type: "verdict", attempt, outcome };
        });
        return;
      }
      case "handle": {
        const reply: Reply = mode.failing ? { kind: "failed" } : effect.submission;
        mode.failing = false;
        later(() => Promise.resolve({ type: "handled", reply }));
        return;
      }
      // The worst case: a library that goes on reading whatever the machine wishes.
      case "pauseInput":
      case "resumeInput":
      case "note":
        return;
    }
  }

  function later(make: () => Promise<ServerEvent>): void {
    const task = make().then((event) => {
      work.delete(task);
      if (mode.holding) held.push(() => dispatch(event));
      else dispatch(event);
    });
    work.add(task);
  }

  async function settle(): Promise<void> {
    while (work.size > 0) await Promise.all(work);
  }

  /** The client reads the server's close, and answers it. */
  function answerClose(): void {
    const close = received.find((item) => item.kind === "close");
    if (close !== undefined && !mode.ignoringClose)
      dispatch({ type: "socketClosed", code: close.code });
  }

  dispatch({ type: "opened" });
  return {
    limits,
    sendText: (text) =>
      dispatch({ type: "frame", frame: { type: "text", text, bytes: utf8Length(text) } }),
    sendBinary: (data) => dispatch({ type: "frame", frame: { type: "binary", data } }),
    violate: (close) => dispatch({ type: "violation", close }),
    close: (code) => {
      // The WebSocket library answers a close with the same code by itself.
      received.push({ kind: "close", code, reason: "" });
      dispatch({ type: "socketClosed", code });
    },
    operate: (operation) => {
      switch (operation) {
        case "shutdown":
          dispatch({ type: "shutdown", close: "goingAway" });
          return;
        case "restart":
          dispatch({ type: "shutdown", close: "restarting" });
          return;
        case "revoke":
          dispatch({ type: "revoked" });
          return;
        case "failHandler":
          mode.failing = true;
          return;
        case "hold":
          mode.holding = true;
          return;
        case "release":
          mode.holding = false;
          for (const event of held.splice(0)) event();
          return;
        case "loseStore":
          mode.storeLost = true;
          return;
        case "stopReading":
          dispatch({ type: "congested" });
          return;
        case "ignoreClose":
          mode.ignoringClose = true;
          return;
      }
    },
    // No answer before time passes: what the client sends until then was already on its way.
    elapse: (ms) => clock.advance(ms, () => settle().then(answerClose)),
    next: async () => {
      await settle();
      if (received[0]?.kind === "close") answerClose();
      const first = received.shift();
      if (first?.kind === "cut" || (first?.kind === "close" && !mode.ignoringClose))
        expect(clock.running(), "timers after the end").toEqual([]);
      return first;
    },
  };
}
