import { describe, expect, test } from "vitest";
import { connect, connectPlain, connectV1 } from "../support/client.ts";
import { bytesOf, rulesOf, textsOf, watchFeed } from "../support/feed.ts";
import { connectRaw, frame, handshake, openRaw, text } from "../support/raw.ts";
import { plantedPassword, startServer, type TestServer } from "../support/start-server.ts";

const basic = Buffer.from("admin:123456").toString("base64");
const admin = { username: "admin", password: "123456" };

describe("the wire feed", () => {
  test("is a v1 session that has the feature, and begins as a capture file does", async () => {
    const { url } = await startServer();
    const client = await connect(`${url}/inspect`, "wsecho.v1");
    expect(await client.nextJson()).toMatchObject({ type: "hello", features: ["inspect"] });
    const feed = await watchFeed(url);
    expect(feed.session.status).toMatchObject({ kind: "ready", user: "ada" });
    const [first] = await feed.until("note", () => true);
    expect(first).toMatchObject({ code: "capture", reveal: false, conn: 0 });
  });

  test("has every byte in both directions as it was, also what came with the request", async () => {
    const { port, url } = await startServer({ limits: { pingIntervalMs: 60_000 } });
    const feed = await watchFeed(url, admin);
    const peer = await connectRaw(port);
    const head = (secret: string): Buffer =>
      Buffer.from(handshake({ "X-Mixed-CASE": "kept", Authorization: `Basic ${secret}` }));
    // All of it in the packet of the request.
    const frames = [
      text("with the request"),
      frame(0x01, "in frag"),
      frame(0x89, "ping"),
      frame(0x80, "ments"),
    ];
    peer.socket.write(Buffer.concat([head(basic), ...frames]));
    for (let i = 0; i < 3; i++) await peer.frame();
    for (const byte of text("byte by byte")) peer.socket.write(Buffer.of(byte));
    await peer.frame();
    const close = frame(0x88, Buffer.of(0x03, 0xe8));
    peer.socket.write(close);
    const received = Buffer.from(await peer.ended, "latin1");
    await feed.until("close", ({ dir }) => dir === "s2c");
    const [request] = await feed.until("handshake", ({ dir }) => dir === "c2s");
    const conn = request?.conn ?? 0;
    expect(bytesOf(feed.records, conn, "c2s")).toEqual(
      Buffer.concat([head("***"), ...frames, text("byte by byte"), close]),
    );
    expect(bytesOf(feed.records, conn, "s2c")).toEqual(received);
    expect(rulesOf(feed.records)).toEqual([]);
  });

  test("tells which connection is whose: by the id that ok and the log give a session", async () => {
    const { url, log } = await startServer();
    const feed = await watchFeed(url, admin);
    const client = await connect(url, "wsecho.v1");
    await client.nextJson();
    client.sendJson({ type: "auth", mechanism: "plain", user: "admin", password: "123456" });
    const { session } = await client.nextJson();
    const [note] = await feed.until("note", ({ code }) => code === "session");
    expect(note).toMatchObject({ session, user: "admin" });
    const shaken = await feed.until("handshake", () => true, 2);
    expect(shaken.map((record) => record.session)).toEqual([session, session]);
    const entry = log.find(({ fields }) => fields["conn"] === note?.conn);
    expect(entry?.fields).toMatchObject({ session });
  });

  test("tells how a connection began that is watched later, without secrets", async () => {
    const { url } = await startServer({ faults: true });
    const headers = { Authorization: `Basic ${basic}`, "X-Mixed-CASE": "kept" };
    const client = await connect(`${url}/?token=hidden`, "wsecho.v1", { headers });
    await client.nextJson();
    const { session } = await client.nextJson();
    const faulty = await connect(`${url}/?fault=no-pong`, "wsecho.v1", { headers });
    await faulty.nextJson();
    const feed = await watchFeed(url, admin);
    const notes = await feed.until("note", ({ code }) => code === "session", 2);
    const told = notes.map((note) => note as { readonly handshake?: Record<string, string> });
    const [first, second] = told.map(({ handshake }) => handshake ?? {});
    expect(notes[0]).toMatchObject({ session });
    expect(first?.["request"]).toMatch(/^GET \/\?\*\*\* HTTP\/1\.1\r\n/);
    expect(first?.["request"]).toContain("X-Mixed-CASE: kept\r\n");
    expect(first?.["request"]).toContain("Authorization: Basic ***\r\n");
    expect(first?.["answer"]).toMatch(/^HTTP\/1\.1 101 [^]+Sec-WebSocket-Accept: [^]+\r\n\r\n$/);
    expect(second?.["answer"]).toContain("Wsecho-Fault: no-pong");
    expect(Date.parse(first?.["answered"] ?? "")).toBeGreaterThanOrEqual(
      Date.parse(first?.["asked"] ?? ""),
    );
    expect(feed.bytes().toString()).not.toMatch(new RegExp(`hidden|${basic}`));
  });

  test("shows pure echo too, and takes nothing in it for a login", async () => {
    const { url } = await startServer();
    const feed = await watchFeed(url, admin);
    const client = await connect(`${url}/echo`, [], {
      headers: { Authorization: `Basic ${basic}` },
    });
    client.send("user: and words");
    await client.next();
    await feed.until("message", ({ dir }) => dir === "s2c");
    expect(textsOf(feed.records, "c2s")).toEqual(["user: and words"]);
  });

  test("is in no feed itself", async () => {
    const { url } = await startServer();
    const first = await watchFeed(url, admin);
    const second = await watchFeed(url, admin);
    expect(await second.say({ watch: "all" })).toMatchObject({ watch: "all" });
    expect(await first.say({ watch: "all" })).toMatchObject({ watch: "all" });
    const client = await connectPlain(url);
    client.send("seen by both");
    await first.until("message", ({ text }) => text === "seen by both");
    await second.until("message", ({ text }) => text === "seen by both");
    const conns = new Set([...first.records, ...second.records].map(({ conn }) => conn));
    expect([...conns].sort()).toEqual([0, 3]);
  });
});

describe("who may watch what", () => {
  /** One message each of admin and ada, both logged in since before. */
  async function twoSessions(server: TestServer) {
    const his = await connectV1(server.url);
    const hers = await connectV1(server.url, "ada", plantedPassword);
    let id = 0;
    return async () => {
      id += 1;
      for (const [client, text] of [
        [his, `of admin ${id}`],
        [hers, `of ada ${id}`],
      ] as const) {
        client.sendJson({ type: "submit", id, text });
        await client.nextJson();
      }
    };
  }
  const said = (part: string) => (record: { readonly text?: string }) =>
    record.text?.includes(part) === true;

  test("everybody their own connections, and nobody else's", async () => {
    const server = await startServer();
    const speak = await twoSessions(server);
    const his = await watchFeed(server.url, admin);
    const hers = await watchFeed(server.url);
    await speak();
    const later = await connectPlain(server.url);
    later.send("later");
    await his.until("message", said("context: later"));
    await his.until("message", said("of admin 1"));
    await hers.until("message", said("of ada 1"));
    await speak();
    await hers.until("message", said("of ada 2"));
    // Not "ada" alone: masked bytes in hexadecimal may say that by chance.
    expect(his.bytes().toString()).not.toMatch(/"ada"|of ada/);
    expect(hers.bytes().toString()).not.toMatch(/of admin|later/);
  });

  test("an admin everybody's, before their login too; a user is refused in words", async () => {
    const server = await startServer();
    const speak = await twoSessions(server);
    const his = await watchFeed(server.url, admin);
    const hers = await watchFeed(server.url);
    expect(await his.say({ watch: "all" })).toEqual({ watch: "all", user: "admin", paused: false });
    expect(await hers.say({ watch: "all" })).toEqual({
      error: expect.stringContaining("needs the role admin") as string,
    });
    await speak();
    await his.until("message", said("of ada 1"));
    await his.until("message", said("of admin 1"));
    await hers.until("message", said("of ada 1"));
    const stranger = await connect(server.url);
    stranger.send("nobody:knows");
    await his.until("message", said("nobody:"));
    expect(await his.say({ watch: "own" })).toMatchObject({ watch: "own" });
    await speak();
    await his.until("message", said("of admin 2"));
    expect(textsOf(his.records, "c2s").join()).not.toContain("of ada 2");
    expect(hers.bytes().toString()).not.toMatch(/of admin|nobody:/);
  });

  test("one session by its id, of one's own or for an admin anybody's", async () => {
    const server = await startServer();
    const speak = await twoSessions(server);
    const his = await watchFeed(server.url, admin);
    await his.say({ watch: "all" });
    const notes = await his.until("note", ({ code }) => code === "session", 2);
    const idOf = (user: string) => notes.find((note) => note.user === user)?.session ?? "";
    const session = idOf("ada");
    expect(await his.say({ watch: { session } })).toMatchObject({ watch: { session } });
    const hers = await watchFeed(server.url);
    expect(await hers.say({ watch: { session: idOf("admin") } })).toHaveProperty("watch");
    await speak();
    await his.until("message", said("of ada 1"));
    expect(await hers.say({ watch: { session } })).toHaveProperty("watch");
    await speak();
    await hers.until("message", said("of ada 2"));
    await his.until("message", said("of ada 2"));
    expect(textsOf(his.records, "c2s").join()).not.toContain("of admin");
    expect(hers.bytes().toString()).not.toMatch(/of admin|of ada 1/);
  });

  test.each([
    ["{", "not JSON"],
    ["[]", "no command"],
    ["{}", "no command"],
    ['{"watch":"everything"}', "watch must be"],
    ['{"watch":{"session":7}}', "watch must be"],
    ['{"pause":1}', "pause must be"],
    ['{"watch":"own","more":1}', "unknown command"],
  ])("what is no command is refused in words, and changes nothing: %s", async (text, words) => {
    const { url } = await startServer();
    const feed = await watchFeed(url, admin);
    await feed.say({ watch: "all" });
    expect(await feed.say(text)).toEqual({ error: expect.stringContaining(words) as string });
    expect(await feed.say({ pause: false })).toMatchObject({ watch: "all" });
  });

  test("is in the log, by the watcher's name", async () => {
    const { url, log } = await startServer();
    const feed = await watchFeed(url, admin);
    await feed.say({ watch: "all" });
    const entries = log.filter(({ message }) => message === "watching");
    expect(entries.map(({ fields }) => fields)).toMatchObject([
      { user: "admin", watch: "own" },
      { user: "admin", watch: "all" },
    ]);
  });
});

describe("a watch that begins in the middle of a session", () => {
  test("begins with the next frame of each side, and says so", async () => {
    const { port, url } = await startServer();
    const peer = await openRaw(port);
    peer.socket.write(text("admin:123456"));
    await peer.frame();
    const feed = await watchFeed(url, admin);
    await feed.until("note", ({ code }) => code === "session");
    peer.socket.write(text("a: not a login"));
    await peer.frame();
    const [, after] = await feed.until("message", () => true, 2);
    expect(after?.text).toBe("your submit context: a: not a login");
    expect(feed.records.map((record) => (record.k === "note" ? record.code : record.k))).toEqual([
      "capture",
      "session",
      ...["frame", "message", "frame", "message"],
    ]);
  });

  test("finds the frames again where it begins inside of one, and blames nobody", async () => {
    const { port, url } = await startServer();
    const peer = await openRaw(port);
    const [head, tail] = [text("cut in two").subarray(0, 9), text("cut in two").subarray(9)];
    peer.socket.write(Buffer.concat([text("admin:123456"), text("read up to here"), head]));
    await peer.frame();
    await peer.frame();
    const feed = await watchFeed(url, admin);
    await feed.until("note", ({ code }) => code === "session");
    peer.socket.write(Buffer.concat([tail, ...["one", "two", "three"].map((word) => text(word))]));
    await feed.until("message", ({ dir, text: said }) => dir === "c2s" && said === "three");
    expect(textsOf(feed.records, "c2s")).toEqual(["one", "two", "three"]);
    expect(textsOf(feed.records, "s2c")[0]).toBe("your submit context: cut in two");
    const [note] = await feed.until("note", ({ code }) => code === "resync");
    expect(note).toMatchObject({ dir: "c2s", count: tail.length });
    expect(rulesOf(feed.records)).toEqual([]);
  });
});

test("while it is paused nothing comes, and what passed is counted", async () => {
  const { url } = await startServer();
  const client = await connectPlain(url);
  const feed = await watchFeed(url, admin);
  expect(await feed.say({ pause: true })).toMatchObject({ paused: true });
  client.send("unseen");
  await client.next();
  expect(await feed.say({ pause: false })).toMatchObject({ paused: false });
  client.send("seen");
  await feed.until("message", ({ text: said }) => said === "seen");
  // Frame and message, of both sides.
  const [note] = await feed.until("note", ({ code }) => code === "lost");
  expect(note).toMatchObject({ count: 4, conn: 0 });
  expect(feed.bytes().toString()).not.toContain("unseen");
});
