import { expect, test, vi } from "vitest";
import { plainTexts } from "@wsecho/protocol";
import { connect, connectPlain } from "./support/client.ts";
import { byOurClock } from "./support/our-clock.ts";
import { frame, handshake, openRaw, connectRaw, text } from "./support/raw.ts";
import { plantedPassword, startServer } from "./support/start-server.ts";

const accepted = "congratulation, you have connect with server\r\nnow, you can do something else";
const refused = "sorry, the username or password is wrong, please submit again";

test("says the article's texts, byte for byte", async () => {
  const { url } = await startServer();
  const client = await connect(url);
  client.send("admin:wrong");
  expect(await client.next()).toBe(refused);
  client.send("admin:123456");
  expect(await client.next()).toBe(accepted);
  client.send("hello");
  expect(await client.next()).toBe("your submit context: hello");
  client.socket.close(1000, "user exit");
  expect(await client.closed).toEqual({ code: 1000, reason: "user exit" });
});

test("selects no subprotocol", async () => {
  const { url } = await startServer();
  const client = await connect(url);
  expect(client.socket.protocol).toBe("");
});

test("splits name and password at the first colon", async () => {
  const { url } = await startServer();
  const client = await connect(url);
  client.send(`ada:${plantedPassword}`);
  expect(await client.next()).toBe(accepted);
});

test.each([
  ["a text without a colon", "admin"],
  ["a binary message", Buffer.from("admin:123456")],
  ["an empty text", ""],
  ["a name that cannot be one", "ad min:123456"],
  ["a password that cannot be one", "admin:"],
  ["a NUL", "admin\0:123456"],
])("takes %s as a refused attempt, after which the right login works", async (_, first) => {
  const { url } = await startServer();
  const client = await connect(url);
  client.send(first);
  expect(await client.next()).toBe(refused);
  client.send("admin:123456");
  expect(await client.next()).toBe(accepted);
});

test.each([
  ["an empty text", ""],
  ["exit", "exit"],
  ["a text with a byte order mark", "\ufeffhello"],
  ["emoji and NUL", "🙂\0🙃"],
  ["64 KiB of three-byte characters", "语".repeat(21_845)],
  ["what looks like v1", '{"type":"ping"}'],
])("echoes %s", async (_, payload) => {
  const { url } = await startServer();
  const client = await connectPlain(url);
  client.send(payload);
  expect(await client.next()).toBe(plainTexts.prefix + payload);
});

test("answers a binary message by itself, as binary", async () => {
  const { url } = await startServer();
  const client = await connectPlain(url);
  const payload = Buffer.from([0, 255, 10, 13, 0xc3, 0x28]);
  client.send(payload, Buffer.alloc(0));
  expect(await client.next()).toEqual(payload);
  expect(await client.next()).toEqual(Buffer.alloc(0));
});

test("answers in order what was sent before the verdict", async () => {
  const { url } = await startServer();
  const client = await connect(url);
  client.send("admin:nope", "admin:123456", "one", Buffer.from("two"), "three");
  const replies = [];
  for (let i = 0; i < 5; i++) replies.push(await client.next());
  expect(replies).toEqual([
    refused,
    accepted,
    "your submit context: one",
    Buffer.from("two"),
    "your submit context: three",
  ]);
});

test("reads several messages of one TCP segment, the handshake's included", async () => {
  const { port } = await startServer();
  const peer = await connectRaw(port);
  peer.socket.write(
    Buffer.concat([Buffer.from(handshake()), text("admin:123456"), text("a"), text("b")]),
  );
  expect(await peer.answer()).toContain("101 Switching Protocols");
  for (const reply of [accepted, "your submit context: a", "your submit context: b"])
    expect((await peer.frame()).payload.toString()).toBe(reply);
});

test("reads a login that comes one byte a segment", async () => {
  const { port } = await startServer();
  const peer = await connectRaw(port);
  const bytes = Buffer.concat([Buffer.from(handshake()), text("admin:123456"), text("x")]);
  for (const byte of bytes)
    await new Promise((resolve) => peer.socket.write(Buffer.of(byte), resolve));
  expect((await peer.frame()).payload.toString()).toBe(accepted);
  expect((await peer.frame()).payload.toString()).toBe("your submit context: x");
});

test("echoes in one unmasked text frame", async () => {
  const { port } = await startServer();
  const peer = await openRaw(port);
  peer.socket.write(text("admin:123456"));
  await peer.frame();
  // Sent as two fragments with a ping between; a character is split across them.
  const bytes = Buffer.from("né");
  peer.socket.write(
    Buffer.concat([
      frame(0x01, bytes.subarray(0, 2)),
      frame(0x89, "ping"),
      frame(0x80, bytes.subarray(2)),
    ]),
  );
  expect(await peer.frame()).toMatchObject({ first: 0x8a, payload: Buffer.from("ping") });
  expect(await peer.frame()).toMatchObject({
    first: 0x81,
    payload: Buffer.from("your submit context: né"),
  });
});

test("closes 4429 after the last attempt, having answered it", async () => {
  const { url } = await startServer({ limits: { maxAttempts: 3 } });
  const client = await connect(url);
  client.send("a:1", "b", Buffer.from("c"), "admin:123456");
  for (let i = 0; i < 3; i++) expect(await client.next()).toBe(refused);
  expect(await client.closed).toEqual({ code: 4429, reason: "too many login attempts" });
  expect(client.rest()).toEqual([]);
});

test("closes 4408 when nobody logs in, and has not said a word until then", async () => {
  const { url } = await startServer({ limits: { authTimeoutMs: 50 } });
  const client = await connect(url);
  expect(await client.closed).toEqual({ code: 4408, reason: "login took too long" });
  expect(client.rest()).toEqual([]);
});

test("keeps to the login time however often one tries", async () => {
  const { url } = await startServer({ limits: { authTimeoutMs: 200, maxAttempts: 1_000_000 } });
  const client = await connect(url);
  while (client.socket.readyState === client.socket.OPEN) {
    client.socket.send("admin:no");
    await client.next().catch(() => undefined);
  }
  expect((await client.closed).code).toBe(4408);
});

test("closes 4408 after the idle time, which pings alone do not extend", async () => {
  const { url } = await startServer({ limits: { idleTimeoutMs: 80 } });
  const client = await connectPlain(url);
  const pings = setInterval(() => client.socket.ping(), 10);
  const end = await client.closed;
  clearInterval(pings);
  expect(end).toEqual({ code: 4408, reason: "idle for too long" });
});

test("counts the idle time from the last message", () =>
  byOurClock(async () => {
    const { url } = await startServer({ limits: { idleTimeoutMs: 2000 } });
    const client = await connectPlain(url);
    for (let i = 0; i < 3; i++) {
      client.send("x");
      expect(await client.next()).toBe("your submit context: x");
      vi.advanceTimersByTime(1900);
    }
    vi.advanceTimersByTime(200);
    expect((await client.closed).code).toBe(4408);
  }));

test("lets a page from disk in, whose origin is null", async () => {
  const { url } = await startServer();
  const client = await connect(url, undefined, { origin: "null" });
  client.send("admin:123456");
  expect(await client.next()).toBe(accepted);
});

test("puts the prefix of its options before replies", async () => {
  const { url } = await startServer({ plainPrefix: "» " });
  const client = await connectPlain(url);
  client.send("hello");
  expect(await client.next()).toBe("» hello");
});
