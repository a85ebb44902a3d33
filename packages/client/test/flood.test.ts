import type { Payload } from "@wsecho/protocol";
import { describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import { connect, type ConnectOptions, type SessionEvent } from "../src/index.ts";
import { wsTransport } from "../src/ws.ts";
import { fakeClock } from "./support/clock.ts";
import { owned } from "./support/owned.ts";
import { speakPlain, speakV1, startPeer, type Peer } from "./support/peer.ts";
import { isType, record } from "./support/record.ts";

const admin = { username: "admin", password: "123456" };
const overWs: ConnectOptions = { ...admin, transport: wsTransport() };

const flooding = 20_000;

/** Logs in as the article's server does; then `flood` makes it talk unasked. */
async function floodingPeer(): Promise<Peer & { readonly flood: () => void }> {
  const server = await startPeer((socket) => speakPlain(socket));
  const flood = (): void => {
    for (let i = 0; i < flooding; i += 1)
      server.sockets[0]?.send(`${String(i)} ${"x".repeat(500)}`);
  };
  return { ...server, flood };
}

const number = (message: Payload | undefined): number | undefined =>
  message?.kind === "text" ? Number.parseInt(message.text, 10) : message?.data[0];

const isReceived =
  (expected: number) =>
  (event: SessionEvent): event is SessionEvent =>
    event.type === "received" && number(event.payload) === expected;

/** What the server could not hand over yet. */
const stuck = (socket: WebSocket | undefined): number => socket?.bufferedAmount ?? 0;

describe("a server that talks unasked, faster than anybody reads", () => {
  it("is held back by the ws transport, and nothing is dropped", async () => {
    const server = await floodingPeer();
    const bufferMessages = 100;
    const log = record();
    const session = await connect(server.url, {
      ...overWs,
      dialect: "plain",
      bufferMessages,
      onEvent: log.onEvent,
    });
    owned(session);
    const reader = session.messages();
    server.flood();
    let expected = 0;
    while (expected < 5000) {
      const { value } = await reader.next();
      expect(number(value)).toBe(expected);
      expected += 1;
      // Everything that was received is either read or in the buffer.
      const received = log.events.filter(isType("received")).length;
      expect(received - expected).toBeLessThanOrEqual(bufferMessages);
      if (expected === 200) expect(stuck(server.sockets[0])).toBeGreaterThan(1024 * 1024);
    }
    for (; expected < flooding; expected += 1) {
      const { value } = await reader.next();
      if (number(value) !== expected) expect(number(value)).toBe(expected);
    }
    expect(session.dropped).toBe(0);
    expect(await session.ask("still there")).toBe("still there");
  });

  it("is not held back while an ask waits behind its flood: that drops, and counts", async () => {
    const server = await floodingPeer();
    const session = await connect(server.url, { ...overWs, dialect: "plain", bufferMessages: 10 });
    owned(session);
    const reader = session.messages();
    server.flood();
    expect(number((await reader.next()).value)).toBe(0);
    // The loop's body asks, and reads nothing meanwhile.
    expect(await session.ask("behind the flood")).toBe("behind the flood");
    expect(session.dropped).toBeGreaterThan(flooding / 2);
    expect(session.dropped).toBeLessThan(flooding);
  });

  for (const [name, options] of [
    ["the platform's WebSocket, which cannot be held back", admin],
    ["the ws package, where nobody iterates", overWs],
  ] as const) {
    it(`fills the buffer and no more, over ${name}`, async () => {
      const server = await floodingPeer();
      const log = record();
      const session = await connect(server.url, {
        ...options,
        dialect: "plain",
        bufferMessages: 10,
        onEvent: log.onEvent,
      });
      owned(session);
      server.flood();
      await log.until(isReceived(flooding - 1));
      expect(session.dropped).toBe(flooding - 10);
      expect(log.events.filter(isType("problem"))).toMatchObject([
        { detail: expect.stringMatching(/dropped.*bufferMessages/) as string },
      ]);
      const reader = session.messages();
      for (let i = 0; i < 10; i += 1) expect(number((await reader.next()).value)).toBe(i);
      await session.send("room again");
      expect((await reader.next()).value).toMatchObject({ text: "room again" });
    });
  }

  it("is bounded by bytes as by messages", async () => {
    const server = await floodingPeer();
    const session = await connect(server.url, { ...admin, dialect: "plain", bufferBytes: 5000 });
    owned(session);
    server.flood();
    await session.ask("behind the flood");
    // Ten messages of some 502 bytes are the first to reach the bound.
    expect(session.dropped).toBe(flooding - 10);
  });
});

describe("a server that is held back", () => {
  it("is not taken for dead", async () => {
    const server = await startPeer((socket) => speakV1(socket));
    const clock = fakeClock();
    const log = record();
    const { onEvent } = log;
    const session = await connect(server.url, { ...overWs, clock, bufferMessages: 2, onEvent });
    owned(session);
    const reader = session.messages();
    for (const byte of [1, 2, 3]) server.sockets[0]?.send(Uint8Array.of(byte));
    expect(number((await reader.next()).value)).toBe(1);
    // With 2 and 3 it is full.
    await log.until(isReceived(3));
    clock.pass(10 * 60_000);
    expect(session.status.kind).toBe("ready");
    expect(number((await reader.next()).value)).toBe(2);
    expect(number((await reader.next()).value)).toBe(3);
    expect(await session.ask("alive")).toBe("alive");
  });

  it("can still be left", async () => {
    const server = await floodingPeer();
    const session = await connect(server.url, { ...overWs, dialect: "plain", bufferMessages: 2 });
    const reader = session.messages();
    server.flood();
    await reader.next();
    expect(await session.close()).toEqual({ kind: "left" });
  });

  it("is let go when its reader leaves", async () => {
    const server = await floodingPeer();
    const session = await connect(server.url, { ...overWs, dialect: "plain", bufferMessages: 2 });
    owned(session);
    server.flood();
    for await (const message of session) {
      expect(number(message)).toBe(0);
      break;
    }
    expect(await session.ask("answered")).toBe("answered");
  });
});
