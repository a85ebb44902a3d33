import { once } from "node:events";
import { faultVectors } from "@wsecho/protocol/vectors";
import { describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { createMetrics } from "../../src/metrics.ts";
import {
  connect,
  connectPlain,
  connectV1,
  refusedHandshake,
  type TestClient,
} from "../support/client.ts";
import { frame, openRaw, text, type RawPeer } from "../support/raw.ts";
import { soon } from "../support/soon.ts";
import { startServer, type TestServer } from "../support/start-server.ts";

const lab = (limits = {}, more = {}): Promise<TestServer> =>
  startServer({ faults: true, allowAnonymous: true, limits, ...more });

/** Timers count whole milliseconds, from a clock that may stand at the beginning of the one before. */
const timerMs = 2;

const asking = (port: number, query: string, headers = {}): Promise<RawPeer> =>
  openRaw(port, headers, `GET /echo?${query} HTTP/1.1`);

/** Frames up to `count`, as `fin opcode payload`. */
async function frames(peer: RawPeer, count: number): Promise<readonly string[]> {
  const seen: string[] = [];
  while (seen.length < count) {
    const { first, opcode, payload } = await peer.frame();
    seen.push(`${first >> 7} ${opcode} ${payload.toString()}`);
  }
  return seen;
}

describe("a wish", () => {
  test.each(faultVectors)("[F2, F3] at the server: $id", async ({ query, expect: expected }) => {
    const { url } = await lab();
    if ("status" in expected) {
      const { status, body } = await refusedHandshake(`${url}/echo?${query}`);
      expect(status).toBe(400);
      for (const name of expected.names) expect(body).toContain(name);
      return;
    }
    const socket = new WebSocket(`${url}/echo?${query}`);
    const [{ headers }] = (await once(socket, "upgrade")) as [{ headers: object }];
    socket.terminate();
    expect(headers).toEqual(
      expected.faults === null
        ? expect.not.objectContaining({ "wsecho-fault": expect.anything() as string })
        : expect.objectContaining({ "wsecho-fault": expected.faults }),
    );
  });

  test.each(["/", "/echo", "/inspect"])(
    "[F2] is refused with 403 where the lab is off, right or wrong: %s",
    async (path) => {
      const { url } = await startServer({ allowAnonymous: true });
      for (const query of ["fault=no-pong", "fault=loss", "faults=x"]) {
        const { status, body } = await refusedHandshake(`${url}${path}?${query}`, "wsecho.v1");
        // The echo path and the feed have words of their own for a subprotocol.
        if (path === "/echo") expect(status).toBe(400);
        else expect([status, body]).toEqual([403, expect.stringContaining("--faults")]);
      }
      if (path === "/echo") {
        const { status } = await refusedHandshake(`${url}/echo?fault=no-pong`);
        expect(status).toBe(403);
      }
    },
  );

  test("[F1] is refused at the wire feed, which is no session to spoil", async () => {
    const { url } = await lab();
    const { status, body } = await refusedHandshake(`${url}/inspect?fault=no-pong`, "wsecho.v1");
    expect(status).toBe(400);
    expect(body).toContain("/echo");
  });

  test("is counted by fault, and named in the log without its reason", async () => {
    const metrics = createMetrics();
    const { url, log } = await lab({}, { meter: metrics.meter });
    await connect(`${url}/echo?fault=delay:1ms,close:4403@9&fault-reason=SECRET`);
    const counted = await metrics.text();
    expect(counted).toContain('wsecho_faults_total{fault="delay"} 1');
    expect(counted).toContain('wsecho_faults_total{fault="close"} 1');
    const [entry] = log.filter(({ message }) => message === "connected");
    expect(entry?.fields).toMatchObject({ faults: "delay:1ms,close:4403@9" });
    expect(JSON.stringify(log)).not.toContain("SECRET");
  });
});

describe("delay", () => {
  test("[F4] keeps the order, and the others do not wait", async () => {
    const { url } = await lab();
    const slow = await connect(`${url}/echo?fault=delay:1s`);
    const fast = await connect(`${url}/echo`);
    const began = performance.now();
    slow.send("1", Buffer.of(2), "3");
    fast.send("now");
    // Whatever the machine is doing: the one that is not held back has come before the other.
    const order: string[] = [];
    await Promise.all([
      fast.next().then(() => order.push("fast")),
      slow.next().then(() => order.push("slow")),
    ]);
    expect(order).toEqual(["fast", "slow"]);
    expect(performance.now() - began).toBeGreaterThan(1000 - timerMs);
    expect([await slow.next(), await slow.next()]).toEqual([Buffer.of(2), "3"]);
  });

  test("[F4] holds pongs back too", async () => {
    const { port } = await lab();
    const peer = await asking(port, "fault=delay:200ms");
    const began = performance.now();
    peer.socket.write(frame(0x89, "p"));
    expect(await frames(peer, 1)).toEqual(["1 10 p"]);
    expect(performance.now() - began).toBeGreaterThan(200 - timerMs);
  });

  test("[F4] reads no more from a peer for which too much waits, closes nothing, loses nothing", async () => {
    const metrics = createMetrics();
    const { url } = await lab({ highWaterBytes: 65_536 }, { meter: metrics.meter });
    const client = await connect(`${url}/echo?fault=delay:100ms`);
    const messages = Array.from({ length: 400 }, (_, i) => Buffer.alloc(10_000, i % 251));
    client.send(...messages);
    for (const message of messages)
      expect(message.equals(Buffer.from(await client.next()))).toBe(true);
    expect(await metrics.text()).not.toMatch(/slow-timeout/);
  });

  test("[F4] stops reading while it holds", async () => {
    const { url } = await lab({ highWaterBytes: 65_536 });
    const client = await connect(`${url}/echo?fault=delay:5m`);
    client.send(...Array.from({ length: 2000 }, () => Buffer.alloc(16_384)));
    // The rest stays in this client, for as long as the server takes nothing.
    const waits = (): number => client.socket.bufferedAmount;
    let before = -1;
    await expect
      .poll(() => {
        const same = waits() === before;
        before = waits();
        return same && before > 0;
      }, soon)
      .toBe(true);
    expect(client.rest()).toEqual([]);
  });
});

describe("fragment", () => {
  test("[F5] sends each message in so many frames, inside characters, of any length", async () => {
    const { port } = await lab();
    const peer = await asking(port, "fault=fragment:3");
    peer.socket.write(Buffer.concat([text("你"), text(""), frame(0x82, "abcdefg")]));
    const got: string[] = [];
    for (let i = 0; i < 9; i++) {
      const { first, payload } = await peer.frame();
      got.push(`${first.toString(16)} ${payload.toString("hex")}`);
    }
    expect(got).toEqual([
      ...["1 e4", "0 bd", "80 a0"],
      ...["1 ", "0 ", "80 "],
      ...["2 6162", "0 6364", "80 656667"],
    ]);
  });

  test("[F5] lets a pong stand between two frames", async () => {
    const { port } = await lab();
    const peer = await asking(port, "fault=fragment:2,gap:500ms");
    peer.socket.write(Buffer.concat([text("abcd"), frame(0x89, "p")]));
    expect(await frames(peer, 3)).toEqual(["0 1 ab", "1 10 p", "1 0 cd"]);
  });

  test.each(["plain", "v1"] as const)(
    "[F5] is what a client reads as one message: %s",
    async (kind) => {
      const { url } = await lab({}, { compress: true });
      const client = await logIn(url, kind, "fault=fragment:100");
      expect(client.socket.extensions).toContain("permessage-deflate");
      const long = "你好".repeat(10_000);
      client.send(kind === "v1" ? JSON.stringify({ type: "submit", id: 1, text: long }) : long);
      expect(await client.next()).toContain(long);
    },
  );

  test("goes on after a peer that did not read, with every byte", async () => {
    const { url } = await lab({ highWaterBytes: 20_000 });
    const client = await connect(`${url}/echo?fault=fragment:10`);
    client.socket.pause();
    // More than the system holds for both of them.
    const messages = Array.from({ length: 1500 }, (_, i) => `${i % 10}`.repeat(16_000));
    client.send(...messages);
    await expect.poll(() => client.socket.bufferedAmount, soon).toBeGreaterThan(0);
    client.socket.resume();
    for (const message of messages) expect(await client.next()).toBe(message);
  });
});

test("[F6] no-pong answers no ping, and no ping of v1, and everything else", async () => {
  const { url, port } = await lab();
  const peer = await asking(port, "fault=no-pong");
  peer.socket.write(Buffer.concat([frame(0x89, "p"), text("a")]));
  expect(await frames(peer, 1)).toEqual(["1 1 a"]);
  const client = await logIn(url, "v1", "fault=no-pong");
  client.sendJson({ type: "ping" }, { type: "submit", id: 1, text: "a" });
  expect(await client.nextJson()).toEqual({ type: "echo", id: 1, text: "a" });
});

test("[F7] no-compress does not take what the client offers", async () => {
  const { url } = await lab({}, { compress: true });
  expect((await connect(`${url}/echo`)).socket.extensions).toContain("permessage-deflate");
  expect((await connect(`${url}/echo?fault=no-compress`)).socket.extensions).toBe("");
});

const basic = { Authorization: `Basic ${Buffer.from("admin:123456").toString("base64")}` };
const kinds = ["plain", "v1", "echo"] as const;
type Kind = (typeof kinds)[number];

async function logIn(url: string, kind: Kind, query: string): Promise<TestClient> {
  if (kind === "echo") return connect(`${url}/echo?${query}`);
  return kind === "plain" ? connectPlain(`${url}/?${query}`) : connectV1(`${url}/?${query}`);
}

const say = (client: TestClient, kind: Kind, id: number): void =>
  kind === "v1" ? client.sendJson({ type: "submit", id, text: `${id}` }) : client.send(`${id}`);

describe("the end that was asked for", () => {
  test.each(kinds)("[F8] closes behind so many answers, and answers no more: %s", async (kind) => {
    const { url } = await lab();
    const client = await logIn(url, kind, "fault=close:4403@3,delay:20ms&fault-reason=so%20long");
    for (let id = 1; id <= 6; id++) say(client, kind, id);
    for (let id = 1; id <= 3; id++) expect((await client.next()).toString()).toContain(`${id}`);
    expect(await client.closed).toEqual({ code: 4403, reason: "so long" });
    expect(client.rest()).toEqual([]);
  });

  test.each(kinds)("[F8] closes right behind the login: %s", async (kind) => {
    const { url } = await lab();
    // `ok`, or the plain dialect's text, has been read by then.
    const client = await logIn(url, kind, "fault=close:1013");
    expect(await client.closed).toEqual({ code: 1013, reason: "injected fault" });
    expect(client.rest()).toEqual([]);
  });

  test("[F8] closes as the first thing where the handshake has logged in", async () => {
    const { url } = await lab();
    const client = await connect(`${url}/?fault=close:4000`, [], { headers: basic });
    expect((await client.closed).code).toBe(4000);
    expect(client.rest()).toEqual([]);
  });

  test("[F8] counts a binary message and the error of a message that failed", async () => {
    const onMessage = (): string => "a text, also to bytes";
    const { url } = await lab({}, { onMessage });
    const client = await logIn(url, "v1", "fault=close:4001@2");
    say(client, "v1", 1);
    expect(await client.nextJson()).toMatchObject({ type: "echo", id: 1 });
    client.sendJson({ type: "submit", id: 2, text: "" });
    expect(await client.nextJson()).toMatchObject({ id: 2 });
    expect((await client.closed).code).toBe(4001);
  });

  test.each(kinds)("[F9] abort ends the connection without a close frame: %s", async (kind) => {
    const { url } = await lab();
    const client = await logIn(url, kind, "fault=abort@1,fragment:5");
    say(client, kind, 1);
    expect((await client.next()).toString()).toContain("1");
    expect((await client.closed).code).toBe(1006);
  });

  test("[F9] abort loses no answer of before it, whatever the peer has sent on", async () => {
    const { port } = await lab();
    const peer = await asking(port, "fault=abort@2");
    const errors: Error[] = [];
    peer.socket.on("error", (error) => errors.push(error));
    // More than one read: what a server leaves unread makes the system reset the connection, and the
    // peer's throw away what had come.
    const messages = Array.from({ length: 3000 }, (_, i) => text(`${i}`.padEnd(2000)));
    peer.socket.write(Buffer.concat(messages));
    expect((await frames(peer, 2)).map((frame) => frame.trim())).toEqual(["1 1 0", "1 1 1"]);
    await peer.ended;
    expect(errors).toEqual([]);
  });

  test("[F9] silence keeps the connection, and says nothing more, not even a close", async () => {
    const { port } = await lab();
    const peer = await asking(port, "fault=silence@1");
    peer.socket.write(Buffer.concat([text("1"), text("2"), frame(0x89, "p")]));
    expect(await frames(peer, 1)).toEqual(["1 1 1"]);
    peer.socket.write(frame(0x88, Buffer.of(0x03, 0xe8)));
    // The server cuts who got no close, after the time that it gives for one.
    expect((await peer.ended).endsWith("\x81\x011")).toBe(true);
  });
});

describe("what is held back", () => {
  test.each(kinds)("[F10] leaves before the close when the server stops: %s", async (kind) => {
    const { url, server } = await lab();
    // Logged in by the handshake, for the answer to a login would have its gaps, too.
    const client = await connect(
      `${url}${kind === "echo" ? "/echo" : "/"}?fault=fragment:3,gap:10s`,
      kind === "v1" ? "wsecho.v1" : [],
      { headers: basic },
    );
    for (let id = 1; id <= 3; id++) say(client, kind, id);
    // Taken and not answered: who would wait for the gaps would wait for minutes.
    await flushed(client);
    const stopped = server.close();
    if (kind === "v1")
      for (const type of ["hello", "ok"]) expect(await client.nextJson()).toMatchObject({ type });
    for (let id = 1; id <= 3; id++) expect((await client.next()).toString()).toContain(`${id}`);
    expect((await client.closed).code).toBe(1001);
    await stopped;
  });

  /** The server has read what was sent before: a pong comes between the frames. */
  async function flushed(client: TestClient): Promise<void> {
    client.socket.ping();
    await once(client.socket, "pong");
  }

  test("[F10] leaves before the answer to the peer's close", async () => {
    const { url } = await lab();
    const client = await connect(`${url}/echo?fault=delay:5m`);
    client.send("1", "2");
    client.socket.close(1000);
    expect([await client.next(), await client.next()]).toEqual(["1", "2"]);
    expect((await client.closed).code).toBe(1000);
  });

  test("leaves no timer behind when the peer goes without a word", async () => {
    const { url, log } = await lab();
    const timers = vi.spyOn(globalThis, "setTimeout");
    const client = await connect(`${url}/echo?fault=delay:5m`);
    client.send("1");
    const ours = (): NodeJS.Timeout[] =>
      timers.mock.results.flatMap(({ value }, i) =>
        (timers.mock.calls[i]?.[1] ?? 0) > 299_000 && isTimer(value) ? [value] : [],
      );
    const isTimer = (value: unknown): value is NodeJS.Timeout =>
      typeof value === "object" && value !== null && "_destroyed" in value;
    await expect.poll(() => ours().filter(isLive).length, soon).toBeGreaterThan(0);
    client.socket.terminate();
    await expect.poll(() => log.some(({ message }) => message === "closed"), soon).toBe(true);
    const left = ours().filter((timer) => isLive(timer) && timer.hasRef());
    timers.mockRestore();
    expect(left).toEqual([]);
  });

  const isLive = (timer: NodeJS.Timeout): boolean =>
    !(timer as unknown as { readonly _destroyed: boolean })._destroyed;
});
