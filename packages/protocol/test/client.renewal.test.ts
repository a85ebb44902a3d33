import { describe, expect, it } from "vitest";
import { plainTexts } from "../src/index.ts";
import { client, frame, hello, json, plainAuth, text } from "./support/samples.ts";

const ok = (user: string, expiresInMs?: number): ReturnType<typeof frame> =>
  frame(json({ type: "ok", user, ...(expiresInMs === undefined ? {} : { expiresInMs }) }));

const expiring = (expiresInMs: number): ReturnType<typeof client> =>
  client({ reconnect: true }).then(
    { type: "connect" },
    { type: "socketOpened", protocol: "wsecho.v1" },
    frame(json(hello)),
    { type: "credentials", attempt: 1, message: plainAuth },
    ok("ann", expiresInMs),
  );
const renewing = (): ReturnType<typeof client> =>
  expiring(1000).then({ type: "timer", name: "renew" });

describe("the client's renewal", () => {
  it("begins when four fifths of the login's time are over", () => {
    expect(expiring(1000).effects).toContainEqual({ type: "startTimer", name: "renew", ms: 800 });
    expect(renewing().effects).toContainEqual(
      expect.objectContaining({ type: "askCredentials", attempt: 2 }),
    );
  });

  it("never waits longer than a timer can", () => {
    expect(expiring(90 * 24 * 3600 * 1000).effects).toContainEqual({
      type: "startTimer",
      name: "renew",
      ms: 2 ** 31 - 1,
    });
  });

  it("goes on beside messages, and its ok starts the time anew", () => {
    const sent = renewing().then({ type: "credentials", attempt: 2, message: plainAuth });
    expect(sent.effects).toEqual([{ type: "send", message: plainAuth }]);
    const renewed = sent.then(ok("ann", 500));
    expect(renewed.state).toMatchObject({ kind: "ready", login: null });
    expect(renewed.effects).toContainEqual({ type: "startTimer", name: "renew", ms: 400 });
    expect(renewed.effects).toContainEqual({ type: "loginEnds", ms: 500 });
  });

  it("does not end a session by an answer that comes late", () => {
    const late = renewing().then(
      { type: "credentials", attempt: 2, message: plainAuth },
      { type: "timer", name: "login" },
      ok("ann"),
    );
    expect(late.state.kind).toBe("ready");
  });

  it("never turns the session into somebody else's", () => {
    const other = renewing().then(
      { type: "credentials", attempt: 2, message: plainAuth },
      ok("bob"),
    );
    expect(other.state).toMatchObject({ kind: "closing", after: { kind: "protocol" } });
  });

  it("that is refused, or has nothing to offer, leaves the session until it expires", () => {
    const refused = renewing().then(
      { type: "credentials", attempt: 2, message: plainAuth },
      frame(json({ type: "denied", attemptsLeft: 1, retryAfterMs: 0 })),
    );
    expect(refused.state).toMatchObject({ kind: "ready", login: null });
    const none = renewing().then({ type: "credentials", attempt: 2, message: null });
    expect(none.state).toMatchObject({ kind: "ready", login: null });
    expect(none.then({ type: "socketClosed", code: 4401, reason: "" }).state.kind).toBe("waiting");
  });

  it("and the probe are things of v1: a stray timer sends nothing in plain", () => {
    const plain = client({ dialects: ["plain"] }).then(
      { type: "connect" },
      { type: "socketOpened", protocol: "" },
      { type: "credentials", attempt: 1, message: plainAuth },
      frame(text(plainTexts.accepted)),
    );
    expect(plain.state.kind).toBe("ready");
    expect(plain.then({ type: "timer", name: "renew" }).effects).toEqual([]);
    expect(plain.then({ type: "timer", name: "ping" }).effects).toEqual([]);
  });
});
