import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ReplySocket, opcodes } from "../src/reply-socket.ts";
import { takeTurns, turnBytes } from "../src/turns.ts";
import { clientFrame, serverFrame } from "./echo/frames.ts";
import { openWire } from "./echo/wire.ts";

describe("turns", () => {
  it("are taken in order, so many bytes in each", async () => {
    const bytes = turnBytes / 2;
    const read: number[] = [];
    for (let i = 0; i < 7; i++) takeTurns(bytes, () => read.push(i));
    expect(read).toEqual([0, 1]);
    await setImmediate();
    expect(read).toEqual([0, 1, 2, 3]);
    // Who comes now does not overtake those that wait.
    takeTurns(bytes, () => read.push(7));
    await setImmediate();
    await setImmediate();
    expect(read).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await setImmediate();
    takeTurns(bytes, () => read.push(8));
    expect(read.at(-1)).toBe(8);
    await setImmediate();
  });
});

describe("peers that send all they can", () => {
  const nothing = Buffer.alloc(0);

  function open(events: string[], name: string) {
    const { webSocket, wire } = openWire({ WebSocket: ReplySocket, autoPong: false });
    webSocket.attach(wire.socket);
    webSocket.on("message", (data: Buffer) => {
      events.push(name);
      webSocket.reply(opcodes.binary, nothing, data);
    });
    return { wire, send: (bytes: Buffer) => wire.socket.push(Buffer.from(bytes)) };
  }

  it("do not keep another waiting until all that they have sent is answered", async () => {
    const events: string[] = [];
    const large = clientFrame(0x82, Buffer.alloc(100_000));
    const floods = Array.from({ length: 10 }, () => open(events, "flood"));
    const other = open(events, "other");
    for (const { send } of floods) for (let i = 0; i < 5; i++) send(large);
    // One read of each is answered by then, and what has its turn.
    await setImmediate();
    expect(events.length).toBeLessThan(30);
    // Small reads wait for no turn, so it is read on at once.
    const short = ["short", "shorter", "brief"].map((word) => Buffer.from(word));
    for (const word of short) other.send(clientFrame(0x82, word));
    await setImmediate();
    const answers = short.map((word) => serverFrame(opcodes.binary, word));
    expect(Buffer.concat(other.wire.writes)).toEqual(Buffer.concat(answers));
    expect(events.length).toBeLessThan(50);
    for (let turns = 0; turns < 100 && events.length < 53; turns++) await setImmediate();
    expect(events).toHaveLength(53);
    for (const { wire } of floods)
      expect(Buffer.concat(wire.writes)).toHaveLength(5 * (10 + 100_000));
  });

  it("read a long message to its end once it has begun", async () => {
    const events: string[] = [];
    const { send } = open(events, "long");
    const frame = clientFrame(0x82, Buffer.alloc(1024 * 1024));
    for (let at = 0; at < frame.length; at += 64 * 1024) send(frame.subarray(at, at + 64 * 1024));
    await setImmediate();
    expect(events).toEqual(["long"]);
    await setImmediate();
  });
});
