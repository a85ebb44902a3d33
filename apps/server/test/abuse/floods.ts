import { deflateRawSync } from "node:zlib";
import { expect } from "vitest";
import { connect } from "../support/client.ts";
import { binary, connectRaw, frame, handshake, header, openRaw, text } from "../support/raw.ts";
import { soon } from "../support/soon.ts";
import {
  answered,
  answerTo,
  attack,
  closeCode,
  line,
  login,
  next,
  openAnd,
  seenIn,
  type Line,
} from "./line.ts";

const repeat = (count: number, bytes: Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, () => bytes));

/** Sends until the server closes. */
async function flood(port: number, start: Buffer, more: Buffer, most: number): Promise<number> {
  const peer = await openAnd(port, [text(login)]);
  await next(peer);
  peer.socket.write(start);
  const code = closeCode(peer);
  const over = new AbortController();
  void code.finally(() => over.abort());
  for (let i = 0; i < most && !over.signal.aborted; i++) {
    peer.socket.write(more);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return code;
}

export const floodLines: readonly Line[] = [
  line(
    "1-byte fragments",
    attack("1008 above the limit of fragments", async ({ port }) => {
      expect(await flood(port, frame(0x01, "a"), repeat(500, frame(0x00, "a")), 200)).toBe(1008);
    }),
  ),
  line(
    "endless empty fragments",
    attack("1008 above the limit of fragments", async ({ port }) => {
      expect(await flood(port, frame(0x01), repeat(500, frame(0x00)), 200)).toBe(1008);
    }),
  ),
  line(
    "ping/pong storms",
    attack("answered by the newest, and the session goes on", async ({ port }) => {
      const peer = await openAnd(port, [
        text(login),
        repeat(20_000, frame(0x89, "x")),
        text("end"),
      ]);
      let last = "";
      while (!last.endsWith("end")) last = await next(peer);
    }),
    attack("pongs are ignored", async ({ port }) => {
      const peer = await openAnd(port, [
        text(login),
        repeat(20_000, frame(0x8a, "x")),
        text("end"),
      ]);
      await next(peer);
      expect(await next(peer)).toBe("your submit context: end");
    }),
  ),
  line(
    "byte-at-a-time TCP",
    attack("read like any other", async ({ port }) => {
      const peer = await connectRaw(port);
      const bytes = Buffer.concat([Buffer.from(handshake()), text(login), text("x")]);
      for (const byte of bytes) {
        peer.socket.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await next(peer)).toContain("congratulation");
      expect(await next(peer)).toBe("your submit context: x");
    }),
  ),
  line(
    "reconnect churn",
    attack("500 connections that go at once", async ({ port }) => {
      for (let i = 0; i < 10; i++)
        await Promise.all(
          Array.from({ length: 50 }, async (_, j) => {
            const peer = await openRaw(port);
            if (j % 2 === 0) peer.socket.resetAndDestroy();
            else peer.socket.end();
            await peer.ended;
          }),
        );
    }),
  ),
  seenIn(
    "EMFILE",
    "file-limit.test.ts › goes on serving who is in, and takes the next when there is room",
  ),
];

const agreed = { "Sec-WebSocket-Extensions": "permessage-deflate" };

/** What is answered where compression was agreed on, before the login and after it. */
const inflates = (what: string, payload: () => Buffer, code: number): ReturnType<typeof attack> =>
  attack(`${code} for ${what}`, async ({ port }) => {
    expect(await closeCode(await openAnd(port, [frame(0xc2, payload())], agreed))).toBe(code);
    const late = await openAnd(port, [text(login)], agreed);
    expect(await next(late)).toContain("congratulation");
    late.socket.write(frame(0xc2, payload()));
    expect(await closeCode(late)).toBe(code);
  });

const unagreed = (payload: Buffer): ReturnType<typeof attack> =>
  attack("1002 where no compression was agreed on", async ({ port }) => {
    expect(await closeCode(await openAnd(port, [frame(0xc2, payload)]))).toBe(1002);
  });

/** What 64 MiB of zeros begin with when they are deflated: a thousand times as much. */
const bomb = (): Buffer => deflateRawSync(Buffer.alloc(64 * 1024 * 1024)).subarray(0, 7000);
const corrupt = Buffer.alloc(4, 255);

export const deflateLines: readonly Line[] = [
  line("bomb", inflates("what inflates to more than may come", bomb, 1009), unagreed(bomb())),
  line(
    "corrupt stream",
    inflates("what cannot be inflated", () => corrupt, 1002),
    unagreed(corrupt),
  ),
  line(
    "bad or repeated offers",
    ...[
      "permessage-deflate; server_max_window_bits=99",
      "permessage-deflate; x, permessage-deflate; x",
      "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
      "constructor",
      ";;,",
    ].map((offer) =>
      attack(`refused or not selected: ${offer}`, async ({ port }) => {
        const peer = await connectRaw(port);
        peer.socket.write(handshake({ "Sec-WebSocket-Extensions": offer }));
        const answer = await peer.answer();
        expect(answer).toMatch(/^HTTP\/1\.1 (400|101) /);
        expect(answer).not.toContain("Sec-WebSocket-Extensions: ");
        peer.socket.destroy();
      }),
    ),
    attack("a good one behind many bad ones is answered once", async ({ port }) => {
      const offers = [
        ...Array.from({ length: 20 }, () => "permessage-deflate; x=1"),
        "permessage-deflate",
      ];
      const peer = await connectRaw(port);
      peer.socket.write(handshake({ "Sec-WebSocket-Extensions": offers.join(", ") }));
      const answer = await peer.answer();
      expect(answer).toMatch(/^HTTP\/1\.1 (400|101) /);
      expect(answer.match(/permessage-deflate/g)?.length ?? 0).toBeLessThan(2);
      peer.socket.destroy();
    }),
  ),
];

export const lifecycleLines: readonly Line[] = [
  line(
    "never reads",
    attack("1013 after a while, having stopped reading it", async ({ port, log }) => {
      const before = log.length;
      const peer = await openAnd(port, [text(login)]);
      await next(peer);
      peer.socket.pause();
      const message = binary(Buffer.alloc(90_000));
      // Ends by itself: once the server reads no more, nothing of ours leaves.
      for (let i = 0; i < 1000 && peer.socket.writableLength < 16 * 1024 * 1024; i++) {
        peer.socket.write(message);
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(peer.socket.writableLength).toBeGreaterThan(0);
      const closes = (): unknown[] => log.slice(before).map(({ fields }) => fields["close"]);
      await expect.poll(closes, soon).toContain("tooSlow");
      peer.socket.destroy();
    }),
  ),
  line(
    "half message then silence",
    ...[header(0x81, 1000), frame(0x01, "half"), Buffer.of(0x81)].map((half) =>
      attack("4408: it counts as idle", async ({ port }) => {
        const peer = await openAnd(port, [text(login)]);
        await next(peer);
        peer.socket.write(half);
        expect(await closeCode(peer)).toBe(4408);
        await peer.ended;
      }),
    ),
  ),
  line(
    "FIN half-close",
    attack("ended", async ({ port }) => {
      const peer = await openAnd(port, [text(login)]);
      await next(peer);
      peer.socket.end();
      await peer.ended;
    }),
  ),
  line(
    "never answers close",
    attack("cut after --close-timeout", async ({ port }) => {
      const peer = await openAnd(port, [frame(0x81, Buffer.of(255))]);
      expect(await closeCode(peer)).toBe(1007);
      await peer.ended;
    }),
  ),
  line(
    "data after close",
    attack("ignored", async ({ port }) => {
      const peer = await openAnd(port, [
        text(login),
        frame(0x88),
        text("late"),
        Buffer.alloc(100, 255),
      ]);
      const seen: number[] = [];
      for (;;) {
        const { opcode } = await peer.frame();
        seen.push(opcode);
        if (opcode === 8) break;
      }
      await peer.ended;
      expect(seen.at(-1)).toBe(8);
      expect(seen.length).toBeLessThanOrEqual(2);
    }),
  ),
  seenIn(
    "SIGTERM mid-handshake or mid-auth",
    "shutdown-login.test.ts › stops while logins are being checked, in sessions and at handshakes, and lets nobody in after it",
    "lifecycle.test.ts › cuts what does not answer its close, idle and silent connections too",
  ),
  seenIn(
    "SIGHUP with a broken file (keep old)",
    "program/reload.test.ts › keeps all of the old settings where the file is broken: %j",
  ),
];

export const tlsLines: readonly Line[] = [
  seenIn(
    "plaintext on TLS port",
    "tls/reload.test.ts › survives peers that speak no TLS, that stall, and that go away",
  ),
  seenIn(
    "stalled handshake",
    "tls/reload.test.ts › survives peers that speak no TLS, that stall, and that go away",
  ),
  seenIn(
    "odd SNI",
    "tls/names.test.ts › serves whoever asks for a strange server name, or for none, and everybody else",
  ),
  seenIn(
    "wrong/expired/revoked client certificate",
    "tls/client-certificate.test.ts › is refused with 403: %s",
    "tls/client-certificate.test.ts › lets nobody in any more whose user is disabled, on live sessions too",
  ),
];

const script = "<script>alert(1)</script>";

export const selfLines: readonly Line[] = [
  line(
    "XSS through echoed headers",
    attack("no answer repeats what was sent", async ({ port }) => {
      const encoded = "/%3Cscript%3E";
      for (const request of [
        handshake({}, `GET /${script} HTTP/1.1`),
        handshake({}, `GET ${encoded} HTTP/1.1`),
        handshake({ Host: script }),
        handshake({ Origin: script }, "GET /echo HTTP/1.1"),
        handshake({ "Sec-WebSocket-Protocol": script }),
        handshake({ "Sec-WebSocket-Version": script }),
        handshake({ Authorization: `Basic ${btoa(`${script}:x`)}` }),
      ]) {
        const answer = await answerTo(port, request);
        expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
        expect(answer).toMatch(/\r\nContent-Type: text\/plain; charset=utf-8\r\n/);
        expect(answer).toMatch(/\r\nX-Content-Type-Options: nosniff\r\n/);
        expect(answer).not.toMatch(/script/i);
      }
    }),
  ),
  line(
    "amplification by `/bytes`",
    answered("404: there is none", 404, {}, "/bytes/1000000"),
    attack("no message is answered by much more than itself", async ({ url }) => {
      const client = await connect(url);
      client.send(login, "");
      await client.next();
      expect(String(await client.next()).length).toBeLessThan(100);
      client.socket.terminate();
    }),
  ),
  line(
    "faults leaking across sessions",
    answered("404: there are none", 404, {}, "/stall"),
    attack("a query changes nothing, for nobody", async ({ port }) => {
      const faulty = await openRaw(port, {}, "GET /?delay=60000&closeAfter=1&code=1012 HTTP/1.1");
      const other = await openRaw(port);
      for (const peer of [faulty, other]) {
        peer.socket.write(Buffer.concat([text(login), text("one"), text("two")]));
        for (const part of ["congratulation", "one", "two"])
          expect(await next(peer)).toContain(part);
      }
    }),
  ),
];
