import { expect } from "vitest";
import {
  defaultClientLimits,
  defaultLimits,
  encodeClient,
  runMachine,
  utf8Length,
  type AuthMessage,
  type ClientEffect,
  type ClientEvent,
  type ClientTimer,
  type ServerMessage,
} from "../../src/index.ts";
import { createClientState, transitionClient } from "../../src/client/index.ts";
import { startScramClient, type ScramClient } from "../../src/scram/index.ts";
import {
  mismatch,
  type ClientStep,
  type ClientVector,
  type JsonObject,
} from "../../src/vectors/index.ts";
import { createAuthenticator, crypto, nextNonce, verifierOf } from "./authenticator.ts";
import { createClock } from "./clock.ts";

/** What a client does or tells, in the order in which it happens. */
type Happening =
  | { readonly kind: "open"; readonly protocols: readonly string[] }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly data: Uint8Array }
  | { readonly kind: "close"; readonly code: number; readonly reason: string }
  | { readonly kind: "settled"; readonly id: number; readonly outcome: unknown }
  | { readonly kind: "received"; readonly payload: unknown }
  | { readonly kind: "token"; readonly token: string };

const setting = { values: {}, limits: {} };

/** Plays a conversation against the pure client machine; fails where it goes another way. */
export async function playClient(vector: ClientVector): Promise<void> {
  const happened: Happening[] = [];
  let asked: number | undefined;
  const work = new Set<Promise<void>>();
  const clock = createClock<ClientTimer>((name) => machine.dispatch({ type: "timer", name }));
  let dialect = vector.dialects[0];
  let exchange: ScramClient | undefined;
  let login = { user: "", password: "" };
  let serverFinal: string | undefined;
  let authenticate: ReturnType<typeof createAuthenticator> | undefined;

  const machine = runMachine<ReturnType<typeof createClientState>, ClientEvent, ClientEffect>(
    createClientState({
      dialects: vector.dialects,
      reconnect: vector.reconnect ?? false,
      ...(vector.handshakeLogin === undefined ? {} : { handshakeLogin: vector.handshakeLogin }),
      limits: { ...defaultClientLimits, ...vector.limits },
    }),
    transitionClient,
    perform,
  );

  function perform(effect: ClientEffect): void {
    switch (effect.type) {
      case "openSocket":
        dialect = effect.protocols.length > 0 ? "v1" : "plain";
        happened.push({ kind: "open", protocols: effect.protocols });
        return;
      case "send": {
        const text = encodeClient(dialect, effect.message);
        if (text !== null) happened.push({ kind: "text", text });
        return;
      }
      case "sendBinary":
        happened.push({ kind: "binary", data: effect.data });
        return;
      case "close":
        happened.push({ kind: "close", code: effect.code, reason: effect.reason });
        return;
      case "dropSocket":
      case "note":
        return;
      case "startTimer":
        clock.start(effect.name, effect.ms);
        return;
      case "stopTimer":
        clock.stop(effect.name);
        return;
      case "scheduleRetry":
        // A random delay, which the step `retry` ends.
        clock.start("retry", Infinity);
        return;
      case "askCredentials":
        asked = effect.attempt;
        return;
      case "answerChallenge": {
        const { attempt, data } = effect;
        later(async () => {
          const answer = await exchange?.answer(data);
          const final = answer?.ok === true ? answer.value.clientFinal : null;
          return { type: "answered", attempt, data: final };
        });
        return;
      }
      case "checkServer": {
        const { attempt, data } = effect;
        const genuine = exchange?.verify(data ?? undefined).ok === true;
        later(() => Promise.resolve({ type: "checked", attempt, genuine }));
        return;
      }
      case "loginEnds":
        return;
      case "keepToken":
        happened.push({ kind: "token", token: effect.token });
        return;
      case "settle":
        happened.push({ kind: "settled", id: effect.id, outcome: effect.outcome });
        return;
      case "receive":
        happened.push({ kind: "received", payload: effect.payload });
        return;
    }
  }

  function later(make: () => Promise<ClientEvent>): void {
    const task = make().then((event) => {
      work.delete(task);
      machine.dispatch(event);
    });
    work.add(task);
  }

  async function settle(): Promise<void> {
    while (work.size > 0) await Promise.all(work);
  }

  async function next<K extends Happening["kind"]>(
    kind: K,
  ): Promise<Extract<Happening, { readonly kind: K }>> {
    await settle();
    const first = happened.shift();
    expect(first, `waiting for ${kind}`).toMatchObject({ kind });
    return first as Extract<Happening, { readonly kind: K }>;
  }

  async function nextJson(expected: JsonObject): Promise<Readonly<Record<string, unknown>>> {
    const { text } = await next("text");
    const message = JSON.parse(text) as Readonly<Record<string, unknown>>;
    expect(mismatch(expected, message, setting), text).toBeUndefined();
    return message;
  }

  const sendText = (text: string): void =>
    machine.dispatch({
      type: "frame",
      frame: { type: "text", text, bytes: utf8Length(text) },
    });
  const send = (message: ServerMessage): void => sendText(JSON.stringify(message));

  function authFor(mechanism: "plain" | "scram-sha-256"): AuthMessage {
    const { user, password } = login;
    if (mechanism === "plain") return { type: "auth", mechanism, user, password };
    const nonce = nextNonce();
    const started = startScramClient({ crypto, user, password, nonce, maxIterations: 1_000_000 });
    if (!started.ok) throw new Error(started.error.message);
    exchange = started.value;
    return { type: "auth", mechanism, data: exchange.clientFirst };
  }

  async function challenge({ iterations, nonce }: Challenge): Promise<void> {
    const { data } = await nextJson({ type: "auth", mechanism: "scram-sha-256" });
    const clientFirst = String(data);
    const verifiers = { [login.user]: await verifierOf(login.user, login.password) };
    authenticate = createAuthenticator({ users: {}, verifiers });
    const message = { type: "auth", mechanism: "scram-sha-256", data: clientFirst } as const;
    const outcome = await authenticate({ kind: "auth", message });
    if (outcome.kind !== "challenge") throw new Error("the client's first message is refused");
    const own = /r=([^,]*)$/.exec(clientFirst)?.[1] ?? "";
    const nonces = { foreign: `x${"-".repeat(own.length)}and-more`, same: own };
    let first = outcome.data;
    if (nonce !== undefined) first = first.replace(/^r=[^,]*/, `r=${nonces[nonce]}`);
    if (iterations !== undefined) first = first.replace(/i=\d+$/, `i=${iterations}`);
    send({ type: "challenge", data: first });
  }

  async function finish(step: Finish): Promise<void> {
    const { data } = await nextJson({ type: "response" });
    const outcome = await authenticate?.({ kind: "response", data: String(data) });
    if (outcome?.kind !== "accepted") throw new Error("the client's proof is wrong");
    serverFinal = outcome.data;
    const wrong = serverFinal?.replace(/v=(.)/, (_, c: string) => (c === "A" ? "v=B" : "v=A"));
    const proofs = { right: serverFinal, wrong, none: undefined };
    const proof = proofs[step.proof];
    send({
      type: "ok",
      user: step.user,
      ...(proof === undefined ? {} : { data: proof }),
      ...(step.token === undefined ? {} : { token: step.token }),
    });
  }

  async function performStep(step: ClientStep): Promise<void> {
    if ("expectOpen" in step)
      expect((await next("open")).protocols).toEqual(step.expectOpen.protocols);
    else if ("accept" in step)
      machine.dispatch({ type: "socketOpened", protocol: step.accept.protocol });
    else if ("refuse" in step || "cut" in step)
      machine.dispatch({ type: "socketClosed", code: 1006, reason: "" });
    else if ("hello" in step) {
      const { maxMessageBytes, maxLoginBytes, maxAttempts, authTimeoutMs, idleTimeoutMs } =
        defaultLimits;
      const limits = { maxMessageBytes, maxLoginBytes, maxAttempts, authTimeoutMs, idleTimeoutMs };
      send({ type: "hello", mechanisms: step.hello.mechanisms, limits, features: [] });
    } else if ("sendText" in step) sendText(step.sendText);
    else if ("sendJson" in step) sendText(JSON.stringify(step.sendJson));
    else if ("sendBinary" in step) {
      const data = Uint8Array.from(Buffer.from(step.sendBinary, "base64"));
      machine.dispatch({ type: "frame", frame: { type: "binary", data } });
    } else if ("expectText" in step) expect((await next("text")).text).toBe(step.expectText);
    else if ("expectJson" in step) await nextJson(step.expectJson);
    else if ("expectBinary" in step) {
      const data = Buffer.from((await next("binary")).data).toString("base64");
      expect(data).toBe(step.expectBinary);
    } else if ("expectClose" in step) expect(await next("close")).toMatchObject(step.expectClose);
    else if ("expectQuiet" in step) {
      await settle();
      expect(happened).toEqual([]);
    } else if ("close" in step) machine.dispatch({ type: "socketClosed", ...step.close });
    else if ("credentials" in step) {
      await settle();
      const attempt = asked;
      asked = undefined;
      if (attempt === undefined) throw new Error("the client does not ask for credentials");
      if (step.credentials !== null) login = step.credentials;
      const message = step.credentials === null ? null : authFor(step.credentials.mechanism);
      machine.dispatch({ type: "credentials", attempt, message });
    } else if ("challenge" in step) await challenge(step.challenge);
    else if ("finish" in step) await finish(step.finish);
    else if ("submit" in step) {
      const { id, text, resend = false } = step.submit;
      machine.dispatch({ type: "submit", id, payload: { kind: "text", text }, resend });
    } else if ("expectSettled" in step) {
      const { id, outcome } = await next("settled");
      expect(id).toBe(step.expectSettled.id);
      expect(mismatch(step.expectSettled.outcome, outcome, setting)).toBeUndefined();
    } else if ("expectReceived" in step) {
      const { payload } = await next("received");
      expect(mismatch(step.expectReceived, payload, setting)).toBeUndefined();
    } else if ("expectToken" in step) expect((await next("token")).token).toBe(step.expectToken);
    else if ("elapse" in step) await clock.advance(step.elapse, settle);
    else if ("retry" in step) {
      clock.stop("retry");
      machine.dispatch({ type: "timer", name: "retry" });
    } else if ("stop" in step) machine.dispatch({ type: "stop", ...step.stop });
    else if ("expectStatus" in step) {
      await settle();
      expect(machine.state().kind).toBe(step.expectStatus);
    } else {
      await settle();
      const state = machine.state();
      const reason = state.kind === "stopped" ? state.reason : state.kind;
      expect(mismatch(step.expectStopped, reason, setting)).toBeUndefined();
      expect(clock.running(), "timers after the end").toEqual([]);
    }
  }

  machine.dispatch({ type: "connect" });
  for (const [i, step] of vector.steps.entries()) {
    try {
      await performStep(step);
    } catch (error) {
      throw new Error(`step ${i + 1}: ${JSON.stringify(step)}`, { cause: error });
    }
  }
  await settle();
  expect(happened, "something was left over").toEqual([]);
}

type Challenge = Extract<ClientStep, { readonly challenge: unknown }>["challenge"];
type Finish = Extract<ClientStep, { readonly finish: unknown }>["finish"];
