import { randomBytes } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { soon } from "./support/soon.ts";
import { connect, connectPlain, connectV1 } from "./support/client.ts";
import { binary, connectRaw, frame, handshake, openRaw } from "./support/raw.ts";
import { startLimited } from "./support/start-limited.ts";

const offer = { "Sec-WebSocket-Extensions": "permessage-deflate" };
const compressed = { compress: true, allowAnonymous: true };

test("is off unless it is asked for", async () => {
  const { url } = await startLimited({}, { allowAnonymous: true });
  expect((await connect(url)).socket.extensions).toBe("");
});

test("keeps no context, on either side, whatever the peer offers", async () => {
  const { port } = await startLimited({}, compressed);
  const peer = await connectRaw(port);
  peer.socket.write(handshake(offer));
  const answer = await peer.answer();
  expect(answer).toMatch(/permessage-deflate;.*server_no_context_takeover/);
  expect(answer).toContain("client_no_context_takeover");
});

test.each(["plain", "v1", "echo"])("echoes every size and kind as it came: %s", async (kind) => {
  const { url } = await startLimited({ compressThresholdBytes: 100 }, compressed);
  const client = await (kind === "plain"
    ? connectPlain(url)
    : kind === "v1"
      ? connectV1(url)
      : connect(`${url}/echo`));
  expect(client.socket.extensions).toContain("permessage-deflate");
  for (const size of [0, 1, 99, 100, 1000, 100_000]) {
    const data = size > 1000 ? Buffer.alloc(size, "abc") : randomBytes(size);
    client.send(data);
    expect(await client.next()).toEqual(data);
  }
});

test("sends what is worth it compressed, and small messages as they are", async () => {
  const { port } = await startLimited({ compressThresholdBytes: 100 }, compressed);
  const peer = await openRaw(port, offer, "GET /echo HTTP/1.1");
  peer.socket.write(binary(Buffer.alloc(99)));
  expect((await peer.frame()).first).toBe(0x82);
  peer.socket.write(binary(Buffer.alloc(10_000)));
  const { first, payload } = await peer.frame();
  expect(first).toBe(0xc2);
  expect(payload.length).toBeLessThan(100);
});

test.each([
  ["after login", "GET /echo HTTP/1.1"],
  ["before login", "GET / HTTP/1.1"],
])("ends a bomb with 1009 and little memory: %s", async (_, request) => {
  const { port, url } = await startLimited({}, compressed);
  // A thousand times as large as the message that may come, from what is not too large itself.
  const bomb = deflateRawSync(Buffer.alloc(256 * 1024 * 1024)).subarray(0, 8000);
  const peers = await Promise.all(Array.from({ length: 20 }, () => openRaw(port, offer, request)));
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
  for (const peer of peers) peer.socket.write(frame(0xc2, bomb));
  for (const peer of peers) {
    const { opcode, payload } = await peer.frame();
    expect([opcode, payload.readUInt16BE(0)]).toEqual([8, 1009]);
  }
  clearInterval(watch);
  expect(most - before).toBeLessThan(128 * 1024 * 1024);
  const client = await connectPlain(url);
  client.send("still here");
  expect(await client.next()).toBe("your submit context: still here");
});

test("closes 1002 for what cannot be inflated, says so in words and in the log, and serves others", async () => {
  const { port, url, met, log } = await startLimited({}, compressed);
  const echo = await openRaw(port, offer, "GET /echo HTTP/1.1");
  const v1 = await openRaw(port, { ...offer, "Sec-WebSocket-Protocol": "wsecho.v1" });
  expect((await v1.frame()).payload.toString()).toContain("hello");
  for (const peer of [echo, v1])
    peer.socket.write(frame(0xc2, Buffer.from([0xff, 0xff, 0xff, 0xff])));
  const said: unknown = JSON.parse((await v1.frame()).payload.toString());
  expect(said).toMatchObject({ type: "error", code: 1002, message: "protocol error" });
  for (const peer of [echo, v1]) {
    const { payload } = await peer.frame();
    expect([payload.readUInt16BE(0), payload.toString("utf8", 2)]).toEqual([
      1002,
      "protocol error",
    ]);
  }
  const ends = log.flatMap(({ fields }) => fields["close"] ?? []);
  expect(ends).toEqual(["protocolError", "protocolError"]);
  const socket = new WebSocket(`${url}/echo`);
  await expect.poll(() => socket.readyState, soon).toBe(socket.OPEN);
  socket.terminate();
  expect(met).toEqual([]);
});
