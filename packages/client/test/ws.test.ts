import { Agent, createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { connect, type SocketListener } from "../src/index.ts";
import { wsTransport } from "../src/ws.ts";
import { speakV1, startPeer } from "./support/peer.ts";

const admin = { username: "admin", password: "123456" };

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

const respond = (listener: RequestListener): Promise<string> => listen(createServer(listener));

describe("the transport over the ws package", () => {
  it("hands its options on: headers, and an agent that makes the connection", async () => {
    let seen: string | undefined;
    await using server = await startPeer((socket, request) => {
      seen = request.headers["x-test"] as string;
      speakV1(socket);
    });
    let made = 0;
    class Counting extends Agent {
      override createConnection(...args: Parameters<Agent["createConnection"]>) {
        made += 1;
        return super.createConnection(...args);
      }
    }
    const transport = wsTransport({ headers: { "X-Test": "yes" }, agent: new Counting() });
    await using session = await connect(server.url, { ...admin, transport });
    expect(await session.ask("hello")).toBe("hello");
    expect(seen).toBe("yes");
    expect(made).toBe(1);
  });

  it("offers no compression unless it is asked to", async () => {
    const offers: (string | undefined)[] = [];
    await using server = await startPeer((socket, request) => {
      offers.push(request.headers["sec-websocket-extensions"]);
      speakV1(socket);
    });
    for (const transport of [wsTransport(), wsTransport({ perMessageDeflate: true })])
      await (await connect(server.url, { ...admin, transport })).close();
    expect(offers).toEqual([undefined, expect.stringContaining("permessage-deflate")]);
  });

  it("repeats what a server answers instead of a WebSocket, in short", async () => {
    const url = await respond((_request, response) => {
      response.writeHead(400, { "Content-Type": "text/plain" });
      response.end(`no known subprotocol\u001b[2J ${"x".repeat(100_000)}`);
    });
    const failed = connect(url, { ...admin, transport: wsTransport() });
    await expect(failed).rejects.toMatchObject({ reason: { kind: "unreachable" } });
    await expect(failed).rejects.toThrow(/the server answered HTTP 400 Bad Request: no known sub/);
    const { message } = (await failed.catch((error: unknown) => error)) as Error;
    expect(message.length).toBeLessThan(1000);
    expect(message).not.toMatch(/\p{Cc}/u);
  });

  it("does not wait for the rest of an answer that never ends", async () => {
    const url = await respond((_request, response) => {
      response.writeHead(503).write("y".repeat(512));
    });
    await expect(connect(url, { ...admin, transport: wsTransport() })).rejects.toThrow(
      /HTTP 503 Service Unavailable: yyy/,
    );
  });

  it("says so where an answer breaks off, or is no HTTP at all", async () => {
    const breaks = await respond((_request, response) => {
      response.writeHead(500, { "Content-Length": 100 });
      response.write("half", () => response.destroy());
    });
    await expect(connect(breaks, { ...admin, transport: wsTransport() })).rejects.toThrow(
      /HTTP 500 Internal Server Error: half/,
    );
    const server = createServer();
    server.on("connection", (socket: Socket) => socket.end("SSH-2.0-OpenSSH\r\n"));
    const url = await listen(server);
    await expect(connect(url, { ...admin, transport: wsTransport() })).rejects.toMatchObject({
      reason: { kind: "unreachable" },
    });
  });

  it("says why a connection was refused", async () => {
    const failed = connect("ws://127.0.0.1:1", { ...admin, transport: wsTransport() });
    await expect(failed).rejects.toThrow(/ECONNREFUSED/);
  });

  it("delivers nothing while paused, and then everything in order, the end last", async () => {
    await using server = await startPeer((socket) => {
      for (let i = 0; i < 1000; i += 1) socket.send(String(i));
      socket.close(1000, "done");
    });
    const heard: string[] = [];
    let paused = false;
    const ended = new Promise<void>((resolve) => {
      const note = (what: string): void => {
        expect(paused).toBe(false);
        heard.push(what);
      };
      const listener: SocketListener = {
        opened: () => undefined,
        message: (frame) => {
          note(frame.type === "text" ? frame.text : "binary");
          if (heard.length % 100 !== 0) return;
          paused = true;
          socket.pause?.();
          setImmediate(() => {
            paused = false;
            socket.resume?.();
          });
        },
        closed: (code) => {
          note(`closed ${String(code)}`);
          resolve();
        },
      };
      const socket = wsTransport()(server.url, [], listener);
    });
    await ended;
    expect(heard).toEqual([...Array.from({ length: 1000 }, (_, i) => String(i)), "closed 1000"]);
  });
});
