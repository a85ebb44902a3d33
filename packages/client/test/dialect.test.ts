import { describe, expect, it } from "vitest";
import {
  connect,
  createSession,
  type ConnectOptions,
  type Socket,
  type Transport,
} from "../src/index.ts";
import { wsTransport } from "../src/ws.ts";
import { fakeClock } from "./support/clock.ts";
import { owned } from "./support/owned.ts";
import { speakPlain, speakV1, startPeer } from "./support/peer.ts";
import { isType, record } from "./support/record.ts";

const admin = { username: "admin", password: "123456" };
const transports: Readonly<Record<string, ConnectOptions>> = {
  "the platform's WebSocket": {},
  "the ws package": { transport: wsTransport() },
};

/** A plain server selects nothing; clients fail that connection (RFC 6455 leaves it open). */
const selectsNothing = { handleProtocols: () => false as const };

for (const [name, transport] of Object.entries(transports)) {
  const options = { ...admin, ...transport };

  describe(`auto over ${name}`, () => {
    it("falls back to plain where the server selects no subprotocol", async () => {
      const server = await startPeer((socket) => speakPlain(socket), selectsNothing);
      const log = record();
      await using session = await connect(server.url, {
        ...options,
        dialect: "auto",
        onEvent: log.onEvent,
      });
      expect(session.status).toEqual({ kind: "ready", dialect: "plain" });
      expect(await session.ask("hello")).toBe("hello");
      expect(await session.ask(Uint8Array.of(1))).toEqual(Uint8Array.of(1));
      expect(log.events.filter(isType("closed"))).toEqual([]);
    });

    it("falls back where a library selected v1 and the server stays silent", async () => {
      const server = await startPeer((socket) => speakPlain(socket));
      const clock = fakeClock();
      const log = record();
      const session = createSession(server.url, {
        ...options,
        dialect: "auto",
        clock,
        onEvent: log.onEvent,
      });
      owned(session);
      await clock.untilDelay(3000);
      clock.pass(3000);
      await session.ready;
      expect(session.status.dialect).toBe("plain");
      expect(await session.ask("hello")).toBe("hello");
      expect(log.events.filter(isType("closed"))).toEqual([]);
      expect(clock.delays()).toEqual([]);
    });

    it("falls back where the server greets in other words", async () => {
      const server = await startPeer((socket) => {
        socket.send("welcome, please log in");
        speakPlain(socket);
      });
      await using session = await connect(server.url, { ...options, dialect: "auto" });
      expect(session.status.dialect).toBe("plain");
      // The greeting of the plain connection is for the person.
      const { value } = await session.messages().next();
      expect(value).toEqual({ kind: "text", text: "welcome, please log in" });
    });

    it("falls back where a server drops the line at the sight of v1", async () => {
      const server = await startPeer((socket) => {
        if (socket.protocol === "") speakPlain(socket);
        else socket.terminate();
      });
      await using session = await connect(server.url, { ...options, dialect: "auto" });
      expect(session.status.dialect).toBe("plain");
    });

    it("never goes back to plain once v1 was spoken", async () => {
      const server = await startPeer((socket) => {
        if (server.sockets.length === 1) speakV1(socket);
        else speakPlain(socket);
      });
      const clock = fakeClock();
      const log = record();
      const session = await connect(server.url, {
        ...options,
        dialect: "auto",
        reconnect: true,
        random: () => 0,
        limits: { maxRetries: 1 },
        clock,
        onEvent: log.onEvent,
      });
      server.sockets[0]?.terminate();
      await log.untilStatus("waiting");
      clock.pass(0);
      await clock.untilDelay(3000);
      clock.pass(3000);
      expect(await session.closed).toEqual({
        kind: "unreachable",
        detail: "the server agreed to wsecho.v1 but does not speak it",
      });
      expect(server.sockets).toHaveLength(2);
    });

    it("hears why a v1 server closes before its first word", async () => {
      const server = await startPeer((socket) => socket.close(1013, "try again later"));
      await expect(connect(server.url, { ...options, dialect: "auto" })).rejects.toMatchObject({
        reason: { kind: "closed", code: 1013 },
      });
    });
  });

  describe(`v1 over ${name}`, () => {
    it("never becomes plain, and says what to set", async () => {
      const heard: unknown[] = [];
      const server = await startPeer((socket) => {
        socket.on("message", (data) => heard.push(data));
      }, selectsNothing);
      const failed = connect(server.url, options);
      await expect(failed).rejects.toThrow(/set dialect: "plain" or "auto"/);
      await expect(failed).rejects.toMatchObject({ reason: { kind: "unreachable" } });
      expect(heard).toEqual([]);
      expect(server.sockets).toHaveLength(1);
    });

    it("stops where the server breaks it", async () => {
      const server = await startPeer((socket) => socket.send("not JSON"));
      const failed = connect(server.url, options);
      await expect(failed).rejects.toThrow(/not JSON.*set dialect: "plain" or "auto"/);
      await expect(failed).rejects.toMatchObject({ reason: { kind: "protocol" } });
    });
  });

  describe(`plain over ${name}`, () => {
    it("asks again after each refusal, and gives up where nobody can be asked", async () => {
      const server = await startPeer((socket) => speakPlain(socket));
      const passwords = ["wrong", "still:wrong", "123456"];
      const credentials = () => ({ username: "admin", password: passwords.shift() ?? "" });
      await using session = await connect(server.url, {
        ...transport,
        dialect: "plain",
        credentials,
      });
      expect(await session.ask("in")).toBe("in");
      const refused = connect(server.url, { ...options, password: "wrong", dialect: "plain" });
      await expect(refused).rejects.toMatchObject({ reason: { kind: "refused" } });
    });
  });
}

/** A program's own, whose methods stand in its class. */
class WrappedSocket implements Socket {
  readonly #inner: Socket;
  constructor(inner: Socket) {
    this.#inner = inner;
  }
  send(data: string | Uint8Array): void {
    this.#inner.send(data);
  }
  close(code: number, reason: string): void {
    this.#inner.close(code, reason);
  }
  drop(): void {
    this.#inner.drop();
  }
}

describe("a transport whose sockets are of a class", () => {
  it.each(["v1", "auto"] as const)("is as good as any other with %s", async (dialect) => {
    const server = await startPeer((socket) => speakV1(socket));
    const inner = wsTransport();
    const transport: Transport = (...args) => new WrappedSocket(inner(...args));
    await using session = await connect(server.url, { ...admin, transport, dialect });
    expect(await session.ask("hello")).toBe("hello");
  });
});

describe("a transport that opens without the subprotocol", () => {
  it("leads to plain with auto, and to an error with v1", async () => {
    const server = await startPeer((socket) => speakPlain(socket), selectsNothing);
    // As platforms do that follow RFC 6455 to the letter: they open, with nothing selected.
    const lax = wsTransport();
    const transport = ((url, _protocols, listener) => lax(url, [], listener)) satisfies typeof lax;
    await using session = await connect(server.url, { ...admin, transport, dialect: "auto" });
    expect(session.status.dialect).toBe("plain");
    await expect(connect(server.url, { ...admin, transport })).rejects.toMatchObject({
      reason: { kind: "subprotocol", expected: "wsecho.v1", selected: "" },
    });
  });
});
