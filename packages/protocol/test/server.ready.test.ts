import { describe, expect, it } from "vitest";
import type { ServerEvent } from "../src/index.ts";
import {
  binary,
  frame,
  json,
  plainAuth,
  server,
  text,
  type ServerChanges,
} from "./support/samples.ts";

const login = { user: "ann" };
const ready = (changes: ServerChanges = {}): ReturnType<typeof server> =>
  server({ login, ...changes }).then({ type: "opened" });
const submit = (id: number): ServerEvent => frame(json({ type: "submit", id, text: `t${id}` }));
const handled = (content: string): ServerEvent => ({
  type: "handled",
  reply: { kind: "text", text: content },
});
const close = (code: number): unknown => expect.objectContaining({ type: "close", code });

describe("a server's session that is ready", () => {
  it("handles one message at a time and answers in order", () => {
    const busy = ready().then(submit(1), submit(2));
    expect(busy.effects).toEqual([{ type: "pauseInput" }]);
    const first = busy.then(handled("a"));
    expect(first.effects).toMatchObject([
      { type: "send", message: { type: "echo", id: 1, text: "a" } },
      { type: "startTimer", name: "idle" },
      { type: "handle", submission: { kind: "text", text: "t2" } },
      { type: "resumeInput" },
    ]);
  });

  it("closes on an id that does not increase", () => {
    expect(ready().then(submit(2), handled("x"), submit(2)).effects).toContainEqual(close(4409));
  });

  it("says which text its handler failed on, and closes where it cannot say", () => {
    const failed: ServerEvent = { type: "handled", reply: { kind: "failed" } };
    expect(ready().then(submit(1), failed).effects).toMatchObject([
      { type: "send", message: { type: "error", code: 1011, id: 1 } },
    ]);
    expect(ready().then(frame(binary(1)), failed).effects).toContainEqual(close(1011));
    expect(ready({ dialect: "plain" }).then(frame(text("x")), failed).effects).toContainEqual(
      close(1011),
    );
  });

  it("closes when more waits than it keeps", () => {
    const limits = { backlogMessages: 2 };
    const full = ready({ limits }).then(submit(1), submit(2), submit(3));
    expect(full.state.kind).toBe("ready");
    expect(full.then(submit(4)).effects).toContainEqual(close(4429));
  });

  it("keeps one message of the largest size, whatever the bound on waiting bytes", () => {
    const limits = { backlogBytes: 10, maxMessageBytes: 100 };
    const large: ServerEvent = frame({ type: "binary", data: new Uint8Array(100) });
    const busy = ready({ limits }).then(frame(binary(1)), large);
    expect(busy.state.kind).toBe("ready");
    const full = busy.then(frame({ type: "binary", data: new Uint8Array(10) }));
    expect(full.state.kind).toBe("ready");
    expect(full.then(frame(binary(1))).effects).toContainEqual(close(4429));
  });

  it("pauses a peer that does not read, and closes it after a while", () => {
    const slow = ready().then({ type: "congested" });
    expect(slow.effects).toEqual([
      { type: "startTimer", name: "slow", ms: 30_000 },
      { type: "pauseInput" },
    ]);
    expect(slow.then({ type: "drained" }).effects).toEqual([
      { type: "stopTimer", name: "slow" },
      { type: "resumeInput" },
    ]);
    expect(slow.then({ type: "timer", name: "slow" }).effects).toContainEqual(close(1013));
  });

  it("ends with the login, unless that is renewed", () => {
    const expiring = ready({ login: { user: "ann", expiresInMs: 1000 } });
    expect(expiring.effects).toContainEqual({ type: "startTimer", name: "expiry", ms: 1000 });
    expect(expiring.then({ type: "timer", name: "expiry" }).effects).toContainEqual(close(4401));
    const renewed = expiring.then(frame(json(plainAuth)), {
      type: "verdict",
      attempt: 1,
      outcome: { kind: "accepted", user: "ann", expiresInMs: 2000 },
    });
    expect(renewed.effects).toContainEqual({ type: "startTimer", name: "expiry", ms: 2000 });
  });

  it.each([
    [90 * 24 * 3600 * 1000, 2 ** 31 - 1],
    [1500.7, 1500],
    [0, 1],
  ])("promises no other time than a timer can keep: %d becomes %d", (expiresInMs, ms) => {
    const { effects } = ready({ login: { user: "ann", expiresInMs } });
    expect(effects).toContainEqual({ type: "startTimer", name: "expiry", ms });
    expect(effects).toContainEqual({
      type: "send",
      message: { type: "ok", user: "ann", expiresInMs: ms },
    });
  });

  it("[L15] is called the same in each ok", () => {
    const login = { user: "ann" };
    const opened = ready({ login, session: "s-1" });
    const renewed = opened.then(frame(json(plainAuth)), {
      type: "verdict",
      attempt: 1,
      outcome: { kind: "accepted", user: "ann" },
    });
    for (const { effects } of [opened, renewed])
      expect(effects).toContainEqual({
        type: "send",
        message: { type: "ok", user: "ann", session: "s-1" },
      });
  });

  it("never becomes somebody else's by a renewal", () => {
    const other = ready().then(frame(json(plainAuth)), {
      type: "verdict",
      attempt: 1,
      outcome: { kind: "accepted", user: "bob" },
    });
    expect(other.effects).toContainEqual(close(4403));
  });

  it("goes on when a renewal cannot be checked", () => {
    const { state, effects } = ready().then(frame(json(plainAuth)), {
      type: "verdict",
      attempt: 1,
      outcome: { kind: "unavailable" },
    });
    expect(state).toMatchObject({ kind: "ready", renewal: null });
    expect(effects).toMatchObject([{ type: "send", message: { type: "error", code: 1013 } }]);
  });
});

describe("a server's session that ends", () => {
  const shutdown: ServerEvent = { type: "shutdown", close: "restarting" };

  it("answers what it took before the shutdown, takes nothing new, then closes", () => {
    const leaving = ready().then(submit(1), submit(2), shutdown);
    expect(leaving.effects).toEqual([{ type: "startTimer", name: "close", ms: 5000 }]);
    expect(leaving.then(submit(3)).effects).toEqual([]);
    const first = leaving.then(handled("a"));
    expect(first.state.kind).toBe("ready");
    const last = first.then(handled("b"));
    expect(last.effects).toContainEqual(
      expect.objectContaining({ message: { type: "echo", id: 2, text: "b" } }),
    );
    expect(last.effects).toContainEqual(close(1012));
  });

  it("does not call a peer idle that may not speak", () => {
    const leaving = ready().then(submit(1), shutdown);
    expect(leaving.then({ type: "timer", name: "idle" }).effects).toEqual([]);
  });

  it("does not wait for the handler after a second shutdown or the drain's deadline", () => {
    const leaving = ready().then(submit(1), shutdown);
    expect(leaving.then(shutdown).effects).toContainEqual(close(1012));
    expect(leaving.then({ type: "timer", name: "close" }).effects).toContainEqual(close(1012));
  });

  it("cuts a peer that does not answer the close", () => {
    const closing = ready().then({ type: "revoked" });
    expect(closing.effects).toContainEqual({ type: "startTimer", name: "close", ms: 5000 });
    expect(closing.then({ type: "timer", name: "close" }).effects[0]).toEqual({
      type: "terminate",
    });
  });

  it("reads again while closing, for the peer's close frame", () => {
    const { effects } = ready().then(submit(1), submit(2), { type: "revoked" });
    expect(effects.at(-1)).toEqual({ type: "resumeInput" });
  });

  it("touches a closed socket no more", () => {
    const { effects } = server().then({ type: "opened" }, frame(json(plainAuth)), {
      type: "socketClosed",
      code: 1006,
    });
    expect(effects).toEqual([
      { type: "stopTimer", name: "auth" },
      { type: "note", note: { kind: "closed", code: 1006 } },
    ]);
  });
});
