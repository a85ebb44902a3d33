import { describe, expect, it } from "vitest";
import type { Outcome, ServerEvent } from "../src/index.ts";
import {
  binary,
  frame,
  json,
  plainAuth,
  scramAuth,
  secrets,
  server,
  text,
} from "./support/samples.ts";

const opened = (changes?: Parameters<typeof server>[0]): ReturnType<typeof server> =>
  server(changes).then({ type: "opened" });
const verdict = (attempt: number, outcome: Outcome): ServerEvent => ({
  type: "verdict",
  attempt,
  outcome,
});
const accepted: Outcome = { kind: "accepted", user: "ann" };
const refused: Outcome = { kind: "refused" };

describe("the server's login", () => {
  it("greets and gives the peer so much time to log in", () => {
    expect(opened().effects).toMatchObject([
      { type: "send", message: { type: "hello" } },
      { type: "startTimer", name: "auth", ms: 30_000 },
    ]);
    expect(opened().then({ type: "timer", name: "auth" }).effects).toContainEqual({
      type: "close",
      code: 4408,
      reason: "login took too long",
    });
  });

  it("reads no further while credentials are verified", () => {
    const verifying = opened().then(frame(json(plainAuth)));
    expect(verifying.effects).toEqual([
      { type: "verify", attempt: 1, step: { kind: "auth", message: plainAuth } },
      { type: "pauseInput" },
    ]);
    const ready = verifying.then(verdict(1, accepted));
    expect(ready.state).toMatchObject({ kind: "ready", user: "ann" });
    expect(ready.effects.at(-1)).toEqual({ type: "resumeInput" });
  });

  it("keeps what comes meanwhile for after the verdict", () => {
    const { effects } = opened().then(
      frame(json(plainAuth)),
      frame(json({ type: "submit", id: 1, text: "early" })),
      verdict(1, accepted),
    );
    expect(effects).toContainEqual({
      type: "handle",
      submission: { kind: "text", text: "early" },
    });
  });

  it("ignores a verdict on an earlier attempt", () => {
    const second = opened().then(
      frame(json(plainAuth)),
      verdict(1, refused),
      frame(json(plainAuth)),
    );
    const late = second.then(verdict(1, accepted));
    expect(late.state).toBe(second.state);
    expect(late.effects).toEqual([]);
  });

  it("closes after the last attempt, and says how many are left before", () => {
    const limits = { maxAttempts: 2 };
    const first = opened({ limits }).then(frame(json(plainAuth)), verdict(1, refused));
    expect(first.effects).toContainEqual({
      type: "send",
      message: { type: "denied", attemptsLeft: 1, retryAfterMs: 0 },
    });
    const last = first.then(frame(json(plainAuth)), verdict(2, refused));
    expect(last.state.kind).toBe("closing");
    expect(last.effects).toContainEqual({
      type: "close",
      code: 4429,
      reason: "too many login attempts",
    });
  });

  it("rounds the wait after a refusal up to whole milliseconds", () => {
    const { effects } = opened().then(
      frame(json(plainAuth)),
      verdict(1, { kind: "refused", retryAfterMs: 10.2 }),
    );
    expect(effects).toContainEqual({
      type: "send",
      message: { type: "denied", attemptsLeft: 4, retryAfterMs: 11 },
    });
  });

  it("closes with 1013 when nobody can check credentials", () => {
    const { effects } = opened().then(frame(json(plainAuth)), verdict(1, { kind: "unavailable" }));
    expect(effects).toContainEqual(expect.objectContaining({ type: "close", code: 1013 }));
  });

  it("passes SCRAM's steps between the peer and the authenticator", () => {
    const challenged = opened().then(
      frame(json(scramAuth)),
      verdict(1, { kind: "challenge", data: "r=…" }),
    );
    expect(challenged.effects).toContainEqual({
      type: "send",
      message: { type: "challenge", data: "r=…" },
    });
    const answered = challenged.then(frame(json({ type: "response", data: "p=…" })));
    expect(answered.effects).toContainEqual({
      type: "verify",
      attempt: 2,
      step: { kind: "response", data: "p=…" },
    });
  });

  it.each([
    ["a submit", json({ type: "submit", id: 1, text: "x" }), 4401],
    ["a binary message", binary(1), 4401],
    ["a response without a challenge", json({ type: "response", data: "" }), 4409],
    [
      "a mechanism that was not offered",
      json({ ...plainAuth, mechanism: "token", token: "" }),
      4400,
    ],
    ["malformed JSON", text(`{"password":"${secrets.password}`), 4400],
    ["an unknown type", json({ type: "login" }), 4400],
    ["more than a login needs", text("x".repeat(8193)), 1009],
  ])("closes on %s in v1", (_what, input, code) => {
    const { effects } = opened().then(frame(input));
    expect(effects).toContainEqual(expect.objectContaining({ type: "close", code }));
    expect(JSON.stringify(effects)).not.toContain(secrets.password);
  });

  it.each([
    ["a text without a colon", text("admin")],
    ["a binary message", binary(1)],
  ])("takes %s for a refused attempt in plain", (_what, input) => {
    const { state, effects } = opened({ dialect: "plain" }).then(frame(input));
    expect(state).toMatchObject({ kind: "awaitingAuth", failures: 1 });
    expect(effects).toContainEqual(
      expect.objectContaining({ message: { type: "denied", attemptsLeft: 4, retryAfterMs: 0 } }),
    );
  });

  it("starts ready where the handshake proved the user; plain says nothing then", () => {
    const login = { user: "ann" };
    expect(opened({ login }).state).toMatchObject({ kind: "ready", user: "ann" });
    const sent = opened({ login, dialect: "plain" }).effects.filter(({ type }) => type === "send");
    expect(sent).toMatchObject([{ message: { type: "hello" } }]);
  });
});
