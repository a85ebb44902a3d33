import { randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { plainTexts } from "@wsecho/protocol";
import { clientFrame } from "../frames.ts";
import { converse, nextText, open, within } from "./converse.ts";
import { newPayload } from "./payload.ts";
import { openPlain, type Deed } from "./people.ts";
import { password, slowTimeoutMs, user } from "./server.ts";

let addresses = randomInt(1 << 16);

/** An address that has failed nowhere yet: one after the other, of those for benchmarks (RFC 2544). */
const elsewhere = () => {
  addresses = (addresses + 1) % (1 << 17);
  const [high, low] = [addresses >> 8, addresses & 255];
  return { "X-Forwarded-For": `198.${18 + (high >> 8)}.${high & 255}.${low}` };
};

function expectOne(what: string, seen: string | number, expected: readonly unknown[]): void {
  if (!expected.includes(seen)) throw new Error(`${what}: ${seen}`);
}

/** A wrong password, a wrong token, a wrong handshake: each with the refusal that it deserves. */
const refused: Deed = async ({ url }) => {
  const headers = elsewhere();
  switch (randomInt(4)) {
    case 0: {
      const socket = await open(url, [], { headers });
      socket.send(`${user}:wrong`);
      expectOne("the answer to a wrong password", await nextText(socket), [plainTexts.refused]);
      socket.close();
      await within(once(socket, "close"), "no close");
      return;
    }
    case 1: {
      const socket = await open(url, [], { headers });
      const closed = once(socket, "close") as Promise<[number]>;
      for (let i = 0; i < 6; i++) socket.send("no colon");
      expectOne("the close after many attempts", (await within(closed, "no close"))[0], [4429]);
      return;
    }
    case 2: {
      const wrong = { ...headers, Authorization: "Bearer wrong" };
      expectOne("a wrong token", await refusalOf(`${url}/echo`, [], wrong), ["HTTP 401"]);
      return;
    }
    default: {
      expectOne("a wrong subprotocol", await refusalOf(url, ["soap"], headers), ["HTTP 400"]);
    }
  }
};

async function refusalOf(
  url: string,
  protocols: readonly string[],
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  try {
    (await open(url, protocols, { headers })).terminate();
    return "let in";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const handshake = (port: number): string =>
  [
    "GET / HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
    "\r\n",
  ].join("\r\n");

const login = clientFrame(`${user}:${password}`);

async function openSocket(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  socket.on("error", () => undefined);
  await within(once(socket, "connect"), "no connection");
  return socket;
}

/** Goes away at any byte of handshake, login and messages, politely or by a reset. */
const abort: Deed = async ({ port }) => {
  const socket = await openSocket(port);
  const all = Buffer.concat([
    Buffer.from(handshake(port)),
    login,
    ...Array.from({ length: 20 }, () => clientFrame("abandoned ".repeat(20))),
  ]);
  socket.resume();
  socket.write(all.subarray(0, randomInt(all.length)));
  if (randomInt(2) === 0) await delay(randomInt(30));
  const closed = once(socket, "close");
  if (randomInt(2) === 0) socket.resetAndDestroy();
  else socket.destroy();
  await closed;
};

const frameOf = (first: number, payload: Buffer): Buffer => {
  const bytes = clientFrame(payload.toString("latin1"));
  bytes[0] = first;
  return bytes;
};

/** What no client sends. */
const faults: readonly (() => Buffer)[] = [
  // Noise, which must not happen to be the start of a long message.
  () => Buffer.concat([Buffer.from([0x70]), randomBytes(1 + randomInt(500))]),
  // Reserved bits and opcodes, a fragmented ping, an unmasked frame.
  () => frameOf(0xf1, Buffer.from("x")),
  () => frameOf(0x83, Buffer.from("x")),
  () => frameOf(0x09, Buffer.from("x")),
  () => Buffer.from([0x81, 0x01, 0x78]),
  // No UTF-8: the latin1 text becomes UTF-8 in the frame, so the byte is put in by hand.
  () => Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0xff]),
  // 8 EiB are announced.
  () => Buffer.from([0x82, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0]),
  // A continuation of nothing.
  () => frameOf(0x80, Buffer.from("x")),
];

/** Garbage before or after the login; the server has to end the connection. */
const fault: Deed = async ({ port }) => {
  const socket = await openSocket(port);
  const closed = once(socket, "close");
  const make = faults[randomInt(faults.length)] ?? (() => randomBytes(100));
  const start = [[], [Buffer.from(handshake(port))], [Buffer.from(handshake(port)), login]];
  socket.write(Buffer.concat([...(start[randomInt(3)] ?? []), make(), make()]));
  socket.resume();
  await within(closed, "garbage was not answered by an end");
};

/** Stops in the middle of a request or a login: the server must not wait for ever. */
const half: Deed = async ({ port }) => {
  const socket = await openSocket(port);
  const closed = once(socket, "close");
  const request = Buffer.from(handshake(port));
  const all = randomInt(2) === 0 ? request.subarray(0, -2) : Buffer.concat([request, login]);
  socket.write(all.subarray(0, all.length - 1));
  socket.resume();
  await within(closed, "half a login was waited for");
};

const slowBytes = 24 * 1024 * 1024;
const slowMessages = 24;

/** Sends, and reads only later: nothing of it may be lost. */
const late: Deed = async ({ url }, tally) => {
  const socket = await openPlain(url, tally);
  const payloads = Array.from({ length: 200 }, () => newPayload(16 * 1024));
  socket.pause();
  const done = converse(socket, {
    payloads,
    inFlight: payloads.length,
    prefix: plainTexts.prefix,
    tally,
  });
  await delay(slowTimeoutMs / 4);
  socket.resume();
  await done;
};

/** Sends, and never reads: it is cut, and costs the server no more than its high-water mark. */
const deaf: Deed = async ({ url }, tally) => {
  const socket = await openPlain(url, tally);
  const closed = once(socket, "close") as Promise<[number]>;
  socket.pause();
  const chunk = randomBytes(slowBytes / slowMessages - 1024);
  for (let i = 0; i < slowMessages; i++) socket.send(chunk);
  await delay(slowTimeoutMs * 2);
  socket.resume();
  const [code] = await within(closed, "a peer that never reads was not cut");
  expectOne("the close of a peer that never reads", code, [1013, 1006]);
};

/** Those who do as they like. What they send need not be answered, but each has to come to an end. */
export const strangers: Readonly<Record<string, Deed>> = {
  refused,
  abort,
  fault,
  half,
  late,
  deaf,
};
