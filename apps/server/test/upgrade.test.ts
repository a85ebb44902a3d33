import { describe, expect, test } from "vitest";
import { soon } from "./support/soon.ts";
import { connect, connectPlain, refusedHandshake } from "./support/client.ts";
import { binary, connectRaw, frame, handshake, openRaw, text } from "./support/raw.ts";
import { plantedPassword, startServer, testUsers } from "./support/start-server.ts";
import { uuid } from "./support/uuid.ts";

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

/** Sends `request` and gives the whole answer; the server must end the connection itself. */
async function answerTo(port: number, request: string): Promise<string> {
  const peer = await connectRaw(port);
  peer.socket.write(request);
  return peer.ended;
}

describe("subprotocols", () => {
  test.each([
    ["an unknown one", "chat"],
    ["a lookalike", "wsecho.v11"],
    ["another case", "WSECHO.V1"],
  ])("refuses %s with 400, naming those that are known", async (_, protocol) => {
    const { url } = await startServer();
    const { status, body } = await refusedHandshake(url, protocol);
    expect(status).toBe(400);
    expect(body).toContain("known: wsecho.v1, or no Sec-WebSocket-Protocol header");
  });

  test("selects wsecho.v1 among others, and nothing else", async () => {
    const { port } = await startServer();
    const peer = await connectRaw(port);
    peer.socket.write(handshake({ "Sec-WebSocket-Protocol": "chat, wsecho.v1" }));
    expect(await peer.answer()).toMatch(/\r\nSec-WebSocket-Protocol: wsecho\.v1$/m);
  });

  test("selects none where none was offered", async () => {
    const { port } = await startServer();
    const peer = await connectRaw(port);
    peer.socket.write(handshake());
    expect(await peer.answer()).not.toContain("Sec-WebSocket-Protocol");
  });

  test.each(["", ",", "wsecho.v1, wsecho.v1", "wsecho v1", `wsecho.v1${" ".repeat(12_000)}x`])(
    "refuses the header %j with 400",
    async (value) => {
      const { port } = await startServer();
      const answer = await answerTo(port, handshake({ "Sec-WebSocket-Protocol": value }));
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    },
  );

  test("speaks v1 only where plain is switched off", async () => {
    const { url } = await startServer({ plain: false });
    const { status, body } = await refusedHandshake(url);
    expect(status).toBe(400);
    expect(body).toContain("the plain dialect is switched off; ask for the subprotocol wsecho.v1");
    await connect(url, "wsecho.v1");
  });

  test("refuses a token where a page can see it, behind the upgrade, and repeats it nowhere", async () => {
    const { port, log } = await startServer();
    const peer = await connectRaw(port);
    peer.socket.write(handshake({ "Sec-WebSocket-Protocol": "wsecho.bearer.c2VjcmV0, wsecho.v1" }));
    const answer = await peer.answer();
    expect(answer).toMatch(/^Sec-WebSocket-Protocol: wsecho\.v1$/m);
    const error = (await peer.frame()).payload.toString();
    expect(JSON.parse(error)).toMatchObject({ type: "error", code: 4401, retry: "credentials" });
    const close = (await peer.frame()).payload;
    expect([close.readUInt16BE(0), close.toString("utf8", 2)]).toEqual([4401, "not authenticated"]);
    await peer.ended;
    expect(JSON.stringify([answer, error, log])).not.toContain("c2VjcmV0");
  });
});

describe("the handshake", () => {
  test.each([
    ["POST", handshake({}, "POST / HTTP/1.1"), 405, "Allow: GET"],
    ["HTTP/1.0", handshake({}, "GET / HTTP/1.0"), 400, "needs HTTP/1.1"],
    ["version 8", handshake({ "Sec-WebSocket-Version": "8" }), 426, "Sec-WebSocket-Version: 13"],
    ["version 0", handshake({ "Sec-WebSocket-Version": "0" }), 426, "Sec-WebSocket-Version: 13"],
    ["version 013", handshake({ "Sec-WebSocket-Version": "013" }), 426, "version 13 (RFC 6455)"],
    ["no version", handshake({ "Sec-WebSocket-Version": null }), 426, "Upgrade: websocket"],
    ["no key", handshake({ "Sec-WebSocket-Key": null }), 400, "Sec-WebSocket-Key"],
    ["a short key", handshake({ "Sec-WebSocket-Key": "YWJj" }), 400, "16 bytes in base64"],
    ["broken offers", handshake({ "Sec-WebSocket-Extensions": "x;," }), 400, "no list of ext"],
    ["no host", handshake({ Host: null }), 400, "no Host header"],
    ["a body", handshake({ "Content-Length": "5" }), 400, "has no body"],
    ["a body in chunks", handshake({ "Transfer-Encoding": "chunked" }), 400, "has no body"],
    ["an unknown path", handshake({}, "GET /other HTTP/1.1"), 404, "known: / (a session), /echo"],
    ["two slashes", handshake({}, "GET //echo HTTP/1.1"), 404, "known: /"],
    ["dots", handshake({}, "GET /../echo HTTP/1.1"), 404, "known: /"],
    ["bad percent-encoding", handshake({}, "GET /%zz HTTP/1.1"), 404, "known: /"],
    ["a path of objects", handshake({}, "GET /__proto__ HTTP/1.1"), 404, "known: /"],
    ["the wire feed in plain", handshake({}, "GET /inspect HTTP/1.1"), 400, "speaks wsecho.v1"],
    ["several upgrades", handshake({ Upgrade: "h2c, websocket" }), 426, "Upgrade: websocket"],
  ])("answers %s", async (_, request, status, part) => {
    const { port } = await startServer();
    const answer = await answerTo(port, request);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain(part);
    expect(answer.toLowerCase()).toMatch(/connection: .*close/);
  });

  test.each(["Host", "Origin", "Authorization", "Sec-WebSocket-Key", "Sec-WebSocket-Version"])(
    "refuses two %s headers",
    async (name) => {
      const { port } = await startServer();
      const value = {
        Host: "127.0.0.1",
        Origin: "http://127.0.0.1",
        Authorization: basic("admin", "123456"),
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
      }[name];
      const [first = "", ...rest] = handshake({ [name]: value ?? "" }).split("\r\n");
      const twice = [first, `${name.toLowerCase()}: ${value ?? ""}`, ...rest].join("\r\n");
      expect(await answerTo(port, twice)).toMatch(
        new RegExp(`^HTTP/1\\.1 400 [^]*one ${name} header`),
      );
    },
  );

  test.each([
    ["a query", "GET /?token=t HTTP/1.1"],
    ["a full URL", "GET http://127.0.0.1/?a HTTP/1.1"],
    ["a full URL without path", "GET http://127.0.0.1 HTTP/1.1"],
  ])("admits %s", async (_, requestLine) => {
    const { port } = await startServer();
    const peer = await openRaw(port, {}, requestLine);
    peer.socket.write(text("admin:123456"));
    expect((await peer.frame()).payload.toString()).toContain("congratulation");
  });

  test("negotiates no extension, whatever is offered", async () => {
    const { port } = await startServer();
    for (const offer of ["permessage-deflate", "constructor", "x; y=z"]) {
      const peer = await connectRaw(port);
      peer.socket.write(handshake({ "Sec-WebSocket-Extensions": offer }));
      expect(await peer.answer()).not.toContain("Sec-WebSocket-Extensions");
    }
  });

  test.each([
    [
      "2001 headers",
      handshake(Object.fromEntries(many(2001, (i) => [`x-${i}`, "1"]))),
      /^HTTP\/1\.1 (431|400|101) /,
    ],
    [
      "a header of 20 KiB",
      handshake({ "x-long": "x".repeat(20_000) }),
      /^HTTP\/1\.1 431 .*16 KiB/s,
    ],
    [
      "headers named like object members",
      handshake({ __proto__: null, ["constructor"]: "1" }).replace(
        "Host:",
        "__proto__: 1\r\nHost:",
      ),
      /^HTTP\/1\.1 101 /,
    ],
    [
      "no HTTP at all",
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
      /^HTTP\/1\.1 400 .*not an HTTP/s,
    ],
  ])("survives %s", async (_, request, expected) => {
    const { port, url } = await startServer();
    const peer = await connectRaw(port);
    peer.socket.write(request, "latin1");
    const answer = await peer.answer();
    expect(answer.startsWith("HTTP/1.1 101 ") ? answer : await peer.ended).toMatch(expected);
    await connectPlain(url);
  });

  test("answers 408 to a peer that says nothing, or little, and ends its connection", async () => {
    const { port } = await startServer({ limits: { handshakeTimeoutMs: 100 } });
    expect(await answerTo(port, "")).toMatch(/^HTTP\/1\.1 408 .*took too long/s);
    expect(await answerTo(port, "GET / HTTP/1.1\r\nHost: x\r\n")).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("keeps the query out of the log, and the path short and harmless", async () => {
    const { port, log } = await startServer();
    await answerTo(port, handshake({}, `GET /%1b[31m${"x".repeat(9000)}?token=geheim HTTP/1.1`));
    await openRaw(port, {}, "GET /?token=geheim HTTP/1.1");
    expect(log.map(({ fields }) => fields["path"])).toEqual([
      expect.stringMatching(/^\/%1b\[31mx{80,100}…$/),
      "/",
    ]);
    expect(JSON.stringify(log)).not.toContain("geheim");
  });
});

function many<T>(n: number, make: (i: number) => T): T[] {
  return Array.from({ length: n }, (_, i) => make(i));
}

describe("login at the handshake", () => {
  test("starts a v1 session ready", async () => {
    const { url } = await startServer();
    const headers = { Authorization: basic("admin", "123456") };
    const client = await connect(url, "wsecho.v1", { headers });
    expect(await client.nextJson()).toMatchObject({ type: "hello" });
    expect(await client.nextJson()).toEqual({ type: "ok", user: "admin", session: uuid });
    client.sendJson({ type: "submit", id: 1, text: "x" });
    expect(await client.nextJson()).toEqual({ type: "echo", id: 1, text: "x" });
  });

  test("starts a plain session ready, without a word", async () => {
    const { url } = await startServer();
    const headers = { Authorization: basic("ada", plantedPassword) };
    const client = await connect(url, undefined, { headers });
    client.send("first");
    expect(await client.next()).toBe("your submit context: first");
  });

  test.each([
    ["a wrong password", basic("admin", "1234567")],
    ["an unknown user", basic("nobody", "123456")],
    ["no colon", `Basic ${Buffer.from("admin").toString("base64")}`],
    ["bad base64", "Basic YWRt*W46"],
    ["base64 with text behind it", `${basic("admin", "123456")}!!!!`],
    ["bytes that are not UTF-8", `Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString("base64")}`],
    ["a NUL", basic("admin\0", "123456")],
    ["8 KiB of password", basic("admin", "x".repeat(8000))],
    ["a token", "Bearer abc"],
    ["a scheme that nobody knows", "Digest username=admin"],
    ["an empty header", "Basic"],
  ])("refuses %s with 401 and names the scheme, at / and at /echo", async (_, authorization) => {
    const { url, log } = await startServer();
    for (const path of ["/", "/echo"]) {
      const headers = { Authorization: authorization };
      const answer = await refusedHandshake(url + path, undefined, { headers });
      expect(answer.status).toBe(401);
      expect(answer.headers["www-authenticate"]).toBe('Basic realm="wsecho", charset="UTF-8"');
      expect(log.at(-1)?.fields["reason"]).toBe(answer.body.trim());
    }
  });

  test("refuses a page of another origin that brings credentials, right as they are", async () => {
    const { url } = await startServer();
    for (const origin of ["http://evil.example", "null"]) {
      const headers = { Authorization: basic("admin", "123456"), Origin: origin };
      expect((await refusedHandshake(url, undefined, { headers })).status).toBe(403);
    }
  });

  test("answers 503 where the user store fails or stays silent", async () => {
    const stores = [
      () => Promise.reject(new Error("disk on fire")),
      () => new Promise<undefined>(() => undefined),
    ];
    for (const find of stores) {
      const users = { iterations: 4096, find };
      const { url } = await startServer({ users, limits: { authTimeoutMs: 50 } });
      const headers = { Authorization: basic("admin", "123456") };
      const answer = await refusedHandshake(url, undefined, { headers });
      expect(answer.status).toBe(503);
      expect(answer.headers["retry-after"]).toBe("1");
    }
  });

  test("survives a peer that goes away while its login is checked", async () => {
    let ask: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => (ask = resolve));
    let answer: (() => void) | undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const known = await testUsers();
    const { port, url, server } = await startServer({
      users: {
        iterations: 4096,
        find: async (name) => {
          ask?.();
          await answered;
          return known.find(name);
        },
      },
    });
    const peer = await connectRaw(port);
    peer.socket.write(handshake({ Authorization: basic("admin", "123456") }));
    await asked;
    peer.socket.resetAndDestroy();
    await peer.ended;
    answer?.();
    await connectPlain(url);
    await server.close();
  });
});

test("refuses a handshake behind requests that are not answered yet, and answers those first", async () => {
  const { port, url } = await startServer({ allowAnonymous: true });
  const get = "GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  const all = await answerTo(port, get + get + handshake({}, "GET /echo HTTP/1.1"));
  expect(all.match(/^HTTP\/1\.1 \d+/gm)).toEqual(["HTTP/1.1 404", "HTTP/1.1 404", "HTTP/1.1 400"]);
  // Behind the answer, on the same connection, it is welcome.
  const patient = await connectRaw(port);
  patient.socket.write(get);
  expect(await patient.answer()).toMatch(/^HTTP\/1\.1 404 /);
  const upgraded = new Promise((resolve) =>
    patient.socket.on("data", (bytes: Buffer) => {
      if (bytes.includes("HTTP/1.1 101 ")) resolve(undefined);
    }),
  );
  patient.socket.write(handshake({}, "GET /echo HTTP/1.1"));
  await upgraded;
  await connectPlain(url);
});

describe("/echo", () => {
  const authorized = { headers: { Authorization: basic("admin", "123456") } };

  test("sends every message back as it came, and nothing else", async () => {
    const { url } = await startServer();
    const client = await connect(`${url}/echo`, undefined, authorized);
    const messages = [
      "",
      "text",
      Buffer.from("binary"),
      Buffer.alloc(0),
      "🙂\ufeff",
      "admin:123456",
    ];
    client.send(...messages, Buffer.alloc(1024 * 1024, 7));
    for (const message of messages) expect(await client.next()).toEqual(message);
    expect(await client.next()).toEqual(Buffer.alloc(1024 * 1024, 7));
    expect(client.rest()).toEqual([]);
  });

  test("wants a login, unless it is open to everybody", async () => {
    const closed = await startServer();
    const answer = await refusedHandshake(`${closed.url}/echo`);
    expect(answer.status).toBe(401);
    expect(answer.headers["www-authenticate"]).toContain("Basic");
    const open = await startServer({ allowAnonymous: true });
    const client = await connect(`${open.url}/echo`);
    client.send("hello");
    expect(await client.next()).toBe("hello");
  });

  test("refuses a wrong login even where it is open to everybody", async () => {
    const { url } = await startServer({ allowAnonymous: true });
    const headers = { Authorization: basic("admin", "wrong") };
    expect((await refusedHandshake(`${url}/echo`, undefined, { headers })).status).toBe(401);
  });

  test.each([
    ["http://127.0.0.1:PORT", 101],
    ["https://127.0.0.1:PORT", 101],
    ["http://127.0.0.1", 403],
    ["http://127.0.0.1:1", 403],
    ["http://127.0.0.1.evil.example:PORT", 403],
    ["http://evil127.0.0.1:PORT", 403],
    ["http://evil@127.0.0.1:PORT", 403],
    ["http://127.0.0.1:PORT/path", 403],
    ["http://localhost:PORT", 403],
    ["file://", 403],
    ["null", 403],
    ["", 403],
  ])("takes a page of the same host only: %s → %d", async (template, status) => {
    const { port } = await startServer({ allowAnonymous: true });
    const peer = await connectRaw(port);
    const Origin = template.replace("PORT", String(port));
    peer.socket.write(handshake({ Host: `127.0.0.1:${port}`, Origin }, "GET /echo HTTP/1.1"));
    expect(await peer.answer()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test("refuses subprotocols with 400: it speaks none", async () => {
    const { url } = await startServer({ allowAnonymous: true });
    const { status, body } = await refusedHandshake(`${url}/echo`, "wsecho.v1");
    expect([status, body]).toEqual([400, expect.stringContaining("/echo speaks no subprotocol")]);
  });

  test("closes 1009, 1007 and 1002 for what breaks the rules, and logs it", async () => {
    const limits = { maxMessageBytes: 100 };
    const { url, port, log } = await startServer({ allowAnonymous: true, limits });
    const big = await connect(`${url}/echo`);
    big.send("x".repeat(101));
    expect((await big.closed).code).toBe(1009);
    for (const [bytes, code] of [
      [frame(0x81, Buffer.of(0xff)), 1007],
      [frame(0xf1, "a"), 1002],
    ] as const) {
      const peer = await openRaw(port, {}, "GET /echo HTTP/1.1");
      peer.socket.write(bytes);
      expect((await peer.frame()).payload.readUInt16BE(0)).toBe(code);
    }
    const closings = log.filter(({ message }) => message === "closing");
    expect(closings.map(({ fields }) => fields["close"])).toEqual([
      "tooBig",
      "invalidData",
      "protocolError",
    ]);
  });

  test("closes 4408 when idle", async () => {
    const limits = { idleTimeoutMs: 60 };
    const { url } = await startServer({ allowAnonymous: true, limits });
    const idle = await connect(`${url}/echo`);
    expect(await idle.closed).toEqual({ code: 4408, reason: "idle for too long" });
  });

  test("closes 1013 where its echoes stay unread", async () => {
    const { port, log } = await startServer({
      allowAnonymous: true,
      limits: { slowTimeoutMs: 200, highWaterBytes: 64 * 1024, closeTimeoutMs: 100 },
    });
    const peer = await openRaw(port, {}, "GET /echo HTTP/1.1");
    peer.socket.pause();
    const message = binary(Buffer.alloc(512 * 1024));
    for (let i = 0; i < 200 && peer.socket.writableLength < 16 * 1024 * 1024; i++) {
      peer.socket.write(message);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(peer.socket.writableLength).toBeGreaterThan(0);
    await expect.poll(() => log.map(({ fields }) => fields["close"]), soon).toContain("tooSlow");
    await expect.poll(() => log.map(({ message: said }) => said), soon).toContain("closed");
  });
});
