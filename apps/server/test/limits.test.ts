import { expect, test } from "vitest";
import { createServer, type ServerLimits } from "../src/index.ts";
import { soon } from "./support/soon.ts";
import { connect, connectPlain, connectV1 } from "./support/client.ts";
import {
  binary,
  connectRaw,
  frame,
  handshake,
  header,
  openRaw,
  text,
  type RawPeer,
} from "./support/raw.ts";
import { startLimited } from "./support/start-limited.ts";
import { startServer, testUsers } from "./support/start-server.ts";

const closeCode = async (peer: RawPeer): Promise<number> => {
  for (;;) {
    const { opcode, payload } = await peer.frame();
    if (opcode === 8) return payload.readUInt16BE(0);
  }
};

test.each(["plain", "v1"])(
  "accepts the largest message and closes 1009 above it: %s",
  async (d) => {
    const limits = { maxMessageBytes: 1000, maxLoginBytes: 100 };
    const { url } = await startServer({ limits });
    for (const size of [1000, 1001]) {
      const client = await (d === "plain" ? connectPlain(url) : connectV1(url));
      client.send(Buffer.alloc(size));
      if (size === 1000) expect(await client.next()).toHaveLength(1000);
      else expect((await client.closed).code).toBe(1009);
    }
  },
);

test.each([undefined, "wsecho.v1"])(
  "closes 1009 for a large message before login: %s",
  async (p) => {
    const { url } = await startServer({ limits: { maxLoginBytes: 100 } });
    const client = await connect(url, p);
    client.send("x".repeat(101));
    expect(await client.closed).toEqual({ code: 1009, reason: "message too big" });
  },
);

test("counts the limit over fragments", async () => {
  const { port } = await startServer({ limits: { maxMessageBytes: 100 } });
  const peer = await openRaw(port);
  peer.socket.write(Buffer.concat([text("admin:123456"), frame(0x01, "x".repeat(60))]));
  await peer.frame();
  peer.socket.write(frame(0x80, "x".repeat(41)));
  expect(await closeCode(peer)).toBe(1009);
});

test("refuses a large message before login at its header, fragments together", async () => {
  const { port, log, met } = await startLimited({ maxLoginBytes: 1000, closeTimeoutMs: 60_000 });
  const whole = await openRaw(port);
  // No byte of the payload follows.
  whole.socket.write(header(0x82, 1001));
  const cut = await openRaw(port);
  cut.socket.write(Buffer.concat([frame(0x02, "x".repeat(600)), header(0x80, 401)]));
  for (const peer of [whole, cut]) {
    expect(await closeCode(peer)).toBe(1009);
    await peer.ended;
  }
  expect(log.map(({ fields }) => fields["close"])).toContain("tooBig");
  expect(met).toEqual(["max-login", "max-login"]);
});

test("stops guarding after the login", async () => {
  const { port } = await startServer({ limits: { maxLoginBytes: 100 } });
  const peer = await openRaw(port);
  peer.socket.write(text("admin:123456"));
  await peer.frame();
  peer.socket.write(binary(Buffer.alloc(100_000)));
  expect((await peer.frame()).payload).toHaveLength(100_000);
});

test.each([
  ["an unmasked frame", Buffer.from([0x81, 0x01, 0x61]), 1002],
  ["a reserved bit", frame(0xc1, "a"), 1002],
  ["a reserved opcode", frame(0x83, "a"), 1002],
  ["a fragmented ping", frame(0x09, "a"), 1002],
  ["a ping of 126 bytes", frame(0x89, "a".repeat(126)), 1002],
  ["a continuation of nothing", frame(0x80, "a"), 1002],
  ["a text inside a fragmented one", Buffer.concat([frame(0x01, "a"), frame(0x81, "b")]), 1002],
  ["a close frame of one byte", frame(0x88, "a"), 1002],
  ["a close with code 1005", frame(0x88, Buffer.from([0x03, 0xed])), 1002],
  ["text that is not UTF-8", frame(0x81, Buffer.from([0xc3, 0x28])), 1007],
  ["a length of 2^60", Buffer.concat([frameOfLength(2n ** 60n)]), 1009],
])("answers %s, before login and after, and serves others", async (_, bytes, code) => {
  const { port, url } = await startServer();
  const other = await connectPlain(url);
  const early = await openRaw(port);
  const late = await openRaw(port);
  late.socket.write(text("admin:123456"));
  await late.frame();
  for (const peer of [early, late]) {
    peer.socket.write(bytes);
    expect(await closeCode(peer)).toBe(code);
  }
  other.send("still here");
  expect(await other.next()).toBe("your submit context: still here");
});

function frameOfLength(length: bigint): Buffer {
  const bytes = Buffer.alloc(14);
  bytes.set([0x82, 0xff]);
  bytes.writeBigUInt64BE(length, 2);
  return bytes;
}

test.each([
  ["of one byte", "a"],
  ["empty", ""],
])("closes 1008 for a message in too many fragments: %s", async (_, piece) => {
  const { port, met } = await startLimited({ maxFragments: 10 }, { allowAnonymous: true });
  const [good, bad] = [
    await openRaw(port, {}, "GET /echo HTTP/1.1"),
    await openRaw(port, {}, "GET /echo HTTP/1.1"),
  ];
  const fragments = Array.from({ length: 9 }, (_, i) => frame(i === 0 ? 0x01 : 0x00, piece));
  good.socket.write(Buffer.concat([...fragments, frame(0x80, piece)]));
  expect((await good.frame()).payload.toString()).toBe(piece.repeat(10));
  bad.socket.write(Buffer.concat([...fragments, frame(0x00, piece), frame(0x00, piece)]));
  expect(await closeCode(bad)).toBe(1008);
  expect(met).toEqual(["max-fragments"]);
});

test("closes 1008 for a session's message in too many fragments", async () => {
  const { port, met } = await startLimited({ maxFragments: 10 });
  const peer = await openRaw(port);
  peer.socket.write(frame(0x01));
  for (let i = 0; i < 10; i++) peer.socket.write(frame(0x00));
  expect(await closeCode(peer)).toBe(1008);
  expect(met).toEqual(["max-fragments"]);
});

const manyFields = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`X-${i}`, "x"]));
test.each([
  // Nobody has read so far that it was to be a handshake.
  ["a header too large", { "X-Large": "x".repeat(2000) }, "max-header", []],
  ["too many fields", manyFields, "max-headers", [431]],
])("answers 431 to %s, of a handshake and of a request", async (_, headers, limit, statuses) => {
  const limits = { maxHeaderBytes: 2000, maxHeaderFields: 20 };
  const { port, met, refused, url } = await startLimited(limits);
  for (const upgrade of ["websocket", null]) {
    const peer = await connectRaw(port);
    peer.socket.write(handshake({ ...headers, Upgrade: upgrade }));
    expect(await peer.answer()).toMatch(/^HTTP\/1\.1 431 /);
    peer.socket.end();
    await peer.ended;
  }
  expect(met).toEqual([limit, limit]);
  expect(refused).toEqual(statuses);
  await connectPlain(url);
});

test("answers 408 to a request that does not end, and counts it", async () => {
  const { port, met } = await startLimited({ handshakeTimeoutMs: 100 });
  const peer = await connectRaw(port);
  peer.socket.write("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  expect(await peer.answer()).toMatch(/^HTTP\/1\.1 408 /);
  await peer.ended;
  expect(met).toEqual(["handshake-timeout"]);
});

test("closes 4429 when more messages wait than may", async () => {
  const { url } = await startServer({
    limits: { backlogMessages: 10 },
    onMessage: () => new Promise(() => undefined),
  });
  const client = await connectPlain(url);
  client.send(...Array.from({ length: 12 }, () => "x"));
  expect(await client.closed).toEqual({ code: 4429, reason: "too many messages" });
});

test("closes 1013 where a peer leaves its answers unread, having stopped reading it", async () => {
  const limits = { slowTimeoutMs: 300, highWaterBytes: 64 * 1024, closeTimeoutMs: 200 };
  const { port, log, url } = await startServer({ limits });
  const other = await connectPlain(url);
  const peer = await openRaw(port);
  peer.socket.write(text("admin:123456"));
  await peer.frame();
  peer.socket.pause();
  const message = binary(Buffer.alloc(512 * 1024));
  const before = process.memoryUsage().arrayBuffers;
  // Ends by itself: once the server reads no more, nothing of ours leaves.
  for (let i = 0; i < 200 && peer.socket.writableLength < 32 * 1024 * 1024; i++) {
    peer.socket.write(message);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(peer.socket.writableLength).toBeGreaterThan(0);
  await expect.poll(() => log.map(({ fields }) => fields["close"]), soon).toContain("tooSlow");
  // Both ends live in this process: what is not ours to send is what the server holds.
  const held = process.memoryUsage().arrayBuffers - before - peer.socket.writableLength;
  expect(held).toBeLessThan(8 * 1024 * 1024);
  other.send("still here");
  expect(await other.next()).toBe("your submit context: still here");
  await expect.poll(() => log.map(({ message }) => message), soon).toContain("closed");
});

test("goes on where a slow peer reads again", async () => {
  const { port, met } = await startLimited({ highWaterBytes: 64 * 1024 });
  const peer = await openRaw(port);
  peer.socket.write(text("admin:123456"));
  await peer.frame();
  peer.socket.pause();
  const count = 60;
  for (let i = 0; i < count; i++) peer.socket.write(binary(Buffer.alloc(256 * 1024, i)));
  // Neither side moves any more: the server has stopped reading.
  let left = -1;
  const isStuck = (): boolean => left === (left = peer.socket.writableLength);
  await expect.poll(isStuck, { ...soon, interval: 30 }).toBe(true);
  expect(left).toBeGreaterThan(0);
  peer.socket.resume();
  for (let i = 0; i < count; i++) {
    const { payload } = await peer.frame();
    expect([payload.length, payload[0]]).toEqual([256 * 1024, i]);
  }
  expect(new Set(met)).toEqual(new Set(["high-water"]));
});

test("answers 503 above its number of connections, and takes the next when one has gone", async () => {
  const { url } = await startServer({ limits: { maxConnections: 2 } });
  const first = await connect(url);
  await connect(url);
  await expect(connect(url)).rejects.toThrow("503");
  first.socket.close();
  await first.closed;
  await expect
    .poll(() =>
      connect(url).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
});

test.each<[keyof ServerLimits, number]>([
  ["maxMessageBytes", 0],
  ["authTimeoutMs", 2 ** 31],
  ["maxAttempts", 1.5],
  ["idleTimeoutMs", NaN],
])("refuses the limit %s = %d", async (name, value) => {
  const users = await testUsers();
  expect(() => createServer({ users, limits: { [name]: value } })).toThrow(
    `limits.${name} must be a whole number`,
  );
});

test.each<[string, Buffer, string]>([
  ["a reserved opcode", frame(0x83, "a"), "1002 protocol error"],
  [
    "text that is not UTF-8",
    frame(0x81, Buffer.from([0xc3, 0x28])),
    "1007 text is not valid UTF-8",
  ],
  ["a length of 2^60", frameOfLength(2n ** 60n), "1009 message too big"],
])("says in words what was wrong with a frame: %s", async (_, bytes, words) => {
  const { port } = await startServer({ allowAnonymous: true });
  const [code, reason] = [Number(words.slice(0, 4)), words.slice(5)];
  const session = await openRaw(port, { "Sec-WebSocket-Protocol": "wsecho.v1" });
  expect((await session.frame()).payload.toString()).toContain("hello");
  const echo = await openRaw(port, {}, "GET /echo HTTP/1.1");
  for (const peer of [session, echo]) peer.socket.write(bytes);
  const said: unknown = JSON.parse((await session.frame()).payload.toString());
  expect(said).toMatchObject({ type: "error", code, message: reason });
  for (const peer of [session, echo]) {
    const { opcode, payload } = await peer.frame();
    expect([opcode, payload.readUInt16BE(0), payload.subarray(2).toString()]).toEqual([
      8,
      code,
      reason,
    ]);
    await peer.ended;
  }
});
