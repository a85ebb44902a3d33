import type { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import * as library from "ws";
import { ReplySocket, opcodes } from "../../src/reply-socket.ts";
import { clientFrame, serverFrame, textFrame } from "./frames.ts";
import { openWire } from "./wire.ts";

const nothing = Buffer.alloc(0);
const large = Buffer.alloc(40_000, "x");

/** @param answer what is done with each message beside keeping it */
function open(answer: (webSocket: ReplySocket, data: Buffer) => void) {
  const { webSocket, wire } = openWire({ WebSocket: ReplySocket, autoPong: false });
  const chunks: Buffer[] = [];
  const messages: Buffer[] = [];
  wire.socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  webSocket.attach(wire.socket);
  webSocket.on("message", (data: Buffer) => {
    messages.push(data);
    answer(webSocket, data);
  });
  return { webSocket, wire, chunks, messages };
}

const echo = (webSocket: ReplySocket, data: Buffer): void =>
  webSocket.reply(opcodes.binary, nothing, data);
const keep = (): void => undefined;
const many = Buffer.concat(Array<Buffer>(1000).fill(textFrame("a short message")));

describe("what was read", () => {
  it("is given back when all messages in it are answered", async () => {
    const { wire, chunks, messages } = open(echo);
    await wire.read(many);
    expect(messages).toHaveLength(1000);
    expect(Buffer.concat(wire.writes)).toHaveLength(1000 * (2 + "a short message".length));
    expect(chunks.map(({ length }) => length)).toEqual([0]);
  });

  it("stays where somebody else has a message of it", async () => {
    const { wire, chunks, messages } = open(keep);
    await wire.read(many);
    expect(chunks.map(({ length }) => length)).toEqual([many.length]);
    expect(new Set(messages.map(String))).toEqual(new Set(["a short message"]));
  });

  it("stays as long as a message in it is not there as a whole", async () => {
    const { wire, chunks, messages } = open(echo);
    const frame = textFrame("unfinished");
    const beginning = Buffer.concat([many, frame.subarray(0, 8)]);
    await wire.read(beginning);
    expect(chunks[0]).toHaveLength(beginning.length);
    await wire.read(frame.subarray(8));
    expect(wire.writes.at(-1)).toEqual(serverFrame(opcodes.binary, Buffer.from("unfinished")));
    expect(messages).toHaveLength(1001);
  });

  it("stays as long as a fragment in it waits for the next, whatever else was answered", async () => {
    const { wire, chunks } = open(echo);
    const whole = clientFrame(0x82, Buffer.alloc(10_000, "w"));
    // As many answers as payloads: but one of them is of the read before.
    const middle = Buffer.concat([whole.subarray(5000), clientFrame(0x02, large)]);
    await wire.read(whole.subarray(0, 5000));
    await wire.read(middle);
    expect(chunks[1]).toHaveLength(middle.length);
    await wire.read(clientFrame(0x80, Buffer.from("!")));
    const expected = Buffer.concat([large, Buffer.from("!")]);
    expect(wire.writes.at(-1)).toEqual(serverFrame(opcodes.binary, expected));
  });

  it("is given back when it was joined with more, and so is the message when it has left", async () => {
    const { wire, chunks, messages } = open(echo);
    const frame = clientFrame(0x82, large);
    await wire.reading(false);
    for (let at = 0; at < frame.length; at += 20_000)
      await wire.read(frame.subarray(at, at + 20_000));
    // The last is small.
    expect(chunks.map(({ length }) => length)).toEqual([0, 0, frame.length - 40_000]);
    expect(messages[0]).toHaveLength(large.length);
    await wire.reading(true);
    expect(messages[0]).toHaveLength(0);
    expect(Buffer.concat(wire.writes)).toEqual(serverFrame(opcodes.binary, large));
  });
});

describe("a read between two messages", () => {
  const frame = clientFrame(0x82, large);
  const [head, tail] = [frame.subarray(0, 15_000), frame.subarray(15_000)];

  it("is given back when it was joined with more on both sides", async () => {
    const { wire, chunks, messages } = open(echo);
    for (const bytes of [head, Buffer.concat([tail, head]), tail]) await wire.read(bytes);
    expect(chunks.map(({ length }) => length)).toEqual([head.length, 0, 0]);
    expect(messages).toHaveLength(2);
    const reply = serverFrame(opcodes.binary, large);
    expect(Buffer.concat(wire.writes)).toEqual(Buffer.concat([reply, reply]));
  });

  it("stays where a message stands in it that somebody has", async () => {
    const { wire, chunks, messages } = open(keep);
    const between = Buffer.concat([tail, textFrame("a short message"), head]);
    for (const bytes of [head, between, tail]) await wire.read(bytes);
    expect(chunks[1]).toHaveLength(between.length);
    expect(messages[1]?.toString()).toBe("a short message");
  });
});

describe("a mask", () => {
  it("waits for its payload, whatever others send meanwhile", async () => {
    const [one, other] = [open(echo), open(echo)];
    const payload = Buffer.from([0x6f ^ 0x11, 0x6e ^ 0x22, 0x65 ^ 0x33]);
    await one.wire.read(Buffer.from([0x82, 0x83, 0x11, 0x22, 0x33, 0x44]));
    await other.wire.read(textFrame("other"));
    await one.wire.read(payload);
    expect(one.messages.map(String)).toEqual(["one"]);
    expect(other.messages.map(String)).toEqual(["other"]);
  });
});

/** What QuickReceiver takes for granted. A release of ws that does otherwise must not pass unseen. */
describe("the decoder of the WebSocket library", () => {
  const { prototype } = (library as unknown as { Receiver: { prototype: object } }).Receiver;
  const users = (field: string): readonly string[] =>
    Object.entries(Object.getOwnPropertyDescriptors(prototype))
      .filter(([name, { value }]) => name !== "constructor" && String(value).includes(field))
      .map(([name]) => name);

  it("takes bytes out of what was read in one place", () => {
    expect(users("._buffers")).toEqual(["_write", "consume"]);
    expect(users("._bufferedBytes")).toEqual(
      expect.arrayContaining(["_write", "consume", "getInfo", "getMask", "getData"]),
    );
  });

  it("needs a mask until its payload is unmasked, and no longer", () => {
    expect(users("._mask[")).toEqual(["getData"]);
    expect(users("._mask =")).toEqual(["getMask", "getData"]);
  });

  it("looks at each part of a header before it takes the next", () => {
    expect(users("consume(").filter((name) => name !== "consume")).toEqual([
      "getInfo",
      "getPayloadLength16",
      "getPayloadLength64",
      "getMask",
      "getData",
    ]);
    expect(users("= this.consume(")).toEqual([
      "getInfo",
      "getPayloadLength16",
      "getPayloadLength64",
      "getMask",
      "getData",
    ]);
  });

  it("passes messages on to the WebSocket, and does nothing else with them", () => {
    const { webSocket } = open(keep);
    const { _receiver: receiver } = webSocket as unknown as { _receiver: EventEmitter };
    expect(receiver.listeners("message").map(String)).toEqual([
      "function receiverOnMessage(data, isBinary) {\n  this[kWebSocket].emit('message', data, isBinary);\n}",
    ]);
  });

  it("counts its states so, and keeps them there", async () => {
    const { webSocket, wire } = open(keep);
    const { _receiver: receiver } = webSocket as unknown as { _receiver: { _state: number } };
    const frame = clientFrame(0x82, Buffer.alloc(70_000));
    const seen: number[] = [];
    for (const [from, to] of [
      [0, 1],
      [1, 2],
      [2, 10],
      [10, 14],
      [14, 15],
    ]) {
      await wire.read(frame.subarray(from, to));
      seen.push(receiver._state);
    }
    expect(seen).toEqual([0, 2, 3, 4, 4]);
  });
});
