import { expect, test } from "vitest";
import type { WireRecord } from "../src/records.ts";
import { decode, messages, ofKind } from "./support/decode.ts";
import { fromHar, toHar, toJsonl } from "./support/files.ts";
import { compressedSession, session } from "./support/session.ts";
import { answer, request } from "./support/wire.ts";

interface Har {
  readonly log: {
    readonly version: string;
    readonly comment: string;
    readonly _wsechoReveal: boolean;
    readonly entries: readonly Readonly<Record<string, unknown>>[];
  };
}
const parse = (text: string): Har => JSON.parse(text) as Har;

test("all records come back from a HAR file of ours", async () => {
  const records: readonly WireRecord[] = [
    ...decode(session),
    ...decode(await compressedSession(["one one", "one two"]), { conn: 2 }),
  ];
  const { records: read, problems } = fromHar(toHar(records, { reveal: true }));
  expect(problems).toEqual([]);
  expect(read).toEqual(records);
});

test("an entry is what a browser writes", () => {
  const { log } = parse(toHar(decode(session)));
  const [entry] = log.entries;
  expect(log).toMatchObject({
    version: "1.2",
    comment: "secrets are redacted",
    _wsechoReveal: false,
  });
  expect(entry).toMatchObject({
    _resourceType: "websocket",
    request: { method: "GET", url: "ws://server.example.com/chat", httpVersion: "HTTP/1.1" },
    response: { status: 101, statusText: "Switching Protocols" },
  });
  const rows = entry?.["_webSocketMessages"] as readonly Readonly<Record<string, unknown>>[];
  expect(rows.map(({ type, opcode }) => [type, opcode])).toEqual([
    ["receive", 1],
    ["send", 1],
    ["receive", 1],
    ["send", 2],
    ["receive", 1],
    ["send", 1],
  ]);
  expect(rows[1]).toEqual({
    type: "send",
    time: 1_795_327_200.003,
    opcode: 1,
    data: "Hello, wörld €",
  });
  expect(rows[3]?.["data"]).toBe(
    Buffer.from(Array.from({ length: 300 }, (_, i) => i)).toString("base64"),
  );
});

test("a refused handshake and its second attempt are two entries", () => {
  const records = decode([
    ["c2s", request()],
    [
      "s2c",
      "HTTP/1.1 401 Unauthorized\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nno!",
    ],
    ["c2s", request()],
    ["s2c", answer()],
  ]);
  const { entries } = parse(toHar(records)).log;
  expect(entries).toMatchObject([
    { response: { status: 401, content: { text: "no!", mimeType: "text/plain" } } },
    { response: { status: 101 } },
  ]);
});

test("a plain HTTP connection is no entry, and the file says that it is left out", () => {
  const http = decode([
    ["c2s", "GET /page HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["s2c", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"],
  ]);
  const upgraded = decode(
    [
      ["c2s", "GET /page HTTP/1.1\r\nHost: a\r\n\r\n"],
      ["s2c", "HTTP/1.1 204 No Content\r\n\r\n"],
      ["c2s", request()],
      ["s2c", answer()],
    ],
    { conn: 2 },
  );
  const { entries, comment } = parse(toHar([...http, ...upgraded])).log;
  expect(entries).toMatchObject([
    { connection: "2", request: { url: "ws://server.example.com/chat" } },
  ]);
  expect(comment).toBe("secrets are redacted; HTTP is left out");
});

/** An entry as Chrome writes it, with what it has besides messages. */
const chrome = {
  log: {
    version: "1.2",
    creator: { name: "WebInspector", version: "537.36" },
    entries: [
      { _resourceType: "document", request: { url: "http://a/" }, response: {} },
      {
        _resourceType: "websocket",
        startedDateTime: "2026-11-22T06:00:00.000Z",
        request: {
          method: "GET",
          url: "ws://a:5678/echo?x=1",
          httpVersion: "HTTP/1.1",
          headers: [
            { name: "Sec-WebSocket-Key", value: "dGhlIHNhbXBsZSBub25jZQ==" },
            { name: "Sec-WebSocket-Version", value: "13" },
          ],
        },
        response: {
          status: 101,
          statusText: "Switching Protocols",
          httpVersion: "HTTP/1.1",
          headers: [{ name: "Sec-WebSocket-Accept", value: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" }],
        },
        _webSocketMessages: [
          { type: "send", time: 1_795_327_200.1, opcode: 1, data: "Hello" },
          { type: "receive", time: 1_795_327_200.2, opcode: 2, data: "AAEC/w==" },
          { type: "error", time: 1_795_327_200.3, opcode: -1, data: "" },
        ],
      },
    ],
  },
};

test("a browser's HAR file is read, and says that it has no frames", () => {
  const { records, problems } = fromHar(JSON.stringify(chrome));
  expect(problems).toEqual([]);
  expect(ofKind(records, "handshake")).toMatchObject([
    { dir: "c2s", method: "GET", target: "/echo?x=1", lint: [] },
    { dir: "s2c", status: 101, accepted: true, lint: [] },
  ]);
  expect(messages(records)).toMatchObject([
    { dir: "c2s", op: 1, text: "Hello", us: 100_000, conn: 1, msg: 1 },
    { dir: "s2c", op: 2, data: Uint8Array.of(0, 1, 2, 255), us: 200_000, msg: 2 },
  ]);
  expect(ofKind(records, "note").map(({ code }) => code)).toEqual([
    "messages-only",
    "messages-only",
  ]);
});

test("a browser's HAR file becomes ours and JSON Lines", () => {
  const { records } = fromHar(JSON.stringify(chrome));
  const again = parse(toHar(records, { reveal: true })).log.entries[0];
  expect(again?.["_webSocketMessages"]).toEqual(
    chrome.log.entries[1]?._webSocketMessages?.slice(0, 2),
  );
  expect(again).toMatchObject({
    request: { url: "ws:///echo?x=1".replace("///", "//unknown.invalid/") },
  });
  expect(toJsonl(records)).toContain('"text":"*****"');
});

test("what is no HAR is a problem in words", () => {
  expect(fromHar("{").problems).toEqual(["the file is not JSON"]);
  expect(fromHar("{}").problems).toEqual(["the file is JSON, but not HAR: it has no log.entries"]);
});
