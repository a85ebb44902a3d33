import { describe, expect, it } from "vitest";
import type { SessionEvent, Status } from "@wsecho/client";
import type { Payload } from "@wsecho/protocol";
import {
  beginSession,
  initialView,
  reduceView,
  type NeverSent,
  type SessionView,
} from "../../src/session/view.ts";

const text = (value: string): Payload => ({ kind: "text", text: value });
const status = (kind: Status["kind"], more: Partial<Status> = {}): SessionEvent => ({
  type: "status",
  status: { kind, dialect: "v1", ...more },
});
const sent = (id: number, payload = text("hi")): SessionEvent => ({
  type: "sent",
  id,
  payload,
  resent: false,
});
const echoed = (id: number, payload = text("hi")): SessionEvent => ({
  type: "settled",
  id,
  outcome: { kind: "echoed", payload },
  rttMs: 1.5,
});

/** Events one after the other, at 1, 2, 3 … ms. */
const after = (
  events: readonly (SessionEvent | NeverSent)[],
  from: SessionView = initialView,
): SessionView =>
  reduceView(
    from,
    events.map((event, i) => ({ at: i + 1, event })),
  );

const entriesOf = (view: SessionView) => view.transcript.entries;

describe("reduceView", () => {
  it("follows the status and remembers when it changed", () => {
    const view = after([status("connecting"), status("greeting")]);
    expect(view).toMatchObject({ status: { kind: "greeting" }, statusAt: 2, established: false });
  });

  it("notes a login once, also where a renewal says ready again", () => {
    const view = after([status("ready", { user: "ada" }), status("ready", { user: "ada" })]);
    expect(view.established).toBe(true);
    expect(entriesOf(view)).toEqual([{ kind: "loggedIn", at: 1, seq: 1, user: "ada" }]);
  });

  it("knows when the login ends as the server said last, until the session ends", () => {
    const ends = (inMs: number): SessionEvent => ({ type: "loginEnds", inMs });
    const ready = after([status("ready")]);
    expect(ready.loginEndsAt).toBeNull();
    const told = after([ends(1000), ends(5000)], ready);
    expect(told.loginEndsAt).toBe(5002);
    expect(after([status("waiting")], told).loginEndsAt).toBeNull();
    // What no `Date` can hold is not shown, rather than breaking what shows it.
    expect(after([ends(Number.MAX_SAFE_INTEGER)], told).loginEndsAt).toBeNull();
  });

  it("notes a login again after a reconnect", () => {
    const view = after([status("ready"), status("waiting"), status("ready")]);
    expect(entriesOf(view).map(({ kind }) => kind)).toEqual(["loggedIn", "loggedIn"]);
  });

  it("puts a reply after what was sent, with its round trip and the comparison", () => {
    const view = after([sent(1), echoed(1)]);
    expect(entriesOf(view)).toMatchObject([
      { kind: "sent", id: 1, bytes: 2, fate: { kind: "echoed" } },
      {
        kind: "received",
        at: 2,
        bytes: 2,
        echo: { id: 1, rttMs: 1.5, check: { kind: "identical" } },
      },
    ]);
    expect(view.figures.roundTrips).toEqual([1.5]);
  });

  it("says where a reply differs", () => {
    const view = after([sent(1, text("hello")), echoed(1, text("help!"))]);
    expect(entriesOf(view)[1]).toMatchObject({ echo: { check: { kind: "differs", atByte: 3 } } });
  });

  it("claims nothing of a reply whose message is no longer kept", () => {
    expect(entriesOf(after([echoed(7)]))).toMatchObject([
      { kind: "received", echo: { check: null } },
    ]);
  });

  it("shows each other outcome at the message itself", () => {
    const outcomes = [
      { kind: "lost" },
      { kind: "unsent" },
      { kind: "refused", code: 1011, message: "broken" },
    ] as const;
    for (const outcome of outcomes) {
      const view = after([sent(1), { type: "settled", id: 1, outcome, rttMs: null }]);
      expect(entriesOf(view)).toMatchObject([{ kind: "sent", fate: outcome }]);
      expect(view.figures.roundTrips).toEqual([]);
    }
  });

  it("keeps a message that never got its turn, so that nothing typed is lost", () => {
    const view = after([{ type: "neverSent", payload: text("late") }]);
    expect(entriesOf(view)).toMatchObject([{ kind: "sent", id: null, fate: { kind: "unsent" } }]);
  });

  it("shows messages that answer nothing, errors and problems", () => {
    const view = after([
      { type: "received", payload: text("motd") },
      { type: "serverError", code: 4400, message: "no" },
      { type: "problem", detail: "why" },
    ]);
    expect(entriesOf(view)).toMatchObject([
      { kind: "received", echo: null },
      { kind: "serverError", code: 4400, message: "no" },
      { kind: "problem", detail: "why" },
    ]);
    expect(view.problem).toBe("why");
  });

  it.each([
    ["server", "ready", 1012],
    ["page", "closing", 1000],
    ["nobody", "ready", 1006],
  ] as const)("knows that a connection was closed by %s", (by, kind, code) => {
    const view = after([status(kind), { type: "closed", code, reason: "" }]);
    expect(view.closed).toEqual({ code, reason: "", by });
    expect(entriesOf(view).at(-1)).toMatchObject({ kind: "closed", by });
  });
});

describe("beginSession", () => {
  it("keeps the transcript and forgets the rest", () => {
    const old = after([
      status("ready"),
      sent(1),
      echoed(1),
      { type: "closed", code: 1012, reason: "" },
    ]);
    const view = beginSession(old);
    const { transcript, figures } = old;
    expect(view).toEqual({ ...initialView, transcript, figures });
  });

  it("does not take the reply to a new message for one to an old with the same id", () => {
    const view = after(
      [sent(1, text("new")), echoed(1, text("new"))],
      beginSession(after([sent(1)])),
    );
    expect(entriesOf(view)).toMatchObject([
      { kind: "sent", fate: { kind: "lost" } },
      { kind: "sent", fate: { kind: "echoed" } },
      { kind: "received", echo: { check: { kind: "identical" } } },
    ]);
  });
});
