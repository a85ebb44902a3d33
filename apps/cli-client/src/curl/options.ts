/** curl's letters for the options that are known here. */
export const letters: Readonly<Record<string, string>> = {
  "0": "http1.0",
  "4": "ipv4",
  "6": "ipv6",
  "#": "progress-bar",
  A: "user-agent",
  E: "cert",
  F: "form",
  G: "get",
  H: "header",
  I: "head",
  L: "location",
  N: "no-buffer",
  O: "remote-name",
  S: "show-error",
  T: "upload-file",
  X: "request",
  b: "cookie",
  d: "data",
  e: "referer",
  f: "fail",
  g: "globoff",
  i: "include",
  k: "insecure",
  m: "max-time",
  o: "output",
  s: "silent",
  u: "user",
  v: "verbose",
  x: "proxy",
};

/** Of `connect`, by the same name. */
export const flags: ReadonlySet<string> = new Set([
  "insecure",
  "ipv4",
  "ipv6",
  "location",
  "verbose",
]);
export const values: ReadonlySet<string> = new Set([
  "abstract-unix-socket",
  "cacert",
  "cert",
  "connect-timeout",
  "key",
  "noproxy",
  "pass",
  "proxy",
  "resolve",
  "unix-socket",
  "user-agent",
]);

/** They change nothing about a WebSocket handshake. */
export const needless: ReadonlySet<string> = new Set([
  "compressed",
  "fail",
  "globoff",
  "http1.1",
  "http2",
  "include",
  "no-buffer",
  "no-progress-meter",
  "progress-bar",
  "show-error",
  "silent",
]);

const body = "sends a body, which the handshake of a WebSocket has not; send messages instead";
const file = "is about a file; redirect stdout instead";

/** What cannot be had, and why. */
export const refused: ReadonlyMap<string, string> = new Map([
  ["data", body],
  ["data-ascii", body],
  ["data-binary", body],
  ["data-raw", body],
  ["data-urlencode", body],
  ["form", body],
  ["form-string", body],
  ["get", body],
  ["json", body],
  ["upload-file", body],
  ["head", "asks for no WebSocket"],
  ["http1.0", "knows no WebSocket"],
  ["max-time", "has another name here: --timeout"],
  ["output", file],
  ["remote-name", file],
]);
