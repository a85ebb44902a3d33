import { expect, test } from "vitest";
import { isSameHost } from "../src/origin.ts";
import { parseAuthorization } from "../src/authorization.ts";
import { terminalLine } from "../src/program/console-log.ts";
import { printable } from "../src/log.ts";
import { suggest } from "../src/settings/suggest.ts";
import { parseCount, parseDuration, parseSize, parseSwitch } from "../src/settings/values.ts";

const read = <T>({ ok, ...rest }: { ok: boolean; value?: T }): T | "refused" =>
  ok ? (rest.value as T) : "refused";

test.each([
  ["500ms", 500],
  ["30s", 30_000],
  ["5m", 300_000],
  ["1h", 3_600_000],
  ["596h", 2_145_600_000],
  ["597h", "refused"],
  ["0s", "refused"],
  ["30", "refused"],
  ["1.5s", "refused"],
  ["-1s", "refused"],
  ["1S", "refused"],
  ["", "refused"],
])("reads the time %j as %s", (text, expected) => {
  expect(read(parseDuration(text))).toBe(expected);
});

test.each([
  ["1", 1],
  ["64KiB", 65_536],
  ["1MiB", 1_048_576],
  ["1024MiB", 1_073_741_824],
  ["1025MiB", "refused"],
  ["0", "refused"],
  ["1kb", "refused"],
  ["1e3", "refused"],
])("reads the size %j as %s", (text, expected) => {
  expect(read(parseSize(text))).toBe(expected);
});

test.each([
  ["0", 0],
  ["65535", 65_535],
  ["65536", "refused"],
  ["0x10", "refused"],
  [" 1", "refused"],
  ["99999999999", "refused"],
])("reads the count %j as %s", (text, expected) => {
  expect(read(parseCount(0, 65_535)(text))).toBe(expected);
});

test.each([
  ["true", true],
  ["1", true],
  ["on", true],
  ["FALSE", false],
  ["0", false],
  ["", "refused"],
])("reads the switch %j as %s", (text, expected) => {
  expect(read(parseSwitch(text))).toBe(expected);
});

test.each([
  ["prot", "port"],
  ["poort", "port"],
  ["PORT", "port"],
  ["hosts", "host"],
  ["auth-timout", "auth-timeout"],
  ["max-mesage", "max-message"],
  ["frobnicate", undefined],
  ["", undefined],
])("takes %j for %s", (word, expected) => {
  expect(suggest(word, ["host", "port", "auth-timeout", "max-message"])).toBe(expected);
});

test.each([
  [undefined, "example.com", true],
  ["http://example.com", "example.com", true],
  ["http://example.com", "EXAMPLE.com:80", true],
  ["https://example.com", "example.com:443", true],
  ["https://example.com", "example.com:80", false],
  ["http://[::1]:8080", "[::1]:8080", true],
  ["http://example.com", undefined, false],
  ["http://example.com", "example.com/path", false],
  ["http://example.com", "user@example.com", false],
  ["http://example.com.", "example.com", false],
  ["http://a.example.com", "example.com", false],
  ["chrome-extension://abcdef", "abcdef", false],
  ["null", "null", false],
])("finds origin %s at host %s: %s", (origin, host, expected) => {
  expect(isSameHost(origin, host)).toBe(expected);
});

test("reads Basic credentials of any UTF-8, split at the first colon", () => {
  const header = `basic  ${Buffer.from("ada:p:ä语").toString("base64")}`;
  expect(parseAuthorization(header)).toEqual({
    ok: true,
    value: { kind: "password", user: "ada", password: "p:ä语" },
  });
});

test("makes a peer's text harmless, and short", () => {
  expect(printable("ok \x1b[31m\x9b\u202e\u2028\ud800\x7f語")).toBe(
    "ok \\u{1b}[31m\\u{9b}\\u{202e}\\u{2028}\\u{d800}\\u{7f}語",
  );
  expect(printable("x".repeat(200))).toBe(`${"x".repeat(100)}…`);
});

test("writes a log line for a terminal on which nothing in it can act", () => {
  const entry = { level: 30, time: "2026-01-02T03:04:05.678Z", conn: 7, path: "/\x9b31m\n" };
  expect(terminalLine(JSON.stringify({ ...entry, msg: "connected" }))).toBe(
    String.raw`03:04:05 info  [7] connected path="/\u{9b}31m\n"`,
  );
});
