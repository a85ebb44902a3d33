import { createHash } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import { connect as connectNet, createServer, Socket, type AddressInfo } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import type { Decoder, Direction } from "@wsecho/wire";
import { afterEach, describe, expect, it, vi } from "vitest";
import WebSocket, { type ClientOptions } from "ws";
import { request } from "../../src/connection/quick-request.ts";
import { tapSocket } from "../../src/wire/tap.ts";

afterEach(() => void vi.restoreAllMocks());

const acceptFor = (key: string): string =>
  createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");

/** What a server writes to whoever sent this key. */
type Answer = (key: string, asked?: string) => string;

/** The usual answer with something changed in it. */
const usual =
  (change: (head: string) => string = (head) => head): Answer =>
  (key) =>
    change(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${acceptFor(key)}\r\n\r\n`,
    );
const replacing = (old: string, text: string): Answer => usual((head) => head.replace(old, text));
const adding = (lines: string): Answer => replacing("\r\n\r\n", `\r\n${lines}\r\n\r\n`);
const behind =
  (bytes: string, answer: Answer = usual()): Answer =>
  (key) =>
    answer(key) + bytes;
/** `ws` hands on what its types do not know. */
const twice: object = { "X-A": ["1", "2"], Cookie: ["a=1", "b=2"], "x-b": "caf\xe9" };
const hi = "\x81\x02hi";
const goodbye = "\x88\x02\x03\xe8";

const quickly: readonly (readonly [string, Answer])[] = [
  ["as usual", behind(goodbye)],
  ["in odd cases", behind(goodbye, replacing("Upgrade: websocket", "uPGRADE: WebSocket"))],
  ["without words", behind(goodbye, replacing("Switching Protocols", ""))],
  ["with more headers", behind(goodbye, adding("Server: caf\xe9\r\nDate: now, or so: 1"))],
  ["with messages right behind it", behind(hi + hi + goodbye)],
  ["with half a message behind it", behind(hi.slice(0, 3))],
  ["with a frame of no kind behind it", behind("\x8f\x00")],
  ["to another key", () => usual()("another")],
  ["without an accept", usual((head) => head.replace(/\r\nSec-.*/, ""))],
  ["with a subprotocol", adding("Sec-WebSocket-Protocol: chat")],
  ["with an extension", adding("Sec-WebSocket-Extensions: x-none")],
];
const byHttp: readonly (readonly [string, Answer])[] = [
  ["with two servers", behind(goodbye, adding("Server: a\r\nServer: b"))],
  ["with cookies", behind(goodbye, adding("Set-Cookie: a=1"))],
  ["with a body", behind(goodbye, adding("Content-Length: 3"))],
  ["without a blank", behind(goodbye, replacing("Upgrade: websocket", "Upgrade:websocket"))],
  ["with several things to do", behind(goodbye, replacing(": Upgrade", ": keep-alive, Upgrade"))],
  ["with nothing to do", behind(goodbye, replacing("Connection: Upgrade\r\n", ""))],
  ["to something else", behind(goodbye, replacing(": websocket", ": h2c"))],
  ["with a folded line", behind(goodbye, adding("X-Long: a\r\n  b"))],
  ["with a control", adding("X-Bad: a\x01b")],
  ["with a name of two words", adding("X Bad: a")],
  ["with bare line feeds", usual((head) => head.replaceAll("\r\n", "\n"))],
  ["with a big head", behind(goodbye, adding(`X-Big: ${"a".repeat(8000)}`))],
  ["with a head that is too big", behind(goodbye, adding(`X-Big: ${"a".repeat(20_000)}`))],
  ["of HTTP/1.0", replacing("HTTP/1.1", "HTTP/1.0")],
  ["200", () => "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"],
  ["400 with a body to the end", () => "HTTP/1.1 400 Bad Request\r\nX-Why: so\r\n\r\nno, thanks"],
  [
    "403 in chunks",
    () => "HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n3\r\n, n\r\n0\r\n\r\n",
  ],
  ["301", () => "HTTP/1.1 301 Moved\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"],
  [
    "103 before it",
    behind(
      goodbye,
      usual((head) => `HTTP/1.1 103 Early Hints\r\n\r\n${head}`),
    ),
  ],
  ["of no kind", () => "SSH-2.0-OpenSSH_9.2\r\n"],
  ["and half of it", usual((head) => head.slice(0, 60))],
];

interface Outcome {
  /** How it looks to whoever uses `ws`. */
  readonly seen: readonly unknown[];
  /** What went to the server, without its key. */
  readonly sent: string;
}

interface Run {
  readonly answer: Answer;
  readonly options?: ClientOptions;
  /** Byte by byte. */
  readonly torn?: boolean;
  /** Gets the WebSocket before its request is sent. */
  readonly before?: (socket: WebSocket) => void;
  readonly host?: string;
}

/** Talks to a server that gives this answer and then closes. */
async function connect(run: Run): Promise<Outcome> {
  const { answer, options, torn = false, before, host = "127.0.0.1" } = run;
  const conversations: { asked: string; answered: string }[] = [];
  const serve = async (socket: Socket, asked: string): Promise<string> => {
    const [, key = ""] = /^Sec-WebSocket-Key: (.*)\r$/im.exec(asked) ?? [];
    const bytes = Buffer.from(answer(key, asked), "latin1");
    for (const byte of torn ? bytes : []) {
      socket.write(Buffer.of(byte));
      await turn();
    }
    if (torn) socket.end();
    else socket.end(bytes);
    return bytes.toString("latin1");
  };
  const server = createServer((socket) => {
    const conversation = { asked: "", answered: "" };
    conversations.push(conversation);
    socket.setNoDelay().on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      const isWhole = conversation.asked.includes("\r\n\r\n");
      conversation.asked += bytes.toString("latin1");
      if (!isWhole && conversation.asked.includes("\r\n\r\n"))
        void serve(socket, conversation.asked).then((text) => (conversation.answered = text));
    });
  }).listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const seen: unknown[] = [];
  const tapped = { c2s: "", s2c: "" };
  const decoder = {
    push: (dir: Direction, bytes: Uint8Array) =>
      void (tapped[dir] += Buffer.from(bytes).toString("latin1")),
    end: () => undefined,
  };
  const url = `ws://${host.includes(":") ? `[${host}]` : host}:${port}/path?query`;
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    generateMask: (mask) => void mask.fill(0),
    ...options,
    finishRequest: (request_, websocket) => {
      seen.push(request_.method, request_.path, request_.getRawHeaderNames());
      seen.push(request_.hasHeader("HOST"), request_.getHeader("Upgrade"));
      request_.setHeader("Authorization", "Basic eA==");
      request_.once("socket", (connection: Socket) => {
        seen.push(connection.connecting);
        tapSocket(connection, decoder as unknown as Decoder);
      });
      before?.(websocket);
      request_.end();
    },
  });
  // Each answer to a key differs.
  const show = (raw: readonly string[]) => raw.filter((text) => !text.endsWith("="));
  socket.on("upgrade", ({ statusCode, statusMessage, headers, rawHeaders }) => {
    seen.push(statusCode, statusMessage, Object.keys(headers), show(rawHeaders));
  });
  socket.on("open", () => seen.push("open"));
  socket.on("message", (data) => seen.push((data as Buffer).toString()));
  socket.on("unexpected-response", (asked, response) => {
    const { statusCode, statusMessage, rawHeaders } = response;
    seen.push(statusCode, statusMessage, show(rawHeaders), Object.keys(asked.getHeaders()));
    response.setEncoding("utf8").on("data", (text: string) => seen.push(text));
    response.on("close", () => socket.terminate());
  });
  socket.on("error", ({ message, code }: NodeJS.ErrnoException) => seen.push(message, code));
  const { promise: closed, resolve } = Promise.withResolvers<undefined>();
  socket.on("close", (code, reason) => {
    seen.push(code, reason.toString());
    resolve(undefined);
  });
  await closed;
  await new Promise((done) => server.close(done));
  const sent = conversations.map(({ asked }) => asked).join("");
  expect(tapped.c2s).toBe(sent);
  expect(conversations.map(({ answered }) => answered).join("")).toContain(tapped.s2c);
  const withoutPort = (text: string): string => text.replaceAll(String(port), "PORT");
  return {
    seen: seen.map((each) => (typeof each === "string" ? withoutPort(each) : each)),
    sent: withoutPort(sent.replace(/(Sec-WebSocket-Key: ).*/g, "$1")),
  };
}

/** By `http`, by our own request, and how often that one asked `http`. */
async function both(run: Run) {
  const expected = await connect(run);
  const ask = vi.spyOn(http, "request").mockImplementationOnce(request as typeof http.request);
  const outcome = await connect(run);
  const helped = ask.mock.calls.length - 1;
  ask.mockRestore();
  return { expected, outcome, helped };
}

describe("a request without http", () => {
  it.each(quickly)("takes an answer %s as http does, without it", async (_, answer) => {
    const { expected, outcome, helped } = await both({ answer });
    expect(outcome).toEqual(expected);
    expect(helped).toBe(0);
  });

  it.each(byHttp)("leaves an answer %s to http, with the same outcome", async (_, answer) => {
    const { expected, outcome, helped } = await both({ answer });
    expect(outcome).toEqual(expected);
    expect(helped).toBe(1);
  });

  it.each([...quickly, ...byHttp.slice(0, 2)])(
    "takes an answer %s as http does, byte by byte",
    async (_, answer) => {
      const { expected, outcome } = await both({ answer, torn: true });
      expect(outcome).toEqual(expected);
    },
  );

  it("fails as http does where a server hangs up, or is not there", async () => {
    for (const run of [
      { answer: () => "" },
      { answer: usual(), options: { createConnection: () => connectNet(1, "127.0.0.1") } },
    ]) {
      const { expected, outcome, helped } = await both(run);
      expect(outcome).toEqual(expected);
      expect(helped).toBe(0);
    }
  });

  it("is given up as with http, at once or later", async () => {
    const later = (socket: WebSocket): void => void setImmediate(() => socket.terminate());
    for (const before of [(socket: WebSocket) => socket.terminate(), later]) {
      const { expected, outcome } = await both({ answer: () => "", before });
      expect(outcome.seen).toEqual(expected.seen);
    }
  });

  it.each<[string, Partial<Run>, number]>([
    [
      "several values, and all cookies in a line",
      { options: { headers: twice as ClientOptions["headers"] } },
      0,
    ],
    ["a host that was given", { options: { headers: { hOST: "example.org" } } }, 0],
    ["an IPv6 address", { host: "::1" }, 0],
    ["an origin", { options: { origin: "null" } }, 0],
    ["a name of odd characters", { options: { headers: { x_$: "1" } } }, 1],
    ["a length, though no body", { options: { headers: { "Content-Length": "0" } } }, 1],
    ["an agent", { options: { agent: new http.Agent() } }, 1],
    ["a time limit", { options: { handshakeTimeout: 10_000 } }, 1],
  ])("sends the same bytes with %s", async (_, run, times) => {
    const { expected, outcome, helped } = await both({ answer: behind(goodbye), ...run });
    expect(outcome).toEqual(expected);
    expect(outcome.seen).toContain("open");
    expect(helped).toBe(times);
  });

  it("sends no line that was smuggled in", () => {
    const options = { host: "127.0.0.1", port: 1, createConnection: () => new Socket() };
    for (const headers of [{ "X-A": "1\r\nX-B: 2" }, { "X-A: 1\r\nX-B": "2" }])
      expect(() => request({ ...options, headers })).toThrow(/Invalid character|must be a valid/);
    expect(() => request({ ...options, path: "/ HTTP/1.1\r\nX-B: 2" })).toThrow(/unescaped/);
  });

  it("follows where it is sent", async () => {
    const answer: Answer = (key, asked = "") =>
      asked.startsWith("GET /there ")
        ? behind(goodbye)(key)
        : "HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n";
    const { expected, outcome } = await both({ answer, options: { followRedirects: true } });
    expect(outcome).toEqual(expected);
    expect(outcome.seen).toContain("open");
  });
});
