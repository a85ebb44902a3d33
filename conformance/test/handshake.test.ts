import { createServer, demoUsers } from "@wsecho/server";
import { once } from "node:events";
import { afterAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { connect } from "../src/connection.ts";
import { shakeHands } from "../src/handshake.ts";

const server = createServer({ port: 0, users: await demoUsers() });
const listening = await server.listen();
const url = new URL(listening.url);
afterAll(() => server.close());

const basic = (credentials: string): string =>
  `Basic ${Buffer.from(credentials).toString("base64")}`;
const timeoutMs = 2000;

describe("a handshake with our server", () => {
  it.each([
    ["no origin", {}],
    ["a page from disk", { Origin: "null" }],
    ["a page of another host", { Origin: "https://elsewhere.example" }],
  ])("[N7] is accepted from %s, where the login travels inside", async (_, headers) => {
    for (const protocol of [{}, { "Sec-WebSocket-Protocol": "wsecho.v1" }])
      expect(await shakeHands(url, { ...headers, ...protocol }, timeoutMs)).toMatchObject({
        status: 101,
      });
  });

  it.each(["null", "https://elsewhere.example", `http://127.0.0.1:${listening.port}.example`])(
    "[N7] is refused from the page %s, where it carries credentials",
    async (origin) => {
      const headers = { Origin: origin, Authorization: basic("admin:123456") };
      expect(await shakeHands(url, headers, timeoutMs)).toMatchObject({ status: 403 });
    },
  );

  it("[H1] logs in by Basic: v1 hears hello and ok, plain nothing", async () => {
    const headers = { Authorization: basic("admin:123456") };
    const v1 = new WebSocket(url, "wsecho.v1", { headers });
    const heard: string[] = [];
    v1.on("message", (data: Buffer) => heard.push(data.toString()));
    while (heard.length < 2) await once(v1, "message");
    expect(heard.map((text) => JSON.parse(text) as unknown)).toMatchObject([
      { type: "hello" },
      { type: "ok", user: "admin" },
    ]);
    v1.terminate();

    const plain = new WebSocket(url, { headers });
    await once(plain, "open");
    plain.send("hello");
    const [first] = (await once(plain, "message")) as [Buffer];
    expect(first.toString()).toBe("your submit context: hello");
    plain.terminate();
  });

  it("[H2] closes a page's refused token with 4401 after the upgrade", async () => {
    const offers = ["wsecho.v1", "wsecho.bearer.bm9ib2R5"];
    const connection = await connect(url, offers, timeoutMs);
    let last = await connection.next(timeoutMs);
    while (last?.kind === "text") last = await connection.next(timeoutMs);
    expect(last).toMatchObject({ kind: "close", code: 4401 });
  });

  it("[H2] answers a refused Authorization header with 401 and WWW-Authenticate", async () => {
    const socket = new WebSocket(url, { headers: { Authorization: basic("admin:wrong") } });
    socket.on("error", () => undefined);
    const [, response] = (await once(socket, "unexpected-response")) as [
      unknown,
      { statusCode: number; headers: Record<string, string> },
    ];
    expect(response.statusCode).toBe(401);
    expect(response.headers["www-authenticate"]).toMatch(/^Basic realm=/);
    socket.terminate();
  });
});
