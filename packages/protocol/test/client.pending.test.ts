import { describe, expect, it } from "vitest";
import type { ClientEvent, Payload } from "../src/index.ts";
import {
  binary,
  client,
  frame,
  hello,
  json,
  plainAuth,
  type ClientChanges,
} from "./support/samples.ts";

const say = (content: string): Payload => ({ kind: "text", text: content });
const submit = (id: number, options: { resend?: boolean; text?: string } = {}): ClientEvent => ({
  type: "submit",
  id,
  payload: say(options.text ?? `text ${String(id)}`),
  resend: options.resend ?? false,
});
const opened: readonly ClientEvent[] = [
  { type: "socketOpened", protocol: "wsecho.v1" },
  frame(json(hello)),
];
const login = (attempt: number): readonly ClientEvent[] => [
  ...opened,
  { type: "credentials", attempt, message: plainAuth },
  frame(json({ type: "ok", user: "ann" })),
];
const ready = (options: ClientChanges = {}): ReturnType<typeof client> =>
  client(options).then({ type: "connect" }, ...login(1));
const cut: ClientEvent = { type: "socketClosed", code: 1006, reason: "" };
const poison: ClientEvent = { type: "socketClosed", code: 1011, reason: "internal error" };
const echo = (id: number): ClientEvent =>
  frame(json({ type: "echo", id, text: `text ${String(id)}` }));

describe("the client's submits", () => {
  it("wait for the login and then leave in order", () => {
    const { effects } = client().then({ type: "connect" }, submit(1), submit(2), ...login(1));
    expect(effects.filter(({ type }) => type === "send")).toEqual([
      { type: "send", message: { type: "submit", id: 1, text: "text 1" } },
      { type: "send", message: { type: "submit", id: 2, text: "text 2" } },
    ]);
  });

  it("are lost after a cut where they were sent, and unsent where they never left", () => {
    const { effects } = ready().then(submit(1), cut);
    expect(effects).toContainEqual({ type: "settle", id: 1, outcome: { kind: "lost" } });
    const waiting = client().then({ type: "connect" }, submit(1), {
      type: "socketClosed",
      code: 1006,
      reason: "",
    });
    expect(waiting.effects).toContainEqual({
      type: "settle",
      id: 1,
      outcome: { kind: "unsent" },
    });
  });

  it("are sent once more after a cut where that was asked for, before newer ones", () => {
    const again = ready({ reconnect: true }).then(
      submit(1, { resend: true }),
      cut,
      submit(2),
      { type: "timer", name: "retry" },
      ...login(2),
    );
    expect(again.effects.filter(({ type }) => type === "send")).toMatchObject([
      { message: { id: 1 } },
      { message: { id: 2 } },
    ]);
    expect(again.then(echo(1)).effects).toContainEqual(
      expect.objectContaining({ type: "settle", id: 1 }),
    );
  });

  it("are never called unsent when an earlier connection carried them", () => {
    const { effects } = ready({ reconnect: true }).then(submit(1, { resend: true }), cut, {
      type: "stop",
    });
    expect(effects).toContainEqual({ type: "settle", id: 1, outcome: { kind: "lost" } });
  });

  it("may be answered while the client leaves, so that no outcome is worse than the truth", () => {
    const { effects } = ready().then(submit(1), { type: "stop" }, echo(1));
    expect(effects).toEqual([
      { type: "settle", id: 1, outcome: { kind: "echoed", payload: say("text 1") } },
    ]);
  });

  it("with an id that was used before change nothing", () => {
    const before = ready().then(submit(1));
    const after = before.then(submit(1));
    expect(after.state).toBe(before.state);
    expect(after.effects).toEqual([]);
    const stopped = client().then({ type: "stop" }, submit(1));
    expect(stopped.effects).toEqual([{ type: "settle", id: 1, outcome: { kind: "unsent" } }]);
    expect(stopped.then(submit(1)).effects).toEqual([]);
  });

  it("are refused at once when too many wait", () => {
    const limits = { maxPending: 1 };
    const { effects } = ready({ limits }).then(submit(1), submit(2));
    expect(effects).toMatchObject([
      { type: "settle", id: 2, outcome: { kind: "refused", code: 4429 } },
    ]);
  });

  it("do not bring a client back for ever when their answer is always a close", () => {
    let session = ready({ reconnect: true }).then(submit(1, { resend: true }), poison);
    let connections = 1;
    while (session.state.kind === "waiting" && connections < 50) {
      connections += 1;
      session = session.then({ type: "timer", name: "retry" }, ...login(connections), poison);
    }
    expect(session.state).toMatchObject({ kind: "stopped", reason: { kind: "closed" } });
    expect(connections).toBe(13);
    expect(session.effects).toContainEqual({ type: "settle", id: 1, outcome: { kind: "lost" } });
  });

  it("that are answered start the count of retries anew", () => {
    const again = ready({ reconnect: true }).then(
      cut,
      { type: "timer", name: "retry" },
      ...login(2),
    );
    expect(again.state).toMatchObject({ kind: "ready", retries: 1 });
    expect(again.then(submit(1), echo(1)).state).toMatchObject({ retries: 0 });
    expect(again.then(frame(json({ type: "pong" }))).state).toMatchObject({ retries: 0 });
    expect(again.then(frame(binary(1))).state).toMatchObject({ retries: 0 });
  });

  it("cost the same each, however many wait: the others are shared, not copied", () => {
    const busy = ready().then(submit(1), submit(2), submit(3));
    const { front, back } = busy.state.pending;
    expect(busy.then(submit(4)).state.pending.back?.next).toBe(back);
    expect(busy.then(submit(4)).state.pending.front).toBe(front);
    const two = ready().then(submit(1), submit(2), echo(1), submit(3), submit(4));
    expect(two.then(echo(2)).state.pending).toHaveLength(2);
    expect(two.then(echo(2), echo(3)).state.pending.front?.value.id).toBe(4);
  });
});
