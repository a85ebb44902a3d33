import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { closes, plainTexts } from "../src/index.ts";
import { client, frame, hello, json, plainAuth, scramAuth, text } from "./support/samples.ts";

const asking = (): ReturnType<typeof client> =>
  client().then(
    { type: "connect" },
    { type: "socketOpened", protocol: "wsecho.v1" },
    frame(json(hello)),
  );

const ok = frame(json({ type: "ok", user: "ann" }));
const denied = (attemptsLeft: number): ReturnType<typeof frame> =>
  frame(json({ type: "denied", attemptsLeft, retryAfterMs: 0 }));

describe("the client's login", () => {
  it("asks for credentials once the server has greeted, and stops the clock for the person", () => {
    expect(asking().effects).toEqual([
      { type: "stopTimer", name: "login" },
      {
        type: "askCredentials",
        attempt: 1,
        dialect: "v1",
        mechanisms: hello.mechanisms,
        denied: null,
      },
    ]);
  });

  it("does not believe an ok that it did not ask for", () => {
    const { state } = asking().then(ok);
    expect(state).toMatchObject({ kind: "closing", after: { kind: "protocol" } });
  });

  it("waits for the ok, and asks nothing, where the handshake carried the login", () => {
    const greeted = client({ handshakeLogin: true }).then(
      { type: "connect" },
      { type: "socketOpened", protocol: "wsecho.v1" },
      frame(json(hello)),
    );
    expect(greeted.effects.map(({ type }) => type)).not.toContain("askCredentials");
    expect(greeted.then(ok).state).toMatchObject({ kind: "ready", user: "ann" });
    expect(greeted.then({ type: "timer", name: "login" }).state).toMatchObject({
      kind: "closing",
      after: { kind: "timeout", phase: "login" },
    });
  });

  it("is ready as soon as the socket is, where the handshake logged in a plain client", () => {
    const { state } = client({ dialects: ["plain"], handshakeLogin: true }).then(
      { type: "connect" },
      { type: "socketOpened", protocol: "" },
    );
    expect(state).toMatchObject({ kind: "ready", user: null });
  });

  it("takes only the two verdicts of a plain server for verdicts", () => {
    const sent = client({ dialects: ["plain"] }).then(
      { type: "connect" },
      { type: "socketOpened", protocol: "" },
      { type: "credentials", attempt: 1, message: plainAuth },
    );
    const decides = (said: string): boolean =>
      sent.then(frame(text(said))).effects.every(({ type }) => type !== "receive");
    fc.assert(
      fc.property(fc.string(), (more) => {
        expect(decides(more)).toBe(false);
        expect(decides(plainTexts.accepted + more)).toBe(more === "");
        expect(decides(plainTexts.refused + more)).toBe(more === "");
      }),
    );
  });

  it("believes a SCRAM ok only after the server's proof was checked", () => {
    const sent = asking().then({ type: "credentials", attempt: 1, message: scramAuth });
    expect(sent.then(ok).state).toMatchObject({ kind: "closing", after: { kind: "untrusted" } });
    const held = sent.then(
      frame(json({ type: "challenge", data: "c" })),
      { type: "answered", attempt: 1, data: "r" },
      frame(json({ type: "ok", user: "ann", data: "v=x" })),
    );
    expect(held.effects).toEqual([{ type: "checkServer", attempt: 1, data: "v=x" }]);
    expect(held.state.kind).toBe("authenticating");
    expect(held.then({ type: "checked", attempt: 1, genuine: false }).state).toMatchObject({
      kind: "closing",
      after: { kind: "untrusted" },
    });
    expect(held.then({ type: "checked", attempt: 1, genuine: true }).state.kind).toBe("ready");
  });

  it("asks again after a refusal and forgets it once new credentials are on their way", () => {
    const again = asking().then({ type: "credentials", attempt: 1, message: plainAuth }, denied(1));
    expect(again.effects.at(-1)).toMatchObject({
      type: "askCredentials",
      attempt: 2,
      denied: { attemptsLeft: 1 },
    });
    const cut = again.then(
      { type: "credentials", attempt: 2, message: plainAuth },
      { type: "socketClosed", code: 1006, reason: "" },
    );
    expect(cut.state).toMatchObject({ kind: "stopped", reason: { kind: "closed", code: 1006 } });
  });

  it("takes no credentials for a refusal without further attempts, but waits for the close", () => {
    const last = asking().then({ type: "credentials", attempt: 1, message: plainAuth }, denied(0));
    const reason = { kind: "refused", attemptsLeft: 0, retryAfterMs: 0 };
    expect(last.effects).toEqual([{ type: "startTimer", name: "login", ms: 3000 }]);
    expect(
      last.then({ type: "socketClosed", code: 4429, reason: closes.tooManyAttempts.reason }).state,
    ).toMatchObject({ kind: "stopped", reason });
    expect(last.then({ type: "timer", name: "login" }).state).toMatchObject({
      kind: "closing",
      after: reason,
    });
    expect(last.then(ok).state).toMatchObject({ kind: "closing", after: { kind: "protocol" } });
  });

  it("shows a plain server's other words and goes on waiting for its verdict", () => {
    const sent = client({ dialects: ["plain"] }).then(
      { type: "connect" },
      { type: "socketOpened", protocol: "" },
      { type: "credentials", attempt: 1, message: plainAuth },
    );
    const greeted = sent.then(frame(text("welcome")));
    expect(greeted.effects).toEqual([
      { type: "receive", payload: { kind: "text", text: "welcome" } },
    ]);
    expect(greeted.then(frame(text(plainTexts.accepted))).state.kind).toBe("ready");
  });

  it("gives up at the deadline when no verdict comes", () => {
    const { state } = asking().then(
      { type: "credentials", attempt: 1, message: plainAuth },
      { type: "timer", name: "login" },
    );
    expect(state).toMatchObject({ kind: "closing", after: { kind: "timeout", phase: "login" } });
  });

  it("keeps the reason of its own close when the person leaves meanwhile", () => {
    const { state } = asking().then(ok, { type: "stop" });
    expect(state).toMatchObject({ kind: "closing", after: { kind: "protocol" } });
  });

  it("cuts a reason for leaving to what fits a close frame", () => {
    const { effects } = asking().then({ type: "stop", reason: "é".repeat(100) });
    expect(effects).toContainEqual({ type: "close", code: 1000, reason: "é".repeat(61) });
  });
});
