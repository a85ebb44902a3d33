import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { createRecentHeads } from "../../src/tap/heads.ts";

const requestOf = (...rawHeaders: string[]): IncomingMessage =>
  ({ method: "GET", url: "/", httpVersion: "1.1", rawHeaders }) as unknown as IncomingMessage;

test("the newest handshakes are kept, as many as there is room for", () => {
  const heads = createRecentHeads();
  const shake = (conn: number): void => {
    const request = requestOf("X-Long", "x".repeat(10_000));
    heads.asked(conn, request);
    heads.answered(request, ["HTTP/1.1 101 Switching Protocols"]);
  };
  for (let conn = 1; conn <= 100; conn++) shake(conn);
  const known = Array.from({ length: 100 }, (_, i) => i + 1).filter((conn) => heads.of(conn));
  expect(known).toEqual(Array.from({ length: 26 }, (_, i) => 75 + i));
  for (const conn of known) heads.forget(conn);
  for (let conn = 101; conn <= 126; conn++) shake(conn);
  expect(heads.of(101)?.answer).toBe("HTTP/1.1 101 Switching Protocols\r\n\r\n");
});

test("an answer is taken for none but the request that was asked last", () => {
  const heads = createRecentHeads();
  const request = requestOf("Host", "a");
  heads.asked(1, request);
  heads.answered(requestOf("Host", "b"), ["HTTP/1.1 101"]);
  expect(heads.of(1)).toBeUndefined();
  heads.answered(request, ["HTTP/1.1 101"]);
  expect(heads.of(1)?.request).toBe("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
});
