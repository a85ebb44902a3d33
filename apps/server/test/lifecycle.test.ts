import { expect, test } from "vitest";
import { soon } from "./support/soon.ts";
import { connect, connectPlain, connectV1, refusedHandshake } from "./support/client.ts";
import {
  connectRaw,
  frame,
  handshake,
  header,
  openRaw,
  text,
  type RawPeer,
} from "./support/raw.ts";
import { startLimited } from "./support/start-limited.ts";
import { startServer } from "./support/start-server.ts";

test("closes every session with 1001, or 1012 before a restart, and then takes nobody", async () => {
  for (const [restarting, code] of [
    [false, 1001],
    [true, 1012],
  ] as const) {
    const { url, server } = await startServer({ allowAnonymous: true });
    const clients = [
      await connect(url),
      await connectPlain(url),
      await connectV1(url),
      await connect(`${url}/echo`),
    ];
    await server.close({ restarting });
    for (const client of clients) expect((await client.closed).code).toBe(code);
    await expect(connect(url)).rejects.toThrow("ECONNREFUSED");
  }
});

test("answers what it had accepted before it closes, and takes nothing more", async () => {
  const release: (() => void)[] = [];
  const { url, server } = await startServer({
    limits: { closeTimeoutMs: 5000 },
    onMessage: (message) =>
      new Promise((resolve) => {
        release.push(() => resolve(message.kind === "text" ? message.text : message.data));
      }),
  });
  const client = await connectPlain(url);
  client.send("one", "two");
  await expect.poll(() => release.length, soon).toBe(1);
  const closing = server.close();
  await expect.poll(() => refusedHandshake(url).then(({ status }) => status), soon).toBe(503);
  client.send("too late");
  release.shift()?.();
  expect(await client.next()).toBe("your submit context: one");
  await expect.poll(() => release.length, soon).toBe(1);
  release.shift()?.();
  expect(await client.next()).toBe("your submit context: two");
  expect((await client.closed).code).toBe(1001);
  await closing;
  expect(client.rest()).toEqual([]);
});

test("answers 503 to handshakes and requests while it drains, and says when to come back", async () => {
  const { url, httpUrl, server } = await startServer({
    limits: { closeTimeoutMs: 60_000, drainTimeoutMs: 60_000 },
    onMessage: () => new Promise(() => undefined),
  });
  const client = await connectPlain(url);
  client.send("never answered");
  client.socket.ping();
  await new Promise((resolve) => client.socket.once("pong", resolve));
  const closing = server.close();
  const answer = await refusedHandshake(url);
  expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "1"]);
  const page = await fetch(httpUrl);
  expect([page.status, page.headers.get("connection")]).toEqual([503, "close"]);
  client.socket.terminate();
  await closing;
});

test("cuts what does not answer its close, idle and silent connections too", async () => {
  const { port, server, httpUrl } = await startServer({
    limits: { closeTimeoutMs: 60_000, drainTimeoutMs: 200 },
  });
  const stubborn = await openRaw(port);
  const silent = await connectRaw(port);
  const half = await connectRaw(port);
  half.socket.write("GET / HTTP/1.1\r\nHost: ");
  await (await fetch(httpUrl)).text();
  await server.close();
  await Promise.all([stubborn.ended, silent.ended, half.ended]);
});

test("cuts a session that does not answer its close after the close timeout", async () => {
  const { port, met } = await startLimited({ authTimeoutMs: 30, closeTimeoutMs: 30 });
  const peer = await openRaw(port);
  expect((await peer.frame()).payload.readUInt16BE(0)).toBe(4408);
  await peer.ended;
  expect(met).toEqual(["auth-timeout"]);
});

test("closes once, however often it is asked, also before it listened", async () => {
  const { server } = await startServer();
  const first = server.close();
  expect(server.close()).toBe(first);
  await first;
  await server.close();
});

test("listens once, and reports a port in use", async () => {
  const { server, port } = await startServer();
  expect((await server.listen()).port).toBe(port);
  await expect(startServer({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});

test("says an address that can be connected to", async () => {
  const every = await startServer({ host: "0.0.0.0" });
  expect(every.url).toBe(`ws://127.0.0.1:${every.port}`);
  const six = await startServer({ host: "::1" });
  expect(six.httpUrl).toBe(`http://[::1]:${six.port}`);
  const client = await connectPlain(six.url);
  client.send("six");
  expect(await client.next()).toBe("your submit context: six");
});

const login = text("admin:123456");
/** Where a peer can vanish: what it has sent, and how many frames it has seen. */
const stages: readonly (readonly [string, Buffer, number])[] = [
  ["before its request", Buffer.alloc(0), 0],
  ["inside its request", Buffer.from(handshake().slice(0, 50)), 0],
  ["right behind its handshake", Buffer.from(handshake()), 0],
  ["while its login is checked", Buffer.concat([Buffer.from(handshake()), login]), 0],
  ["once logged in", Buffer.concat([Buffer.from(handshake()), login]), 1],
  ["inside a frame", Buffer.concat([Buffer.from(handshake()), login, header(0x81, 1000)]), 1],
  ["inside a message", Buffer.concat([Buffer.from(handshake()), login, frame(0x01, "a")]), 1],
  ["with replies on their way", Buffer.concat([Buffer.from(handshake()), login, ...many()]), 2],
  ["with its close frame", Buffer.concat([Buffer.from(handshake()), login, frame(0x88)]), 1],
  ["behind a refusal", Buffer.from(handshake({ "Sec-WebSocket-Version": "8" })), 0],
];

function many(): Buffer[] {
  return Array.from({ length: 500 }, () => text("x".repeat(1000)));
}

test.each(stages)("survives a peer that vanishes %s", async (_, sent, frames) => {
  const { port, url, server, log } = await startServer();
  const leave: readonly ((peer: RawPeer) => void)[] = [
    ({ socket }) => void socket.resetAndDestroy(),
    ({ socket }) => void socket.destroy(),
    ({ socket }) => void socket.end(),
  ];
  for (const go of leave) {
    const peer = await connectRaw(port);
    if (sent.length > 0) await new Promise((resolve) => peer.socket.write(sent, resolve));
    for (let i = 0; i < frames; i++) await peer.frame();
    go(peer);
    await peer.ended;
  }
  const client = await connectPlain(url);
  client.send("still here");
  expect(await client.next()).toBe("your submit context: still here");
  await server.close();
  // Whoever got in is known to have gone.
  const count = (message: string): number =>
    log.filter((entry) => entry.message === message).length;
  expect(count("closed")).toBe(count("connected"));
});

test("waits for no answer to a half-closed connection", async () => {
  const { port } = await startServer();
  const peer = await openRaw(port);
  peer.socket.write(login);
  await peer.frame();
  peer.socket.end();
  await peer.ended;
});

test("takes no more from a session that it is closing", async () => {
  const { port } = await startServer({ limits: { maxAttempts: 1, closeTimeoutMs: 200 } });
  const peer = await openRaw(port);
  peer.socket.write(Buffer.concat([text("admin:wrong"), login, text("x")]));
  expect((await peer.frame()).payload.toString()).toContain("sorry");
  expect((await peer.frame()).payload.readUInt16BE(0)).toBe(4429);
  peer.socket.write(login);
  await expect(peer.frame()).rejects.toThrow("the server closed the connection");
});

test("logs connections by number, with no payload and no secret", async () => {
  const { url, log, server } = await startServer();
  const client = await connectV1(url);
  client.sendJson({ type: "submit", id: 1, text: "private words" });
  await client.next();
  await server.close();
  expect(log.map(({ message, fields }) => [fields["conn"], message])).toEqual([
    [1, "connected"],
    [1, "login accepted"],
    [1, "closing"],
    [1, "closed"],
  ]);
  expect(JSON.stringify(log)).not.toMatch(/private words|123456/);
});
