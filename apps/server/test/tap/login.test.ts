import { wsTransport } from "@wsecho/client/ws";
import { describe, expect, test } from "vitest";
import { basic, bearerOffer } from "../access/support.ts";
import { makeCertificate } from "../support/certificates.ts";
import { connect, refusedHandshake } from "../support/client.ts";
import { textsOf, watchFeed } from "../support/feed.ts";
import { startServer } from "../support/start-server.ts";

const admin = { username: "admin", password: "123456" };
const foreign = "https://elsewhere.example";

describe("a watcher", () => {
  test("may log in at the handshake, and no page of others then", async () => {
    const { url } = await startServer();
    const headers = basic("admin", "123456");
    const transport = wsTransport({ headers });
    const feed = await watchFeed(url, { transport, handshakeLogin: true });
    expect(await feed.say({ watch: "all" })).toMatchObject({ user: "admin" });
    const own = { headers: { ...headers, Origin: url.replace("ws:", "http:") } };
    const page = await connect(`${url}/inspect`, "wsecho.v1", own);
    expect(await page.nextJson()).toMatchObject({ type: "hello" });
    const others = { headers: { ...headers, Origin: foreign } };
    expect(await refusedHandshake(`${url}/inspect`, "wsecho.v1", others)).toMatchObject({
      status: 403,
    });
  });

  test("may be a page of anybody's where it has to log in inside", async () => {
    const { url } = await startServer();
    const options = { headers: { Origin: foreign } };
    const page = await connect(`${url}/inspect`, "wsecho.v1", options);
    expect(await page.nextJson()).toMatchObject({ type: "hello" });
    page.sendJson({ type: "auth", mechanism: "plain", user: "admin", password: "123456" });
    expect(await page.nextJson()).toMatchObject({ type: "ok", user: "admin" });
    expect((await page.next()).toString()).toContain('"code":"capture"');
  });

  test("sees why its token was refused", async () => {
    const { url } = await startServer();
    const page = await connect(`${url}/inspect`, ["wsecho.v1", bearerOffer("no.such.token")]);
    expect(await page.closed).toMatchObject({ code: 4401 });
  });

  test.each([
    ["without a subprotocol", [], "speaks wsecho.v1"],
    ["with another one", ["chat"], "known: wsecho.v1"],
  ])("is told what to speak: %s", async (_, protocols, words) => {
    const { url } = await startServer();
    const answer = await refusedHandshake(`${url}/inspect`, protocols);
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining(words) as string });
  });

  test("sees inside of TLS", async () => {
    const made = await makeCertificate("server");
    const tls = { cert: Buffer.from(made.cert), key: Buffer.from(made.key) };
    const { url } = await startServer({ tls });
    const trusting = { rejectUnauthorized: false };
    const feed = await watchFeed(url, { ...admin, transport: wsTransport(trusting) });
    const client = await connect(url, [], trusting);
    client.send("admin:123456", "through TLS");
    await client.next();
    await client.next();
    client.socket.close(1000);
    await feed.until("close", () => true, 2);
    expect(textsOf(feed.records, "s2c")).toEqual([
      expect.stringMatching(/^congratulation/) as string,
      "your submit context: through TLS",
    ]);
    expect(url).toMatch(/^wss:/);
  });
});
