import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { answerPing } from "../../src/pongs.ts";
import { opcodes, ReplySocket } from "../../src/reply-socket.ts";
import type { SocketEvents } from "../../src/socket-events.ts";
import { clientFrame, serverFrame, textFrame } from "./frames.ts";
import { openWire } from "./wire.ts";

const nothing = Buffer.alloc(0);
const closeFrame = (code: number): Buffer =>
  clientFrame(0x88, Buffer.from([code >>> 8, code & 0xff]));

const ignore = (): void => undefined;
const ignoring: SocketEvents = {
  onMessage: ignore,
  onPing: ignore,
  onPong: ignore,
  onViolation: ignore,
  onError: ignore,
  onFlushed: ignore,
  onDrain: ignore,
  onClose: ignore,
};

/** Echoes behind a prefix, and answers pings, as sessions do. */
function open(prefix = "> ") {
  const opened = openWire({ WebSocket: ReplySocket, autoPong: false });
  const { webSocket, wire } = opened;
  let flushes = 0;
  webSocket.attach(wire.socket);
  webSocket.listen(wire.socket, {
    ...ignoring,
    onMessage: (data, isBinary) =>
      webSocket.reply(isBinary ? opcodes.binary : opcodes.text, Buffer.from(prefix), data),
    onPing: (data) => answerPing(webSocket, data),
    onFlushed: () => (flushes += 1),
  });
  return { ...opened, flushes: () => flushes };
}

const echoOf = (text: string): Buffer => serverFrame(opcodes.text, Buffer.from(`> ${text}`));

describe("a reply socket", () => {
  it("answers all that one read brought with one write, pings and large messages too", async () => {
    const { wire, flushes } = open();
    const large = "x".repeat(40_000);
    await wire.read(
      Buffer.concat([
        textFrame("a"),
        clientFrame(0x89, Buffer.from("p")),
        textFrame(large),
        textFrame("b"),
        ...Array<Buffer>(5000).fill(textFrame("many")),
      ]),
    );
    expect(wire.writes).toHaveLength(1);
    expect(wire.writes[0]).toEqual(
      Buffer.concat([
        echoOf("a"),
        serverFrame(opcodes.pong, Buffer.from("p")),
        echoOf(large),
        echoOf("b"),
        ...Array<Buffer>(5000).fill(echoOf("many")),
      ]),
    );
    expect(flushes()).toBe(1);
  });

  it("frames every length as RFC 6455 section 5.2 says, in one frame", async () => {
    for (const length of [
      0, 1, 31, 32, 33, 125, 126, 127, 16_383, 16_384, 16_385, 65_535, 65_536,
    ]) {
      const { wire } = open("");
      const payload = Buffer.alloc(length, "x");
      await wire.read(clientFrame(0x82, payload));
      expect(wire.writes, String(length)).toEqual([serverFrame(opcodes.binary, payload)]);
    }
  });

  it("leaves out the beginning of a payload where it is told to", async () => {
    for (const length of [5, 100, 50_000]) {
      const { webSocket, wire } = openWire({ WebSocket: ReplySocket, autoPong: false });
      webSocket.attach(wire.socket);
      const payload = Buffer.alloc(length, "0123456789");
      const expected = Buffer.concat([Buffer.from("p"), payload.subarray(3)]);
      webSocket.reply(opcodes.text, Buffer.from("p"), payload, 3);
      await wire.read(nothing);
      expect(Buffer.concat(wire.writes)).toEqual(serverFrame(opcodes.text, expected));
    }
  });

  it("keeps the replies of two sockets apart in one turn", async () => {
    const [one, other] = [open(), open()];
    for (const text of ["1", "2", "3"])
      for (const { webSocket } of [one, other])
        webSocket.reply(opcodes.text, nothing, Buffer.from(text));
    await one.wire.read(nothing);
    const expected = ["1", "2", "3"].map((text) => serverFrame(opcodes.text, Buffer.from(text)));
    expect(Buffer.concat(one.wire.writes)).toEqual(Buffer.concat(expected));
    expect(Buffer.concat(other.wire.writes)).toEqual(Buffer.concat(expected));
  });

  it("keeps what waits for a slow peer, whatever gathers meanwhile", async () => {
    const { wire } = open();
    await wire.reading(false);
    for (const text of ["a", "b", "c"]) await wire.read(textFrame(text));
    await wire.reading(true);
    expect(Buffer.concat(wire.writes)).toEqual(Buffer.concat(["a", "b", "c"].map(echoOf)));
  });

  it("drops what is said after the close", async () => {
    const { webSocket, wire } = open();
    webSocket.close(1000);
    webSocket.reply(opcodes.text, nothing, Buffer.from("late"));
    await wire.read(nothing);
    expect(wire.writes).toEqual([serverFrame(8, Buffer.from([0x03, 0xe8]))]);
  });
});

/** What ReplySocket takes for granted. A release of ws that does otherwise must not pass unseen. */
describe("the WebSocket library", () => {
  it("closes through close() where the peer closes, so that answers go first", async () => {
    const { wire } = open();
    await wire.read(Buffer.concat([textFrame("a"), closeFrame(1000)]));
    expect(Buffer.concat(wire.writes)).toEqual(
      Buffer.concat([echoOf("a"), serverFrame(8, Buffer.from([0x03, 0xe8]))]),
    );
  });

  it("closes through close() where the peer breaks a rule, so that answers go first", async () => {
    const { wire } = open();
    await wire.read(Buffer.concat([textFrame("a"), clientFrame(0xf1, Buffer.from("x"))]));
    expect(Buffer.concat(wire.writes)).toEqual(
      Buffer.concat([echoOf("a"), serverFrame(8, Buffer.from([0x03, 0xea]))]),
    );
  });

  it("answers no ping by itself, and tells of each", async () => {
    const { webSocket, wire } = openWire({ WebSocket: ReplySocket, autoPong: false });
    webSocket.attach(wire.socket);
    let pings = 0;
    webSocket.on("ping", () => (pings += 1));
    await wire.read(Buffer.concat(Array<Buffer>(3).fill(clientFrame(0x89, nothing))));
    expect(pings).toBe(3);
    expect(wire.writes).toEqual([]);
  });

  it("tells of all messages of one read in one turn, each with a buffer that stays", async () => {
    const { webSocket, wire } = openWire({ WebSocket: ReplySocket, autoPong: false });
    const told: Buffer[] = [];
    let turns = 0;
    webSocket.on("message", (data: Buffer) => {
      if (told.push(data) === 1) setImmediate(() => (turns = told.length));
    });
    await wire.read(Buffer.concat(["a", "b", "c"].map(textFrame)));
    expect(turns).toBe(3);
    await wire.read(textFrame("d"));
    expect(told.map(String)).toEqual(["a", "b", "c", "d"]);
  });

  it("writes nothing else: whatever a peer sends, all bytes come from reply() and close()", async () => {
    const { webSocket, wire } = open();
    const through: string[] = [];
    for (const name of ["send", "ping", "pong"] as const)
      webSocket[name] = () => void through.push(name);
    await wire.read(
      Buffer.concat([
        textFrame("a"),
        clientFrame(0x82, Buffer.from("b")),
        clientFrame(0x89, nothing),
        clientFrame(0x8a, nothing),
        closeFrame(1001),
      ]),
    );
    expect(through).toEqual([]);
    expect(webSocket.readyState).not.toBe(WebSocket.OPEN);
  });
});
