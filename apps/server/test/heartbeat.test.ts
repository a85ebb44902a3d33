import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { WebSocket } from "ws";
import { createHeartbeat, type Beat, type Heartbeat } from "../src/heartbeat.ts";
import { byOurClock } from "./support/our-clock.ts";
import { soon } from "./support/soon.ts";
import { connect, connectPlain, connectV1 } from "./support/client.ts";
import { frame, header, openRaw, text, type RawPeer } from "./support/raw.ts";
import { startLimited } from "./support/start-limited.ts";

describe("by a clock of our own", () => {
  const intervalMs = 8000;
  let dead = 0;
  let heartbeat: Heartbeat;
  beforeEach(() => {
    vi.useFakeTimers();
    dead = 0;
    heartbeat = createHeartbeat({
      intervalMs: () => intervalMs,
      messageTimeoutMs: () => 3 * intervalMs,
      onDead: () => (dead += 1),
    });
  });
  afterEach(() => {
    heartbeat.stop();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  function fake(options: Partial<Beat> = {}, answers = false) {
    const socket = { bytesRead: 0 };
    const seen = { pings: 0, cut: 0, ended: 0 };
    const webSocket = Object.assign(new EventEmitter(), {
      OPEN: 1,
      readyState: 1,
      isPaused: false,
      _receiver: { _state: 0, _bufferedBytes: 0, _fragmented: 0 },
      ping() {
        seen.pings += 1;
        if (answers) socket.bytesRead += 6;
      },
      terminate() {
        seen.cut += 1;
        webSocket.readyState = 3;
      },
    });
    const beat: Beat = {
      webSocket: webSocket as unknown as WebSocket,
      socket: socket as unknown as Socket,
      shutDown: () => void (seen.ended += 1),
      mayBeDeaf: false,
      endsAtMs: Infinity,
      turn: 0,
      bytesRead: -1,
      pinged: false,
      inside: null,
      ...options,
    };
    heartbeat.add(beat);
    return { seen, socket, webSocket, remove: () => heartbeat.remove(beat) };
  }

  test("pings the silent once in an interval, and cuts them within two", () => {
    const silent = fake();
    const alive = fake({}, true);
    vi.advanceTimersByTime(intervalMs);
    expect([silent.seen, alive.seen].map(({ pings }) => pings)).toEqual([1, 1]);
    vi.advanceTimersByTime(intervalMs);
    expect([silent.seen.cut, alive.seen.cut, dead]).toEqual([1, 0, 1]);
    vi.advanceTimersByTime(10 * intervalMs);
    expect(alive.seen).toEqual({ pings: 12, cut: 0, ended: 0 });
  });

  test.each([0.1, 0.5, 0.9, 1, 1.4, 1.9])(
    "cuts within two intervals whoever dies %d intervals after it came",
    (lived) => {
      const { seen, socket, webSocket } = fake({}, true);
      vi.advanceTimersByTime(lived * intervalMs);
      socket.bytesRead += 1;
      webSocket.ping = () => undefined;
      vi.advanceTimersByTime(2 * intervalMs);
      expect(seen.cut).toBe(1);
    },
  );

  test("does not disturb whoever is busy", () => {
    const { seen, socket } = fake();
    for (let i = 0; i < 40; i++) {
      socket.bytesRead += 1;
      vi.advanceTimersByTime(intervalMs / 4);
    }
    expect(seen).toEqual({ pings: 0, cut: 0, ended: 0 });
  });

  test("takes any byte for life, of whatever it is a part", () => {
    const { seen, socket } = fake();
    for (let i = 0; i < 20; i++) {
      socket.bytesRead += 1;
      vi.advanceTimersByTime(intervalMs);
    }
    expect(seen.cut).toBe(0);
  });

  test("does not cut whom we do not read, nor who may be deaf", () => {
    const held = fake();
    held.webSocket.isPaused = true;
    const deaf = fake({ mayBeDeaf: true });
    vi.advanceTimersByTime(10 * intervalMs);
    expect([held.seen.cut, deaf.seen.cut, dead]).toEqual([0, 0, 0]);
    held.webSocket.isPaused = false;
    vi.advanceTimersByTime(2 * intervalMs);
    expect(held.seen.cut).toBe(1);
  });

  test("sees to each an interval after it came, not to all in one breath", () => {
    const tick = intervalMs / 64;
    const many = Array.from({ length: 64 }, () => {
      const one = fake({}, true);
      vi.advanceTimersByTime(tick);
      return one;
    });
    expect(many.filter(({ seen }) => seen.pings > 0)).toHaveLength(1);
    vi.advanceTimersByTime(15 * tick);
    expect(many.filter(({ seen }) => seen.pings > 0)).toHaveLength(16);
  });

  test("ends who has been here for long enough, once the time has come", () => {
    const { seen } = fake({ endsAtMs: performance.now() + 5 * intervalMs }, true);
    vi.advanceTimersByTime(4 * intervalMs);
    expect(seen.ended).toBe(0);
    vi.advanceTimersByTime(2 * intervalMs);
    expect(seen.ended).toBe(1);
  });

  /** Time passes, and every now and then a byte of some message comes. */
  function dribble({ socket, webSocket }: ReturnType<typeof fake>, intervals: number): void {
    webSocket._receiver._state = 4;
    for (let i = 0; i < 4 * intervals; i++) {
      socket.bytesRead += 1;
      vi.advanceTimersByTime(intervalMs / 4);
    }
  }

  test("ends, once, whose message has not come to its end in time", () => {
    const peer = fake();
    dribble(peer, 3);
    expect(peer.seen.ended).toBe(0);
    dribble(peer, 1);
    expect(peer.seen.ended).toBe(1);
    // It stays open while an answer is owed.
    dribble(peer, 8);
    expect(peer.seen).toEqual({ pings: 0, cut: 0, ended: 1 });
  });

  test("counts each message's time anew, and none while the server itself does not read", () => {
    const peer = fake();
    for (let i = 0; i < 10; i++) {
      dribble(peer, 2);
      peer.webSocket.emit("message");
    }
    peer.webSocket.isPaused = true;
    dribble(peer, 10);
    peer.webSocket.isPaused = false;
    dribble(peer, 2);
    expect(peer.seen.ended).toBe(0);
    dribble(peer, 2);
    expect(peer.seen.ended).toBe(1);
    expect(peer.webSocket.listenerCount("message")).toBeLessThan(2);
  });

  test("forgets who has gone", () => {
    const { seen, remove } = fake();
    remove();
    vi.advanceTimersByTime(10 * intervalMs);
    expect(seen).toEqual({ pings: 0, cut: 0, ended: 0 });
  });
});

const pings = async (peer: RawPeer, count: number): Promise<void> => {
  for (let seen = 0; seen < count;) if ((await peer.frame()).opcode === 9) seen += 1;
};

test.each([
  ["a session in v1", { "Sec-WebSocket-Protocol": "wsecho.v1" }, "GET / HTTP/1.1"],
  ["/echo", {}, "GET /echo HTTP/1.1"],
])("cuts a peer that answers no ping: %s", async (_, headers, request) => {
  const { port, met, log } = await startLimited({ pingIntervalMs: 60 }, { allowAnonymous: true });
  const peer = await openRaw(port, headers, request);
  await peer.ended;
  expect(met).toEqual(["ping-interval"]);
  await expect.poll(() => log.map(({ fields }) => fields["code"]), soon).toContain(1006);
});

test("leaves a deaf peer of the plain dialect alone, and still answers it", async () => {
  const { port, met } = await startLimited({ pingIntervalMs: 30 });
  const peer = await openRaw(port);
  peer.socket.write(text("admin:123456"));
  // It hears, but answers nothing: its program waits for a person.
  await pings(peer, 6);
  peer.socket.write(text("still here"));
  for (;;) {
    const { opcode, payload } = await peer.frame();
    if (opcode === 1 && payload.toString() === "your submit context: still here") break;
  }
  expect(met).toEqual([]);
});

test.each([
  ["the first byte of a frame", Buffer.of(0x81)],
  ["a header", header(0x81, 1000)],
  ["half a header", header(0x81, 1000).subarray(0, 3)],
  ["half a frame", Buffer.concat([header(0x81, 1000), Buffer.alloc(100)])],
  ["a fragment", frame(0x01, "half")],
])("cuts a deaf peer that stops behind %s, and not one that finishes", async (_, half) => {
  const { port, met } = await startLimited({ pingIntervalMs: 60 });
  const other = await openRaw(port);
  other.socket.write(Buffer.concat([text("admin:123456"), ...cutInTwo, frame(0x8a, "unasked")]));
  const peer = await openRaw(port);
  peer.socket.write(Buffer.concat([text("admin:123456"), half]));
  await peer.ended;
  expect(met).toEqual(["ping-interval"]);
  // As silent, but behind whole messages.
  await pings(other, 4);
  expect(met).toEqual(["ping-interval"]);
});

test.each([
  ["plain", {}, "GET / HTTP/1.1", [text("admin:123456")]],
  ["before login, in v1", { "Sec-WebSocket-Protocol": "wsecho.v1" }, "GET / HTTP/1.1", []],
  ["/echo, in fragments, behind whole messages", {}, "GET /echo HTTP/1.1", [text("whole")]],
])(
  "[T10] closes 4408 for a message that comes byte by byte: %s",
  async (_, headers, request, start) => {
    const { port, met } = await startLimited(
      { pingIntervalMs: 60, messageTimeoutMs: 150 },
      { allowAnonymous: true },
    );
    const peer = await openRaw(port, headers, request);
    const fragments = request.includes("/echo");
    peer.socket.write(Buffer.concat([...start, fragments ? frame(0x01, "a") : header(0x81, 5000)]));
    const drip = setInterval(
      () => peer.socket.write(fragments ? frame(0x00, "a") : Buffer.of(0)),
      10,
    );
    for (;;) {
      const { opcode, payload } = await peer.frame();
      if (opcode !== 8) continue;
      expect([payload.readUInt16BE(0), payload.subarray(2).toString()]).toEqual([
        4408,
        "message took too long",
      ]);
      break;
    }
    await peer.ended;
    clearInterval(drip);
    expect(met).toEqual(["message-timeout"]);
  },
);

test.each([
  ["plain", "GET / HTTP/1.1", [text("admin:123456")]],
  ["/echo", "GET /echo HTTP/1.1", []],
])("[T10] goes on with a peer that is always inside of another message: %s", (_, request, start) =>
  byOurClock(async () => {
    const limits = { pingIntervalMs: 128, messageTimeoutMs: 1000 };
    const { port, met } = await startLimited(limits, { allowAnonymous: true });
    const peer = await openRaw(port, {}, request);
    peer.socket.write(Buffer.concat([...start, frame(0x01, "a")]));
    if (start.length > 0) await peer.frame();
    for (let i = 0; i < 100; i++) {
      peer.socket.write(Buffer.concat([frame(0x80, "z"), frame(0x01, "a")]));
      const { opcode, payload } = await peer.frame();
      expect([opcode, payload.toString().slice(-2)]).toEqual([1, "az"]);
      // Less than there is between two looks, so it is never silent.
      vi.advanceTimersByTime(20);
    }
    expect(met).toEqual([]);
  }),
);

const cutInTwo = [frame(0x01, "two"), frame(0x80, " halves")];

test("keeps peers that answer", async () => {
  const { url, met } = await startLimited({ pingIntervalMs: 30 }, { allowAnonymous: true });
  const clients = [await connectPlain(url), await connectV1(url), await connect(`${url}/echo`)];
  for (const { socket } of clients) {
    for (let i = 0; i < 5; i++) await new Promise((resolve) => socket.once("ping", resolve));
  }
  expect(met).toEqual([]);
});

test.each(["plain", "v1", "echo"])(
  "ends a session that has lasted long enough with 1001: %s",
  (kind) =>
    byOurClock(async () => {
      const limits = { maxSessionMs: 1000, pingIntervalMs: 10_000 };
      const { url, met } = await startLimited(limits, { allowAnonymous: true });
      const client = await (kind === "plain"
        ? connectPlain(url)
        : kind === "v1"
          ? connectV1(url)
          : connect(`${url}/echo`));
      client.send(Buffer.from("x"));
      expect(await client.next()).toEqual(Buffer.from("x"));
      // One look at it, and no second, which would wait for an answer to a ping.
      vi.advanceTimersByTime(6000);
      expect(await client.closed).toEqual({ code: 1001, reason: "session lasted long enough" });
      expect(met).toEqual(["max-session"]);
    }),
);
