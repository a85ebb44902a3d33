import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { encodeHeader, mask } from "@wsecho/wire";
import { eventually } from "../support/eventually.ts";
import { startTestProxy } from "../support/proxy.ts";
import { closedPort, startBareServer, startWebServer } from "../support/servers.ts";

/** Sends one text after the other and gives the replies. */
async function talk(
  socket: WebSocket,
  texts: readonly string[],
  replies = texts.length,
): Promise<readonly string[]> {
  const got: string[] = [];
  await once(socket, "open");
  const all = new Promise<void>((resolve, reject) => {
    socket.on("message", (data: Buffer) => {
      got.push(data.toString());
      if (got.length === replies) resolve();
    });
    socket.on("close", (code) => reject(new Error(`closed with ${code}: ${got.join()}`)));
  });
  for (const text of texts) socket.send(text);
  await all;
  socket.close(1000);
  await once(socket, "close");
  return got;
}

const echo = (options = {}) =>
  startBareServer((socket) => {
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  }, options);

/** Answers one request in bytes, to the end. */
async function raw(port: number, request: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(request);
  let answer = "";
  for await (const chunk of socket as AsyncIterable<Buffer>) answer += chunk.toString();
  return answer;
}

describe("the proxy", () => {
  it("keeps a compressor's history right behind messages that were changed or dropped", async () => {
    const deflate = { perMessageDeflate: { threshold: 0 } };
    const received: string[] = [];
    await using server = await startBareServer((socket) => {
      socket.on("message", (data: Buffer) => {
        received.push(data.toString());
        socket.send(data.toString());
      });
    }, deflate);
    await using proxy = await startTestProxy({
      target: server.url,
      rules: [
        { match: "dir:c2s /number 3/", action: "replace", find: "3", with: "three" },
        { match: "dir:c2s /number 5/", action: "drop" },
        { match: "dir:s2c /number 2/", action: "replace", text: "two" },
      ],
    });
    const texts = [1, 2, 3, 4, 5, 6, 7].map(
      (n) => `a text that compresses well, a text that compresses, number ${n}`,
    );
    const socket = new WebSocket(proxy.url, deflate);
    const replies = await talk(socket, texts, 6);
    const [one, , three, four, , six, seven] = texts;
    const changed = three?.replace("3", "three");
    expect(received).toEqual([one, texts[1], changed, four, six, seven]);
    expect(replies).toEqual([one, "two", changed, four, six, seven]);
    await eventually(() => proxy.proxy.passages.size).toBe(0);
    const says = proxy.records.flatMap((record) => (record.k === "note" ? [record.says] : []));
    expect(says.filter((text) => text.includes("without compression"))).not.toHaveLength(0);
    const frames = proxy.records.filter((record) => record.k === "frame");
    expect(frames.every(({ rsv, op }) => op >= 8 || rsv === 4)).toBe(true);
  });

  it("cuts a connection whose next message cannot be read behind one that was changed, and says so", async () => {
    await using server = await echo({ perMessageDeflate: { threshold: 0 } });
    await using proxy = await startTestProxy({
      target: server.url,
      rules: [{ match: "dir:c2s", action: "replace", text: "changed", times: 1 }],
    });
    const client = connect(proxy.port, "127.0.0.1");
    client.write(
      "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
    );
    await once(client, "data");
    const key = Buffer.from("37fa213d", "hex");
    // "Hello" of RFC 7692 section 7.2.3.1, and a block of a type that there is not.
    for (const payload of ["f248cdc9c90700", "0707"].map((hex) => Buffer.from(hex, "hex"))) {
      const header = encodeHeader({ fin: 1, rsv: 4, op: 1, masked: true, len: payload.length });
      client.write(Buffer.concat([header, key, mask(payload, key)]));
    }
    client.resume();
    // It may hear of the cut as an error, too.
    client.on("error", () => undefined);
    await new Promise((resolve) => client.on("close", resolve));
    const reason = "a compressed message cannot be sent on behind one that was changed";
    expect(proxy.said).toEqual([`connection 1 was cut: ${reason}`]);
    const says = proxy.records.flatMap((record) => (record.k === "note" ? [record.says] : []));
    expect(says).toContain(`the proxy cut the connection: ${reason}`);
    await eventually(() => proxy.proxy.passages.size).toBe(0);
  });

  it("records what it still held when a client was gone, and that it went nowhere", async () => {
    const received: string[] = [];
    await using server = await startBareServer((socket) => {
      socket.on("message", (data: Buffer) => received.push(data.toString()));
    });
    await using proxy = await startTestProxy({
      target: server.url,
      rules: [{ match: "dir:c2s /held/", action: "hold" }],
    });
    const socket = new WebSocket(proxy.url);
    await once(socket, "open");
    socket.send("first");
    socket.send("held, and never decided about");
    // Half a message.
    socket.send("half of ", { fin: false });
    await eventually(() => received).toEqual(["first"]);
    // Both, each with its header and key; a reset takes with it what was not read.
    const [passage] = proxy.proxy.passages.values();
    await eventually(() => passage?.engine.waiting("c2s")).toBe(6 + 29 + 6 + 8);
    socket.on("error", () => undefined);
    (socket as unknown as { readonly _socket: Socket })._socket.resetAndDestroy();
    await eventually(() => proxy.proxy.passages.size).toBe(0);
    const frames = proxy.records.filter((record) => record.k === "frame");
    expect(frames.map(({ text, edited }) => [text, edited?.hdr.length])).toEqual([
      ["first", undefined],
      ["held, and never decided about", 0],
      ["half of ", 0],
    ]);
    const notes = proxy.records.filter((record) => record.k === "note");
    expect(notes.map(({ says }) => says)).toContain("message 2 was dropped (the connection ended)");
    expect(proxy.records.filter((record) => record.k === "close")).toMatchObject([{ code: 1006 }]);
    expect(received).toEqual(["first"]);
  });

  it("holds messages for a person, who decides about each", async () => {
    await using server = await echo();
    await using proxy = await startTestProxy({ target: server.url });
    proxy.proxy.holdAll = true;
    const socket = new WebSocket(proxy.url);
    const replies = talk(socket, ["one", "two"], 1);
    await eventually(() => proxy.held).toHaveLength(2);
    const [passage] = proxy.proxy.passages.values();
    proxy.proxy.holdAll = false;
    passage?.engine.decide(2, { kind: "drop" }, 0);
    passage?.engine.decide(1, { kind: "edit", text: "uno" }, 0);
    expect(await replies).toEqual(["uno"]);
  });

  it("is an HTTP proxy for CONNECT and for requests with the whole URL", async () => {
    await using server = await echo();
    await using proxy = await startTestProxy({});
    const tunnel = connect(proxy.port, "127.0.0.1");
    tunnel.write(
      `CONNECT 127.0.0.1:${server.port} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`,
    );
    const [established] = (await once(tunnel, "data")) as [Buffer];
    expect(established.toString()).toMatch(/^HTTP\/1\.1 200 /);
    const inside = new WebSocket(server.url, { createConnection: () => tunnel });
    expect(await talk(inside, ["through a tunnel"])).toEqual(["through a tunnel"]);

    const whole = new WebSocket(`ws://127.0.0.1:${proxy.port}`, {
      finishRequest: (request) => {
        request.path = `${server.url}/path?q=1`;
        request.setHeader("Proxy-Authorization", "Basic c2VjcmV0OnNlY3JldA==");
        request.end();
      },
    });
    expect(await talk(whole, ["by its URL"])).toEqual(["by its URL"]);
    const texts = proxy.records.flatMap((record) => (record.k === "message" ? [record.text] : []));
    expect(texts.filter((text) => text?.startsWith("through"))).toHaveLength(2);
    expect(texts.filter((text) => text?.startsWith("by"))).toHaveLength(2);
  });

  it("sends an HTTP request on with its path, and without what is meant for proxies", async () => {
    await using web = await startWebServer((request, response) => {
      response.end(JSON.stringify([request.url, request.headers]));
    });
    await using proxy = await startTestProxy({});
    const host = `127.0.0.1:${web.port}`;
    const answer = await raw(
      proxy.port,
      `GET http://${host}/a?b HTTP/1.1\r\nHost: ${host}\r\nProxy-Connection: keep-alive\r\nProxy-Authorization: x\r\n\r\n`,
    );
    const [url, headers] = JSON.parse(
      answer.slice(answer.indexOf("["), answer.lastIndexOf("]") + 1),
    ) as [string, object];
    expect(url).toBe("/a?b");
    expect(headers).toEqual({ host, connection: "close" });
  });

  it("says with 502 that a server is not there, and with 400 and 405 what it is", async () => {
    const port = await closedPort();
    const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    await using reverse = await startTestProxy({ target: `ws://127.0.0.1:${port}` });
    expect(await raw(reverse.port, get)).toMatch(
      /^HTTP\/1\.1 502 [^]*cannot be reached \(ECONNREFUSED\)/,
    );
    expect(await raw(reverse.port, "CONNECT a:1 HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1\.1 405 /);
    await using forward = await startTestProxy({});
    expect(await raw(forward.port, get)).toMatch(/^HTTP\/1\.1 400 [^]*--target/);
    expect(reverse.said[0]).toContain("Is the server running there?");
  });

  it("sends the path and the name of the target where they are another", async () => {
    await using web = await startWebServer((request, response) => {
      response.end(`${request.url} ${request.headers.host}`);
    });
    const target = `ws://localhost:${web.port}/chat?x=1`;
    await using proxy = await startTestProxy({ target, keepHost: false });
    const ask = (path: string) =>
      raw(proxy.port, `GET ${path} HTTP/1.1\r\nHost: elsewhere\r\nConnection: close\r\n\r\n`);
    expect(await ask("/")).toContain(`/chat?x=1 localhost:${web.port}`);
    expect(await ask("/other")).toContain(`/other localhost:${web.port}`);
  });

  it("reads a leg no faster than the other takes it", async () => {
    await using server = await startBareServer((socket) => {
      const chunk = Buffer.alloc(1_000_000, 1);
      for (let i = 0; i < 60; i++) socket.send(chunk);
    });
    await using proxy = await startTestProxy({ target: server.url });
    const slow = new WebSocket(proxy.url);
    await once(slow, "open");
    slow.pause();
    const size = (): number =>
      proxy.records.reduce((sum, record) => sum + (record.k === "frame" ? record.len : 0), 0);
    let last = -1;
    // It comes to rest where the buffers of the system are full.
    await eventually(() => {
      const before = last;
      last = size();
      return last > 0 && before === last;
    }).toBe(true);
    expect(last).toBeLessThan(60_000_000);
    let got = 0;
    slow.on("message", () => (got += 1));
    slow.resume();
    await eventually(() => got).toBe(60);
    slow.terminate();
  });
});
