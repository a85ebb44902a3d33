import { expect } from "vitest";
import { frame, openRaw, text, type RawPeer } from "../support/raw.ts";
import {
  attack,
  closeCode,
  line,
  login,
  next,
  openAnd,
  seenIn,
  v1,
  v1Login,
  type Line,
} from "./line.ts";

const wrong = "sorry, the username or password is wrong, please submit again";

async function hello(port: number): Promise<RawPeer> {
  const peer = await openRaw(port, v1);
  expect(await next(peer)).toContain('"hello"');
  return peer;
}

async function loggedIn(port: number): Promise<RawPeer> {
  const peer = await hello(port);
  peer.socket.write(text(v1Login));
  expect(await next(peer)).toContain('"ok"');
  return peer;
}

const v1Answer = (
  what: string,
  message: string | Buffer,
  code: number,
): ReturnType<typeof attack> =>
  attack(what, async ({ port }) => {
    for (const open of [hello, loggedIn]) {
      const peer = await open(port);
      peer.socket.write(typeof message === "string" ? text(message) : message);
      expect(await closeCode(peer)).toBe(code);
    }
  });

const scram = (data: string): string =>
  JSON.stringify({ type: "auth", mechanism: "scram-sha-256", data });
const first = "n,,n=admin,r=0123456789abcdef";

/** A challenge, answered with `final`: refused, after which the right login still works. */
const tampered = (what: string, final: (serverFirst: string) => string) =>
  attack(what, async ({ port }) => {
    const peer = await hello(port);
    peer.socket.write(text(scram(first)));
    const { data } = JSON.parse(await next(peer)) as { readonly data: string };
    peer.socket.write(text(JSON.stringify({ type: "response", data: final(data) })));
    expect(await next(peer)).toContain('"denied"');
    peer.socket.write(text(v1Login));
    expect(await next(peer)).toContain('"ok"');
  });

const nonceOf = (serverFirst: string): string => /r=([^,]*)/.exec(serverFirst)?.[1] ?? "";
const proof = Buffer.alloc(32, 1).toString("base64");

export const inBandLines: readonly Line[] = [
  line(
    "silence",
    attack("4408 by a deadline", async ({ port }) => {
      for (const headers of [{}, v1]) {
        const peer = await openRaw(port, headers);
        expect(await closeCode(peer)).toBe(4408);
      }
    }),
  ),
  line(
    "data before auth",
    attack("refused in plain, 4401 in v1", async ({ port }) => {
      const plain = await openAnd(port, [text("hello")]);
      expect(await next(plain)).toBe(wrong);
      for (const message of [text('{"type":"submit","id":1,"text":"x"}'), frame(0x82, "x")]) {
        const peer = await openAnd(port, [message], v1);
        expect(await closeCode(peer)).toBe(4401);
      }
    }),
  ),
  line(
    "second auth",
    attack("renews; inside of another it is out of order", async ({ port }) => {
      const peer = await loggedIn(port);
      peer.socket.write(text(v1Login));
      expect(await next(peer)).toContain('"ok"');
      const early = await hello(port);
      early.socket.write(Buffer.concat([text(scram(first)), text(v1Login)]));
      expect(await closeCode(early)).toBe(4409);
    }),
  ),
  line(
    "binary auth",
    attack("refused in plain, 4401 in v1", async ({ port }) => {
      const plain = await openAnd(port, [frame(0x82, login)]);
      expect(await next(plain)).toBe(wrong);
      expect(await closeCode(await openAnd(port, [frame(0x82, v1Login)], v1))).toBe(4401);
    }),
  ),
  line(
    "deep, huge, duplicate-key JSON",
    v1Answer("4400 for deep", "[".repeat(7000), 4400),
    v1Answer("4400 for deep objects", '{"type":'.repeat(900), 4400),
    attack("1009 for huge, before the login", async ({ port }) => {
      const peer = await hello(port);
      peer.socket.write(text(`{"type":"auth","mechanism":"plain","user":"${"x".repeat(9000)}`));
      expect(await closeCode(peer)).toBe(1009);
    }),
    v1Answer("4400 for huge and not JSON", `{"type":"submit","id":${"1".repeat(8000)}`, 4400),
    attack("the last of two keys counts, for all checks alike", async ({ port }) => {
      const peer = await hello(port);
      peer.socket.write(text('{"type":"submit","type":"ping"}'));
      expect(JSON.parse(await next(peer))).toEqual({ type: "pong" });
    }),
    v1Answer("4400 for keys of prototypes", '{"__proto__":{"type":"ping"}}', 4400),
  ),
  {
    ...line(
      "SCRAM replayed or truncated nonce, altered iterations or gs2 header, empty proof, abandoned exchanges, iteration bomb to the client (ruby/net-imap#654)",
      tampered("the client's nonce alone", () => `c=biws,r=0123456789abcdef,p=${proof}`),
      tampered("a truncated nonce", (said) => `c=biws,r=${nonceOf(said).slice(0, -1)},p=${proof}`),
      tampered("another gs2 header", (said) => `c=eSws,r=${nonceOf(said)},p=${proof}`),
      tampered("an empty proof", (said) => `c=biws,r=${nonceOf(said)},p=`),
      tampered("the challenge itself, iterations altered", (said) => said.replace("i=4096", "i=1")),
      attack("abandoned exchanges hold nothing", async ({ port }) => {
        const peers = await Promise.all(Array.from({ length: 50 }, () => hello(port)));
        for (const peer of peers) {
          peer.socket.write(text(scram(first)));
          expect(await next(peer)).toContain('"challenge"');
          peer.socket.destroy();
        }
      }),
    ),
    elsewhere: [
      "tampering.test.ts › a SCRAM login with %s altered is %3$s",
      "tampering.test.ts › a SCRAM login cannot be said again, on the same connection or another",
      "../../../packages/protocol/test/scram/client.test.ts › spends no time on an iteration bomb",
    ],
  },
  line(
    "unknown user needs a stable fake salt",
    attack("the same challenge each time", async ({ port }) => {
      const salts = [];
      for (let i = 0; i < 2; i++) {
        const peer = await hello(port);
        peer.socket.write(text(scram("n,,n=nobody,r=0123456789abcdef")));
        salts.push(/s=[^,]*,i=4096/.exec(await next(peer))?.[0]);
      }
      expect(salts[0]).toMatch(/^s=.{20,},i=4096$/);
      expect(salts[1]).toBe(salts[0]);
    }),
  ),
  seenIn(
    "revoked user still connected",
    "live-sessions.test.ts › ends a session whose user changed between the proof and the entry",
    "commands.test.ts › manages users while the server runs, without a secret in any output or file",
  ),
];

function claim(length: bigint): Buffer {
  const bytes = Buffer.alloc(14);
  bytes.set([0x82, 0xff]);
  bytes.writeBigUInt64BE(length, 2);
  return bytes;
}

const closing = (code: number): Buffer => frame(0x88, Buffer.of(code >> 8, code & 255));

/** Before the login and after it. */
const fails = (what: string, bytes: Buffer, code: number): ReturnType<typeof attack> =>
  attack(`${code} for ${what}`, async ({ port }) => {
    expect(await closeCode(await openAnd(port, [bytes]))).toBe(code);
    const late = await openAnd(port, [text(login)]);
    expect(await next(late)).toContain("congratulation");
    late.socket.write(bytes);
    expect(await closeCode(late)).toBe(code);
  });

const echoed = (what: string, payload: Buffer | string, frames: readonly Buffer[]) =>
  attack(what, async ({ port }) => {
    const peer = await openAnd(port, [text(login)]);
    await next(peer);
    peer.socket.write(Buffer.concat(frames));
    expect((await peer.frame()).payload.toString()).toBe(`your submit context: ${String(payload)}`);
  });

/** The limit of the suite's server. */
export const maxMessageBytes = 100_000;
const part = maxMessageBytes / 2;

export const frameLines: readonly Line[] = [
  line("unmasked", fails("an unmasked frame", Buffer.of(0x81, 1, 0x61), 1002)),
  line(
    "RSV1 unnegotiated, RSV2/3",
    fails("RSV1", frame(0xc1, "a"), 1002),
    fails("RSV2", frame(0xa1, "a"), 1002),
    fails("RSV3", frame(0x91, "a"), 1002),
  ),
  line(
    "reserved opcodes",
    ...[3, 7, 11, 15].map((opcode) => fails(`opcode ${opcode}`, frame(0x80 | opcode, "a"), 1002)),
  ),
  line(
    "control >125 or fragmented",
    fails("a ping of 126 bytes", frame(0x89, "a".repeat(126)), 1002),
    fails("a ping in fragments", frame(0x09, "a"), 1002),
  ),
  line("1-byte close", fails("a close of one byte", frame(0x88, "a"), 1002)),
  line(
    "codes 0, 999, 1004–1006, 1015, 2999, 5000",
    ...[0, 999, 1004, 1005, 1006, 1015, 2999, 5000].map((code) =>
      fails(`code ${code}`, closing(code), 1002),
    ),
  ),
  line("stray continuation", fails("one", frame(0x80, "a"), 1002)),
  line("interleaved data", fails("it", Buffer.concat([frame(1, "a"), frame(0x81, "b")]), 1002)),
  line("invalid UTF-8", fails("it", frame(0x81, Buffer.of(0xc3, 0x28)), 1007)),
  line(
    "code point split across fragments (must pass)",
    echoed("echoed", "🙂", [
      frame(0x01, Buffer.from("🙂").subarray(0, 1)),
      frame(0x00, Buffer.from("🙂").subarray(1, 3)),
      frame(0x80, Buffer.from("🙂").subarray(3)),
    ]),
  ),
  line(
    "length 2^60, top bit, non-minimal",
    fails("2^60", claim(2n ** 60n), 1009),
    fails("the top bit", claim(2n ** 63n), 1009),
    echoed("a length in more bytes than it needs is taken", "abc", [
      Buffer.concat([Buffer.of(0x81, 0xfe, 0, 3, 0, 0, 0, 0), Buffer.from("abc")]),
    ]),
  ),
  line(
    "limit ±1, whole and fragmented",
    ...[-1, 0].flatMap((more) => {
      const payload = "x".repeat(maxMessageBytes + more);
      return [
        echoed(`${more} whole`, payload, [text(payload)]),
        echoed(`${more} in fragments`, payload, [
          frame(0x01, payload.slice(0, part)),
          frame(0x80, payload.slice(part)),
        ]),
      ];
    }),
    ...[
      [text("x".repeat(maxMessageBytes + 1))],
      [frame(0x01, "x".repeat(part)), frame(0x80, "x".repeat(part + 1))],
    ].map((frames) =>
      attack(`1009 for one more in ${frames.length}`, async ({ port }) => {
        const peer = await openAnd(port, [text(login)]);
        await next(peer);
        peer.socket.write(Buffer.concat(frames));
        expect(await closeCode(peer)).toBe(1009);
      }),
    ),
  ),
];
