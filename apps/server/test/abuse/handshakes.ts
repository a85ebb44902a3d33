import { expect } from "vitest";
import { connectRaw, handshake, openRaw, text } from "../support/raw.ts";
import {
  answered,
  answerTo,
  attack,
  line,
  login,
  next,
  refused,
  seenIn,
  type Line,
} from "./line.ts";

const reset = (what: string, bytes: string): ReturnType<typeof attack> =>
  attack(what, async ({ port }) => {
    const peer = await connectRaw(port);
    if (bytes !== "") await new Promise((resolve) => peer.socket.write(bytes, resolve));
    peer.socket.resetAndDestroy();
    await peer.ended;
  });

const bad = handshake({ "Sec-WebSocket-Version": "8" });
const versions = ["0", "8", "12"];
const many = Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`x-${i}`, "1"]));
const headerLine = (more: string): string => handshake().replace("\r\n", `\r\n${more}\r\n`);

export const handshakeLines: readonly Line[] = [
  line(
    "reset before, during, after refusal",
    reset("before", ""),
    reset("during", bad.slice(0, 60)),
    reset("after", bad),
  ),
  line(
    "POST with body",
    refused("405", 405, `${handshake({ "Content-Length": "5" }, "POST / HTTP/1.1")}hello`),
    refused("400 for a GET with one", 400, `${handshake({ "Content-Length": "5" })}hello`),
  ),
  line("HTTP/1.0", refused("400", 400, handshake({}, "GET / HTTP/1.0"))),
  line(
    "`h2c`",
    refused(
      "426 at an endpoint",
      426,
      handshake({ Upgrade: "h2c", Connection: "Upgrade, close" }, "GET /echo HTTP/1.1"),
    ),
    refused("426 beside websocket", 426, handshake({ Upgrade: "h2c, websocket" })),
  ),
  line(
    "missing, short, duplicate Key",
    refused("400 where it is missing", 400, handshake({ "Sec-WebSocket-Key": null })),
    refused("400 where it is short", 400, handshake({ "Sec-WebSocket-Key": "YWJj" })),
    refused("400 for two", 400, headerLine("sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==")),
  ),
  line(
    "versions 0, 8, 12",
    ...versions.map((version) =>
      refused(`426 for ${version}`, 426, handshake({ "Sec-WebSocket-Version": version })),
    ),
  ),
  line(
    "frames pipelined in `head`",
    attack("answered in their order", async ({ port }) => {
      const peer = await connectRaw(port);
      const frames = [text(login), text("one"), text("two")];
      peer.socket.write(Buffer.concat([Buffer.from(handshake()), ...frames]));
      expect(await next(peer)).toContain("congratulation");
      for (const word of ["one", "two"]) expect(await next(peer)).toMatch(new RegExp(`${word}$`));
    }),
  ),
  line("2001 headers", refused("431", 431, handshake(many))),
  line("16 KiB+", refused("431", 431, handshake({ "x-long": "x".repeat(20_000) }))),
  line(
    "slow headers",
    attack("408 by a deadline that no byte extends", async ({ port }) => {
      const peer = await connectRaw(port);
      const bytes = handshake().split(/(?:)/);
      const drip = setInterval(() => peer.socket.write(bytes.shift() ?? " "), 10);
      expect(await peer.ended).toMatch(/^HTTP\/1\.1 408 /);
      clearInterval(drip);
    }),
  ),
  line(
    "`__proto__`, `constructor`",
    attack("ignored like any other header", async ({ port }) => {
      const peer = await connectRaw(port);
      peer.socket.write(
        headerLine("__proto__: 1\r\nconstructor: 2\r\nSec-WebSocket-Extensions: constructor"),
      );
      expect(await peer.answer()).toMatch(/^HTTP\/1\.1 101 /);
      peer.socket.write(text(login));
      expect(await next(peer)).toContain("congratulation");
      expect(({} as Record<string, unknown>)["1"]).toBeUndefined();
    }),
  ),
  line(
    "32k spaces in protocol",
    refused("431", 431, handshake({ "Sec-WebSocket-Protocol": `wsecho.v1${" ".repeat(32_000)}x` })),
    attack("400 for as many as a header may hold, at once", async ({ port }) => {
      const request = handshake({ "Sec-WebSocket-Protocol": `wsecho.v1${" ".repeat(14_000)}x` });
      const before = performance.now();
      expect(await answerTo(port, request)).toMatch(/^HTTP\/1\.1 400 /);
      expect(performance.now() - before).toBeLessThan(2000);
    }),
  ),
  line(
    "`..`, `//`, bad percent-encoding",
    ...["/../echo", "//echo", "/%zz", "/%2e%2e/echo", "/echo/"].map((path) =>
      answered(`404 for ${path}`, 404, {}, path),
    ),
  ),
  line(
    "CR/LF and escapes into logs",
    attack("shown in the log, not obeyed", async ({ port, log }) => {
      const before = log.length;
      const path = "/%0d%0a%1b[31m\u009b31m\u202e";
      await answerTo(
        port,
        handshake({ Origin: "\u001b[2J", "X-A": "b\rc" }, `GET ${path} HTTP/1.1`),
      );
      await answerTo(port, handshake({}, `GET ${path} HTTP/1.1`));
      await answerTo(port, handshake({}, "GET /a\rb HTTP/1.1"));
      // eslint-disable-next-line no-control-regex
      const control = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/;
      for (const { message, fields } of log.slice(before))
        for (const each of [message, ...Object.values(fields)])
          expect(String(each)).not.toMatch(control);
    }),
  ),
];

export const originLines: readonly Line[] = [
  line("absent", answered("let in: it is no page", 101, {})),
  line(
    "`null`",
    answered("let in where the login travels inside", 101, { Origin: "null" }),
    answered("403 at /echo", 403, { Origin: "null" }, "/echo"),
  ),
  line(
    "duplicate",
    refused("400", 400, headerLine("Origin: http://127.0.0.1\r\nOrigin: http://127.0.0.1")),
    refused("400 for Host", 400, headerLine("Host: 127.0.0.1")),
  ),
  line(
    "lookalike suffix/prefix",
    ...[
      "http://127.0.0.1.evil.example",
      "http://evil127.0.0.1",
      "http://127.0.0.1@evil.example",
    ].map((origin) => answered(`403 for ${origin}`, 403, { Origin: origin }, "/echo")),
  ),
  line(
    "port and case variants",
    answered("403 for another port", 403, { Origin: "http://127.0.0.1:1" }, "/echo"),
    answered("403 for no port", 403, { Host: "127.0.0.1:81", Origin: "http://127.0.0.1" }, "/echo"),
    answered(
      "let in for the same in capitals",
      101,
      { Host: "LOCALHOST", Origin: "http://localhost" },
      "/echo",
    ),
  ),
  line(
    "rebinding Host",
    answered("421", 421, { Host: "evil.example" }),
    answered("421 for a name that begins like ours", 421, { Host: "127.0.0.1.evil.example" }),
    attack("421 for the page", async ({ port }) => {
      const peer = await connectRaw(port);
      peer.socket.write("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
      expect(await peer.answer()).toMatch(/^HTTP\/1\.1 421 /);
    }),
  ),
];

const basic = (bytes: string | Buffer): string => `Basic ${Buffer.from(bytes).toString("base64")}`;

const unauthorized = (what: string, authorization: string): ReturnType<typeof attack> =>
  answered(`401${what}`, 401, { Authorization: authorization }, "/echo");

const wrong = "sorry, the username or password is wrong, please submit again";

export const credentialLines: readonly Line[] = [
  {
    ...line(
      "none on loopback",
      attack("a session answers nothing before the login", async ({ port }) => {
        const peer = await openRaw(port);
        peer.socket.write(Buffer.concat([text(":"), text("hello")]));
        expect([await next(peer), await next(peer)]).toEqual([wrong, wrong]);
      }),
    ),
    elsewhere: ["upgrade.test.ts › wants a login, unless it is open to everybody"],
  },
  line("no colon", unauthorized("", basic("admin"))),
  line("bad base64", unauthorized("", "Basic YWRt*W46"), unauthorized(" for none", "Basic")),
  line(
    "NUL",
    unauthorized("", basic("admin\0:123456")),
    unauthorized(" behind", basic("admin:123456\0")),
  ),
  line("non-UTF-8", unauthorized("", basic(Buffer.from([0xff, 0x3a, 0xfe])))),
  line(
    "64 KiB password",
    answered("431", 431, { Authorization: basic(`admin:${"x".repeat(65_536)}`) }),
  ),
  line(
    "duplicate header",
    refused(
      "400",
      400,
      headerLine(`Authorization: ${basic("admin:123456")}\r\nAuthorization: ${basic("a:b")}`),
    ),
  ),
  line(
    "token in query (never logged)",
    attack("it is no login, and in no log", async ({ port, log }) => {
      const peer = await openRaw(port, {}, "GET /?token=geheim&access_token=geheim HTTP/1.1");
      peer.socket.write(text("geheim"));
      expect(await next(peer)).toBe(wrong);
      expect(JSON.stringify(log)).not.toContain("geheim");
    }),
  ),
  {
    ...line(
      "unknown-user timing",
      attack("the same words to known and unknown", async ({ port }) => {
        const peer = await openRaw(port);
        peer.socket.write(Buffer.concat([text("admin:wrong"), text("nobody:wrong")]));
        expect([await next(peer), await next(peer)]).toEqual([wrong, wrong]);
      }),
    ),
    elsewhere: ["authenticate.test.ts › does the same work for unknown users"],
  },
  {
    ...line(
      "parallel guessing",
      attack("each is refused, and the right one gets in beside it", async ({ port }) => {
        const guesses = Array.from({ length: 30 }, async (_, i) => {
          const peer = await openRaw(port);
          peer.socket.write(text(`admin:guess ${i}`));
          return next(peer);
        });
        expect(new Set(await Promise.all(guesses))).toEqual(new Set([wrong]));
      }),
    ),
    elsewhere: [
      "attempts.test.ts › lets one address begin few logins at a time, and others beside it",
    ],
  },
  line(
    "spoofed X-Forwarded-For",
    attack("ignored", async ({ port, log }) => {
      const peer = await openRaw(port, { "X-Forwarded-For": "203.0.113.9, 127.0.0.1" });
      peer.socket.write(text(login));
      expect(await next(peer)).toContain("congratulation");
      expect(JSON.stringify(log)).not.toContain("203.0.113.9");
    }),
  ),
  seenIn(
    "locking out a victim",
    "access/contract.ts › locks nobody out from another address, nor another user from the same",
    "throttle.test.ts › never keeps out who did not fail, whatever the others do",
  ),
];
