import { describe, expect, it, onTestFinished, vi } from "vitest";
import { connect, createSession } from "../src/index.ts";
import { owned } from "./support/owned.ts";
import { say, speakV1, startPeer } from "./support/peer.ts";
import { isType, record } from "./support/record.ts";

const admin = { username: "admin", password: "123456" };

describe("the events of a session", () => {
  it("tell everything in order", async () => {
    const server = await startPeer((socket) => speakV1(socket));
    const log = record();
    const session = await connect(server.url, { ...admin, onEvent: log.onEvent });
    await session.ask("one");
    await session.close();
    expect(log.events.map((event) => (event.type === "status" ? event.status.kind : event.type)))
      // prettier-ignore
      .toEqual([
        "connecting",
        "greeting",
        "authenticating",
        "ready",
        "sent",
        "settled",
        "closing",
        "closed",
        "stopped",
      ]);
    expect(log.events.find(isType("settled"))).toMatchObject({
      id: 1,
      outcome: { kind: "echoed", payload: { kind: "text", text: "one" } },
      rttMs: expect.any(Number) as number,
    });
  });

  it("begin after the caller has the session in hand", async () => {
    const server = await startPeer((socket) => speakV1(socket));
    const kinds: string[] = [];
    const session = createSession(server.url, {
      ...admin,
      onEvent: () => kinds.push(session.status.kind),
    });
    owned(session);
    expect(kinds).toEqual([]);
    expect(session.status).toEqual({ kind: "connecting", dialect: "v1" });
    await session.ready;
    expect(kinds).toEqual(["connecting", "greeting", "authenticating", "ready"]);
  });

  it("may be answered at once, from within the handler", async () => {
    const server = await startPeer((socket) => speakV1(socket));
    const replies: Promise<string>[] = [];
    const session = createSession(server.url, {
      ...admin,
      onEvent: (event) => {
        if (event.type === "status" && event.status.kind === "ready")
          replies.push(session.ask("first"));
        if (event.type === "settled" && event.id === 1) replies.push(session.ask("second"));
        if (event.type === "settled" && event.id === 2) void session.close();
      },
    });
    expect(await session.closed).toEqual({ kind: "left" });
    expect(await Promise.all(replies)).toEqual(["first", "second"]);
  });

  it("hand on binary messages that nobody asked for, between the replies to texts", async () => {
    const server = await startPeer((socket) =>
      speakV1(socket, ({ type }) => {
        if (type === "auth") say(socket, { type: "ok", user: "admin", session: "s-1" });
        if (type === "auth" || type === "submit") socket.send(Uint8Array.of(1, 2, 3));
        return type === "auth";
      }),
    );
    await using session = await connect(server.url, admin);
    expect(session.status).toMatchObject({ kind: "ready", session: "s-1" });
    expect(await session.ask("text")).toBe("text");
    const seen = [];
    for await (const message of session) {
      seen.push(message);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual([
      { kind: "binary", data: Uint8Array.of(1, 2, 3) },
      { kind: "binary", data: Uint8Array.of(1, 2, 3) },
    ]);
  });

  it("that a handler throws over surface, and the session goes on", async () => {
    const server = await startPeer((socket) => speakV1(socket));
    const thrown: unknown[] = [];
    const spy = vi.spyOn(globalThis, "queueMicrotask").mockImplementation((callback) => {
      void Promise.resolve()
        .then(callback)
        .catch((error: unknown) => thrown.push(error));
    });
    onTestFinished(() => Promise.resolve(spy).then((mock) => mock.mockRestore()));
    const session = await connect(server.url, {
      ...admin,
      onEvent: ({ type }) => {
        throw new Error(`over ${type}`);
      },
    });
    expect(await session.ask("goes on")).toBe("goes on");
    await session.close();
    expect(thrown.map((error) => (error as Error).message)).toContain("over settled");
  });

  it("pass on what a v1 server says before it closes, and so does the error", async () => {
    const server = await startPeer((socket) => {
      say(socket, { type: "error", code: 1013, message: "too many connections", retry: "later" });
      socket.close(1013, "try again later");
    });
    const log = record();
    const failed = connect(server.url, { ...admin, onEvent: log.onEvent });
    await expect(failed).rejects.toMatchObject({ reason: { kind: "closed", code: 1013 } });
    await expect(failed).rejects.toThrow(/It said: too many connections\./);
    expect(log.events.filter(isType("serverError"))).toEqual([
      { type: "serverError", code: 1013, message: "too many connections" },
    ]);
  });

  it("do not mix up the words of two connections", async () => {
    const server = await startPeer((socket) => {
      const isFirst = server.sockets.length === 1;
      speakV1(socket, ({ type }) => {
        if (type !== "submit") return false;
        if (isFirst)
          say(socket, { type: "error", code: 1012, message: "old words", retry: "later" });
        socket.close(isFirst ? 1012 : 4403);
        return true;
      });
    });
    const session = await connect(server.url, { ...admin, reconnect: true, random: () => 0 });
    await expect(session.ask("1")).rejects.toMatchObject({ reason: { kind: "lost" } });
    const lost = (await session.ask("2").catch((error: unknown) => error)) as Error;
    expect(lost).toMatchObject({ reason: { kind: "lost" }, cause: { reason: { code: 4403 } } });
    expect((lost.cause as Error).message).not.toMatch(/old words/);
  });

  it("tell when a server refuses one message, and the session goes on", async () => {
    const server = await startPeer((socket) =>
      speakV1(socket, ({ type, id = 0, text }) => {
        if (type !== "submit" || text !== "bad") return false;
        say(socket, {
          type: "error",
          code: 1011,
          id,
          message: "the handler failed",
          retry: "later",
        });
        return true;
      }),
    );
    const log = record();
    await using session = await connect(server.url, { ...admin, onEvent: log.onEvent });
    await expect(session.ask("bad")).rejects.toMatchObject({
      reason: { kind: "rejected", code: 1011, message: "the handler failed" },
    });
    await session.send("bad");
    expect(await session.ask("good")).toBe("good");
    expect(log.events.filter(isType("settled")).map(({ outcome }) => outcome.kind)).toEqual([
      "refused",
      "refused",
      "echoed",
    ]);
  });
});

describe("what makes no sense", () => {
  it("is refused at once", async () => {
    for (const bufferMessages of [0, -1, 1.5, Number.NaN])
      expect(() => createSession("ws://localhost", { bufferMessages })).toThrow(RangeError);
    expect(() => createSession("ws://localhost", { bufferBytes: 0 })).toThrow(RangeError);
    const server = await startPeer((socket) => speakV1(socket));
    await using session = await connect(server.url, admin);
    for (const code of [0, 999, 1001, 1005, 2999, 5000, 3000.5])
      await expect(session.close({ code })).rejects.toThrow(RangeError);
    await expect(session.ask(1 as unknown as string)).rejects.toThrow(TypeError);
    await expect(session.send(null as unknown as string)).rejects.toThrow(TypeError);
    expect(await session.ask("untouched")).toBe("untouched");
  });

  it("is answered for a session that never began", async () => {
    const session = createSession("ws://localhost:1", admin);
    expect(await session.close()).toEqual({ kind: "left" });
    await expect(session.ready).rejects.toMatchObject({ reason: { kind: "left" } });
    await expect(session.ask("x")).rejects.toMatchObject({ reason: { kind: "unsent" } });
  });
});
