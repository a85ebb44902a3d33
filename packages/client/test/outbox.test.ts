import { getEventListeners } from "node:events";
import type { Payload } from "@wsecho/protocol";
import { beforeEach, describe, expect, it } from "vitest";
import { SessionError } from "../src/index.ts";
import { createOutbox, type Entry, type Outbox, type SubmitKind } from "../src/outbox.ts";
import type { SubmitOptions } from "../src/options.ts";

const text = (content: string): Payload => ({ kind: "text", text: content });

let outbox: Outbox;
let maxMessages: number;
let handed: Entry[];
let ready: boolean;
/** How many replies to sends find a place. */
let room: number;
beforeEach(() => {
  handed = [];
  ready = true;
  room = Infinity;
  maxMessages = 4;
  outbox = createOutbox({
    max: {
      get messages() {
        return maxMessages;
      },
      bytes: 10,
    },
    ready: () => ready,
    hasRoom: () => outbox.expected().messages < room,
    wireSize: (payload) =>
      payload.kind === "text" && payload.text === "too big" ? { bytes: 7, maxBytes: 6 } : null,
    submit: (entry) => {
      handed.push(entry);
      // As the session does: each change of state looks for what may go next.
      outbox.pump();
    },
  });
});

/** Submits without waiting; what became of it is read later. */
function submit(kind: SubmitKind, content: string, options?: SubmitOptions): { outcome: unknown } {
  const result: { outcome: unknown } = { outcome: "waiting" };
  outbox.submit(kind, text(content), options).then(
    (payload) => (result.outcome = payload),
    (error: unknown) => (result.outcome = (error as SessionError).reason.kind),
  );
  return result;
}
const settled = (): Promise<unknown> => new Promise(setImmediate);
const contents = (): unknown[] =>
  handed.map(({ payload }) => payload.kind === "text" && payload.text);
const echo = (id: number): unknown => outbox.settle(id, { kind: "echoed", payload: text("reply") });

describe("messages on their way", () => {
  it("wait for a session, and then leave in the order of the calls", () => {
    ready = false;
    submit("ask", "1");
    submit("send", "2");
    submit("ask", "3");
    expect(contents()).toEqual([]);
    ready = true;
    outbox.pump();
    expect(contents()).toEqual(["1", "2", "3"]);
    expect(handed.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it("go one after the other, not one within the other, however many wait", () => {
    maxMessages = Infinity;
    ready = false;
    for (let i = 0; i < 50_000; i += 1) submit("ask", "");
    ready = true;
    outbox.pump();
    expect(handed).toHaveLength(50_000);
  });

  it("are bounded by their number", () => {
    for (const content of ["1", "2", "3", "4", "5", "6"]) submit("ask", content);
    expect(contents()).toEqual(["1", "2", "3", "4"]);
    echo(2);
    outbox.pump();
    expect(contents()).toEqual(["1", "2", "3", "4", "5"]);
  });

  it("are bounded by their bytes, asks and sends together", () => {
    submit("ask", "12345");
    submit("send", "1234");
    submit("ask", "é");
    expect(contents()).toEqual(["12345", "1234"]);
    echo(1);
    outbox.pump();
    expect(contents()).toEqual(["12345", "1234", "é"]);
  });

  it("may be bigger than all the room, alone", () => {
    submit("ask", "x".repeat(100));
    submit("ask", "y");
    expect(contents()).toEqual(["x".repeat(100)]);
    echo(1);
    outbox.pump();
    expect(contents()).toHaveLength(2);
  });

  it("keep their order among sends, while asks overtake those that wait for the reader", () => {
    room = 1;
    submit("send", "1");
    submit("send", "2");
    submit("ask", "3");
    submit("send", "4");
    expect(contents()).toEqual(["1", "3"]);
    room = Infinity;
    outbox.pump();
    expect(contents()).toEqual(["1", "3", "2", "4"]);
  });

  it("tell a send that it is accepted, and an ask its echo", async () => {
    const [send, ask] = [submit("send", "1"), submit("ask", "2")];
    await settled();
    expect([send.outcome, ask.outcome]).toEqual([text("1"), "waiting"]);
    echo(2);
    await settled();
    expect(ask.outcome).toEqual(text("reply"));
  });

  it("leave an aborted one out, and go on with those behind it", async () => {
    const controller = new AbortController();
    room = 0;
    const aborted = submit("send", "1", { signal: controller.signal });
    room = 1;
    controller.abort();
    submit("send", "2");
    await settled();
    expect(aborted.outcome).toBe("aborted");
    expect(contents()).toEqual(["2"]);
  });

  it("let go of the signal once they are settled", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const asked = submit("ask", "1", { signal });
    const sent = submit("send", "2", { signal });
    const waits = submit("ask", "too big", { signal });
    echo(1);
    await settled();
    expect(getEventListeners(signal, "abort")).toEqual([]);
    controller.abort();
    await settled();
    const outcomes = [asked, sent, waits].map(({ outcome }) => outcome);
    expect(outcomes).toEqual([text("reply"), text("2"), "tooBig"]);
  });

  it("that are too big for the server never leave, and hold up nobody", async () => {
    const refused = submit("ask", "too big");
    submit("ask", "1");
    await settled();
    expect(refused.outcome).toBe("tooBig");
    expect(contents()).toEqual(["1"]);
  });

  it("end once, each with its outcome", async () => {
    const failure = new SessionError({ kind: "closed", code: 1006, reason: "" }, "It broke.");
    const [lost, unsent, rejected] = ["1", "2", "3"].map((content) => submit("ask", content));
    ready = false;
    const waiting = submit("ask", "4");
    outbox.settle(1, { kind: "lost" }, failure);
    outbox.settle(2, { kind: "unsent" }, failure);
    outbox.settle(3, { kind: "refused", code: 1011, message: "the handler failed" });
    expect(outbox.settle(1, { kind: "lost" })).toBeUndefined();
    outbox.end(failure);
    const late = submit("ask", "5");
    await settled();
    const outcomes = [lost, unsent, rejected, waiting, late].map((result) => result?.outcome);
    expect(outcomes).toEqual(["lost", "unsent", "rejected", "unsent", "unsent"]);
    expect(outbox.asks()).toBe(0);
    expect(outbox.expected()).toEqual({ messages: 0, bytes: 0 });
  });

  it("are found by id, or by their bytes, which have none on the wire", () => {
    const data = Uint8Array.of(1);
    void outbox.submit("ask", { kind: "binary", data });
    submit("ask", "2");
    expect(outbox.find(data)?.id).toBe(1);
    expect(outbox.find(2)?.payload).toEqual(text("2"));
    expect(outbox.find(Uint8Array.of(1))).toBeUndefined();
    expect(outbox.find(3)).toBeUndefined();
    echo(1);
    expect(outbox.find(data)).toBeUndefined();
  });
});
