import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createServer, type EchoServer } from "../../src/index.ts";
import { connectRaw, handshake, text, type RawPeer } from "../support/raw.ts";
import { createLog, testUsers, type LogEntry, type TestServer } from "../support/start-server.ts";
import { deflateLines, floodLines, lifecycleLines, selfLines, tlsLines } from "./floods.ts";
import { credentialLines, handshakeLines, originLines } from "./handshakes.ts";
import { login, next, type Line } from "./line.ts";
import { frameLines, inBandLines, maxMessageBytes } from "./sessions.ts";

/** What the project has set itself to withstand: nothing of it is left out in silence. */
const inputs: Readonly<Record<string, readonly [list: string, lines: readonly Line[]]>> = {
  Handshake: [
    "reset before, during, after refusal; POST with body; HTTP/1.0; `h2c`; missing, short, duplicate Key; versions 0, 8, 12; frames pipelined in `head`; 2001 headers; 16 KiB+; slow headers; `__proto__`, `constructor`; 32k spaces in protocol; `..`, `//`, bad percent-encoding; CR/LF and escapes into logs",
    handshakeLines,
  ],
  "Origin/Host": [
    "absent; `null`; duplicate; lookalike suffix/prefix; port and case variants; rebinding Host",
    originLines,
  ],
  Credentials: [
    "none on loopback; no colon; bad base64; NUL; non-UTF-8; 64 KiB password; duplicate header; token in query (never logged); unknown-user timing; parallel guessing; spoofed X-Forwarded-For; locking out a victim",
    credentialLines,
  ],
  "In-band": [
    "silence; data before auth; second auth; binary auth; deep, huge, duplicate-key JSON; SCRAM replayed or truncated nonce, altered iterations or gs2 header, empty proof, abandoned exchanges, iteration bomb to the client (ruby/net-imap#654); unknown user needs a stable fake salt; revoked user still connected",
    inBandLines,
  ],
  Frames: [
    "unmasked; RSV1 unnegotiated, RSV2/3; reserved opcodes; control >125 or fragmented; 1-byte close; codes 0, 999, 1004–1006, 1015, 2999, 5000; stray continuation; interleaved data; invalid UTF-8; code point split across fragments (must pass); length 2^60, top bit, non-minimal; limit ±1, whole and fragmented",
    frameLines,
  ],
  Floods: [
    "1-byte fragments; endless empty fragments; ping/pong storms; byte-at-a-time TCP; reconnect churn; EMFILE",
    floodLines,
  ],
  Deflate: ["bomb; corrupt stream; bad or repeated offers", deflateLines],
  Lifecycle: [
    "never reads; half message then silence; FIN half-close; never answers close; data after close; SIGTERM mid-handshake or mid-auth; SIGHUP with a broken file (keep old)",
    lifecycleLines,
  ],
  TLS: [
    "plaintext on TLS port; stalled handshake; odd SNI; wrong/expired/revoked client certificate",
    tlsLines,
  ],
  "Self-inflicted": [
    "XSS through echoed headers; amplification by `/bytes`; faults leaking across sessions",
    selfLines,
  ],
};

const log: LogEntry[] = [];
let server: EchoServer;
let target: TestServer;

async function logIn(port: number): Promise<RawPeer> {
  const peer = await connectRaw(port);
  peer.socket.write(Buffer.concat([Buffer.from(handshake()), text(login)]));
  expect(await next(peer)).toContain("congratulation");
  return peer;
}

async function expectEcho(peer: RawPeer, words: string): Promise<void> {
  peer.socket.write(text(words));
  expect(await next(peer)).toBe(`your submit context: ${words}`);
}

/** Talks all the while, and must be answered all the while. */
async function talkUntil(end: Promise<void>, peer: RawPeer): Promise<void> {
  const over = new AbortController();
  const settled = end.finally(() => over.abort());
  do {
    await expectEcho(peer, "still here");
    await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, 100))]);
  } while (!over.signal.aborted);
  await expectEcho(peer, "still here");
  peer.socket.destroy();
}

// One server for all, as there would be: what one peer leaves behind, the next would meet.
beforeAll(async () => {
  server = createServer({
    port: 0,
    users: await testUsers(),
    allowAnonymous: true,
    compress: true,
    webRoot: null,
    log: createLog(log),
    limits: {
      maxMessageBytes,
      authTimeoutMs: 2000,
      idleTimeoutMs: 2000,
      handshakeTimeoutMs: 1000,
      closeTimeoutMs: 500,
      slowTimeoutMs: 500,
      highWaterBytes: 64 * 1024,
    },
  });
  target = { ...(await server.listen()), server, log };
});
afterAll(() => server.close());

describe.each(Object.entries(inputs))("%s", (_group, [list, lines]) => {
  test("is whole: each input of the list has its tests", () => {
    expect(lines.map(({ input }) => input)).toEqual(list.split("; "));
    for (const { attacks = [], elsewhere = [] } of lines)
      expect(attacks.length + elsewhere.length).toBeGreaterThan(0);
  });

  const attacks = lines.flatMap(({ input, attacks: all = [] }) =>
    all.map(({ what, run }) => [input, what, run] as const),
  );

  if (attacks.length > 0)
    test.each(attacks)("%s: %s; others and newcomers are served", async (_input, _what, run) => {
      const before = log.length;
      await talkUntil(run(target), await logIn(target.port));
      await expectEcho(await logIn(target.port), "just come");
      const since = log.slice(before);
      expect(since.filter(({ level }) => level === "error")).toEqual([]);
      // Nothing that a peer sends is a failure of ours.
      const ours = ({ fields }: LogEntry): boolean =>
        fields["code"] === 1011 || fields["close"] === "internalError";
      expect(since.filter(ours)).toEqual([]);
    });

  const elsewhere = lines.flatMap(({ input, elsewhere: all = [] }) =>
    all.map((evidence) => [input, ...evidence.split(" › ")] as const),
  );

  if (elsewhere.length > 0)
    test.each(elsewhere)("%s: is seen in %s", (_input, file = "", title = "") => {
      const source = readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
      expect(source).toContain(title);
    });
});
