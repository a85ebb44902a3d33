import { expect } from "vitest";
import { startScramClient, type ScramClient } from "../../src/scram/index.ts";
import {
  amountOf,
  fillIn,
  mismatch,
  spoil,
  type Amount,
  type JsonObject,
  type SessionStep,
  type SessionVector,
  type Setting,
  type Tamper,
} from "../../src/vectors/index.ts";
import { parseServerFirst } from "../../src/scram/index.ts";
import { plainTexts } from "../../src/index.ts";
import { crypto, nextNonce } from "./authenticator.ts";
import { connectServer, type Received, type ServerShell } from "./server.ts";

const values = {
  user: "admin",
  password: "123456",
  wrongPassword: "123457",
  unknownUser: "nobody",
};

/** Plays a conversation against the pure server machine; fails where it goes another way. */
export async function playSession(vector: SessionVector): Promise<void> {
  const { setup = {} } = vector;
  let shell: ServerShell | undefined;
  let scram: ScramClient | undefined;
  let answer: { readonly clientFinal: string } | undefined;
  let clientNonce = "";
  let setting: Setting = { values, limits: {} };
  const salts = new Map<string, string>();

  const connected = (): ServerShell => {
    if (shell === undefined) throw new Error("the script does not begin with connect");
    return shell;
  };

  async function receive<K extends Received["kind"]>(
    kind: K,
  ): Promise<Extract<Received, { readonly kind: K }>> {
    const next = await connected().next();
    expect(next, `waiting for ${kind}`).toMatchObject({ kind });
    return next as Extract<Received, { readonly kind: K }>;
  }

  async function receiveJson(expected: JsonObject): Promise<Readonly<Record<string, unknown>>> {
    const { text } = await receive("text");
    const message = JSON.parse(text) as Readonly<Record<string, unknown>>;
    expect(mismatch(expected, message, setting), text).toBeUndefined();
    return message;
  }

  const amount = (value: Amount): number => {
    const number = amountOf(value, setting);
    if (number === undefined) throw new Error(`unknown limit ${value.limit}`);
    return number;
  };
  const filled = (text: string): string => fillIn(text, setting) as string;
  const sendJson = (message: JsonObject): void =>
    connected().sendText(JSON.stringify(fillIn(message, setting)));

  function authScram(user: string, password: string): void {
    clientNonce = nextNonce();
    const options = { crypto, user, password, nonce: clientNonce, maxIterations: 1_000_000 };
    const started = startScramClient(options);
    if (!started.ok) throw new Error(started.error.message);
    scram = started.value;
    sendJson({ type: "auth", mechanism: "scram-sha-256", data: scram.clientFirst });
  }

  async function takeChallenge(salt: string | undefined): Promise<void> {
    const { data } = await receiveJson({ type: "challenge", data: { $any: "string" } });
    const first = parseServerFirst(String(data));
    if (!first.ok) throw new Error(first.error.message);
    expect(first.value.nonce.startsWith(clientNonce)).toBe(true);
    expect(first.value.nonce.length).toBeGreaterThan(clientNonce.length);
    expect(first.value.iterations).toBeGreaterThanOrEqual(4096);
    if (salt !== undefined) {
      const seen = first.value.salt.toString();
      expect(salts.get(salt) ?? seen).toBe(seen);
      salts.set(salt, seen);
    }
    const answered = await scram?.answer(String(data));
    if (answered?.ok !== true) throw new Error(answered?.error.message);
    answer = answered.value;
  }

  function respond(tamper: Tamper | undefined): void {
    if (answer === undefined) throw new Error("scramResponse without expectChallenge");
    sendJson({ type: "response", data: spoil(answer.clientFinal, tamper) });
  }

  async function login(mechanism: "plain" | "scram-sha-256", dialect: string): Promise<void> {
    const { user, password } = values;
    if (dialect === "plain") {
      connected().sendText(`${user}:${password}`);
      expect(await receive("text")).toEqual({ kind: "text", text: plainTexts.accepted });
    } else if (mechanism === "plain") {
      sendJson({ type: "auth", mechanism, user, password });
      await receiveJson({ type: "ok", user });
    } else {
      authScram(user, password);
      await takeChallenge(undefined);
      respond(undefined);
      const { data } = await receiveJson({ type: "ok", user });
      expect(scram?.verify(String(data))).toMatchObject({ ok: true });
    }
  }

  let dialect: "plain" | "v1" = "plain";

  async function perform(step: SessionStep): Promise<void> {
    if ("connect" in step) {
      dialect = step.connect.protocols === undefined ? "plain" : "v1";
      const { limits, expiresInMs, mechanisms, users, tokens, remember, login: user } = setup;
      shell = connectServer({
        dialect,
        users: { [values.user]: values.password, ...users },
        limits,
        expiresInMs,
        mechanisms,
        tokens,
        remember,
        login: user,
      });
      const more = expiresInMs === undefined ? {} : { expiresInMs };
      setting = { values, limits: { ...shell.limits, ...more } };
    } else if ("sendText" in step) {
      const { sendText: text } = step;
      connected().sendText(typeof text === "string" ? filled(text) : "x".repeat(amount(text.size)));
    } else if ("sendJson" in step) sendJson(step.sendJson);
    else if ("sendBinary" in step) connected().sendBinary(bytes(step.sendBinary));
    else if ("sendFragments" in step)
      connected().sendText(step.sendFragments.map((part) => filled(part)).join(""));
    else if ("sendInvalidText" in step) connected().violate("invalidData");
    else if ("sendUnmasked" in step) connected().violate("protocolError");
    else if ("expectText" in step) {
      const { expectText: text } = step;
      const expected = typeof text === "string" ? filled(text) : "x".repeat(amount(text.size));
      expect((await receive("text")).text).toBe(expected);
    } else if ("expectJson" in step) await receiveJson(step.expectJson);
    else if ("expectBinary" in step)
      expect([...(await receive("binary")).data]).toEqual([...bytes(step.expectBinary)]);
    else if ("expectClose" in step) await takeClose(step.expectClose);
    else if ("expectCut" in step) await receive("cut");
    else if ("expectQuiet" in step) expect(await connected().next()).toBeUndefined();
    else if ("login" in step) await login(step.login.mechanism ?? "scram-sha-256", dialect);
    else if ("scramAuth" in step)
      authScram(filled(step.scramAuth.user), filled(step.scramAuth.password));
    else if ("expectChallenge" in step) await takeChallenge(step.expectChallenge.salt);
    else if ("scramResponse" in step) respond(step.scramResponse.tamper);
    else if ("expectProof" in step) {
      const { data } = await receiveJson(step.expectProof);
      expect(scram?.verify(typeof data === "string" ? data : undefined)).toMatchObject({
        ok: true,
      });
    } else if ("elapse" in step) await connected().elapse(amount(step.elapse));
    else if ("times" in step) {
      for (let i = 0; i < amount(step.times.count); i++)
        for (const inner of step.times.steps) await perform(inner);
    } else if ("close" in step) connected().close(step.close.code, step.close.reason);
    else connected().operate(step.operator);
  }

  async function takeClose(expected: { code: number; reason?: string }): Promise<void> {
    let next = await connected().next();
    // Where the script does not ask for it, a v1 server still says why.
    if (dialect === "v1" && next?.kind === "text") {
      expect(JSON.parse(next.text)).toMatchObject({ type: "error", code: expected.code });
      next = await connected().next();
    }
    expect(next).toMatchObject({ kind: "close", ...expected });
  }

  function bytes(content: string | { readonly size: Amount }): Uint8Array {
    return typeof content === "string"
      ? Uint8Array.from(Buffer.from(content, "base64"))
      : new Uint8Array(amount(content.size)).fill(0x78);
  }

  for (const [i, step] of vector.steps.entries()) {
    try {
      await perform(step);
    } catch (error) {
      throw new Error(`step ${i + 1}: ${JSON.stringify(step)}`, { cause: error });
    }
  }
  expect(await connected().next(), "something was left over").toBeUndefined();
}
