import {
  each,
  isNamed,
  rows,
  set,
  withLine,
  type HandshakeCase,
  type Row,
} from "./handshake-case.ts";
import { offerCases } from "./handshake-offers.ts";
import { text } from "./script.ts";

const goodKey = "dGhlIHNhbXBsZSBub25jZQ==";
const needsVersion = ["sec-websocket-version", /(^|[, ])13($|[, ])/] as const;

const accepted: readonly Row[] = [
  ["good", "an ordinary handshake is accepted", "4.2.2", (request) => request],
  [
    "lower-case",
    "names of headers may be in lower case",
    "4.2.1",
    each(([name, value]) => [name.toLowerCase(), value]),
  ],
  [
    "upper-case",
    "names of headers may be in upper case",
    "4.2.1",
    each(([name, value]) => [name.toUpperCase(), value]),
  ],
  ["upgrade-case", "Upgrade may say WebSocket", "4.2.1", set("Upgrade", "WebSocket")],
  ["upgrade-shouted", "Upgrade may say WEBSOCKET", "4.2.1", set("Upgrade", "WEBSOCKET")],
  ["connection-case", "Connection may say upgrade", "4.2.1", set("Connection", "upgrade")],
  [
    "connection-list",
    "Connection may be a list",
    "4.2.1",
    set("Connection", "keep-alive, Upgrade"),
  ],
  [
    "connection-list-first",
    "Connection may be a list that begins with Upgrade, without blanks",
    "4.2.1",
    set("Connection", "UPGRADE,keep-alive"),
  ],
  [
    "connection-twice",
    "Connection may be a list in two headers",
    "4.2.1",
    set("Connection", "keep-alive", "Upgrade"),
  ],
  [
    "blanks",
    "values may stand between blanks",
    "4.2.1",
    each(([name, value]) => [name, `\t ${value} \t`]),
  ],
  [
    "order",
    "headers may come in any order",
    "4.1",
    ({ line, headers }) => ({ line, headers: headers.toReversed() }),
  ],
  [
    "unknown-header",
    "unknown headers, cookies and an empty header are ignored",
    "4.2.1",
    ({ line, headers }) => ({
      line,
      headers: [["X-Unknown", "1"], ...headers, ["Cookie", "a=b"], ["X-Empty", ""]],
    }),
  ],
  ["query", "a query is allowed", "3", withLine((line) => line.replace(" HTTP", "?a=b&c HTTP"))],
  [
    "absolute-form",
    "the target may be a whole URL",
    "4.1",
    ({ line, headers }) => {
      const [, host = ""] = headers.find(isNamed("Host")) ?? [];
      return { line: line.replace("GET /", `GET http://${host}/`), headers };
    },
  ],
  [
    "empty-line-first",
    "an empty line before the request is ignored (RFC 9112 section 2.2)",
    "4.1",
    withLine((line) => `\r\n${line}`),
  ],
];

const refused: readonly Row[] = [
  ["post", "a POST is refused", "4.2.1", withLine((line) => line.replace("GET", "POST"))],
  ["put", "a PUT is refused", "4.2.1", withLine((line) => line.replace("GET", "PUT"))],
  [
    "http-1.0",
    "HTTP/1.0 is refused",
    "4.2.1",
    withLine((line) => line.replace("HTTP/1.1", "HTTP/1.0")),
  ],
  ["no-host", "a request without Host is refused", "4.2.1", set("Host")],
  ["no-upgrade", "a request without Upgrade is no handshake", "4.2.1", set("Upgrade")],
  ["other-upgrade", "an upgrade to something else is refused", "4.2.1", set("Upgrade", "h2c")],
  ["no-connection", "a request without Connection is no handshake", "4.2.1", set("Connection")],
  [
    "connection-other",
    "a Connection without Upgrade is no handshake",
    "4.2.1",
    set("Connection", "keep-alive"),
  ],
  ["no-key", "a request without a key is refused", "4.2.1", set("Sec-WebSocket-Key")],
  ["empty-key", "an empty key is refused", "4.2.1", set("Sec-WebSocket-Key", "")],
  [
    "short-key",
    "a key of 15 bytes is refused",
    "4.2.1",
    set("Sec-WebSocket-Key", Buffer.alloc(15).toString("base64")),
  ],
  [
    "long-key",
    "a key of 17 bytes is refused",
    "4.2.1",
    set("Sec-WebSocket-Key", Buffer.alloc(17).toString("base64")),
  ],
  [
    "key-no-base64",
    "a key that is not base64 is refused",
    "4.2.1",
    set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25j*Q=="),
  ],
  ["two-keys", "two keys are refused", "11.3.1", set("Sec-WebSocket-Key", goodKey, goodKey)],
  [
    "no-version",
    "no version is refused, naming 13",
    "4.4",
    set("Sec-WebSocket-Version"),
    needsVersion,
  ],
  ...["0", "8", "12", "14", "256", "-13", "13.0", "abc"].map((version): Row => [
    `version-${version}`,
    `version ${version} is refused, naming 13`,
    "4.4",
    set("Sec-WebSocket-Version", version),
    needsVersion,
  ]),
];

const either: readonly Row[] = [
  [
    "version-padded",
    "the version 013 is taken or refused",
    "4.2.1",
    set("Sec-WebSocket-Version", "013"),
  ],
  [
    "two-versions",
    "two equal versions are taken or refused",
    "11.3.5",
    set("Sec-WebSocket-Version", "13", "13"),
  ],
  [
    "http-1.2",
    "HTTP/1.2, which nobody speaks, is taken or refused",
    "4.2.1",
    withLine((line) => line.replace("HTTP/1.1", "HTTP/1.2")),
  ],
  [
    "folded",
    "a header folded over two lines is taken or refused (RFC 9112 section 5.2)",
    "4.2.1",
    set("X-Folded", "a\r\n b"),
  ],
];

/** A body is no part of a handshake, and must never be read as frames of the peer behind it. */
const smuggled = text("smuggled");

const bodies: readonly HandshakeCase[] = [
  {
    id: "handshake-body",
    title: "a body is refused or skipped, not read as frames",
    section: "4.2.1",
    expect: "either",
    change: ({ line, headers }) => ({
      line,
      headers: [...headers, ["Content-Length", "14"]],
    }),
    body: (encode) => encode(smuggled),
  },
  {
    id: "handshake-chunked-body",
    title: "a body in chunks is refused or skipped, not read as frames",
    section: "4.2.1",
    expect: "either",
    change: ({ line, headers }) => ({
      line,
      headers: [...headers, ["Transfer-Encoding", "chunked"]],
    }),
    body: (encode) =>
      Buffer.concat([Buffer.from("e\r\n"), encode(smuggled), Buffer.from("\r\n0\r\n\r\n")]),
  },
];

export const handshakeCases: readonly HandshakeCase[] = [
  ...accepted.map(rows("accepted")),
  ...refused.map(rows("refused")),
  ...either.map(rows("either")),
  ...offerCases,
  ...bodies,
];
