import { launchBrowser } from "@wsecho/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startTestProxy, startWiretap, type Leg } from "../support/proxy.ts";
import { startBareServer, startWebServer } from "../support/servers.ts";

const joined = ({ c2s, s2c }: Leg): readonly [string, string] => [
  Buffer.concat(c2s).toString("hex"),
  Buffer.concat(s2c).toString("hex"),
];

describe("the proxy between Chromium and a bare ws server", () => {
  let browser: Awaited<ReturnType<typeof launchBrowser>>;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  /** Sends texts, bytes and a large message from a page, and gives what came back. */
  const talk = async (url: string): Promise<unknown> => {
    await using web = await startWebServer((_request, response) => response.end("<!doctype html>"));
    const page = await browser.newPage();
    try {
      await page.goto(web.url.replace("ws:", "http:"));
      return await page.evaluate(async (address) => {
        const socket = new WebSocket(address);
        socket.binaryType = "arraybuffer";
        const got: unknown[] = [];
        const messages = [
          "hello",
          "again hello again",
          new Uint8Array([1, 2, 3]).buffer,
          "é".repeat(70_000),
          "",
        ];
        await new Promise((resolve) => (socket.onopen = resolve));
        const done = new Promise((resolve) => {
          socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
            got.push(typeof data === "string" ? data.length : Array.from(new Uint8Array(data)));
            if (got.length === messages.length) resolve(undefined);
          };
        });
        for (const message of messages) socket.send(message);
        await done;
        await new Promise((resolve) => {
          socket.onclose = ({ code, reason }) => {
            got.push([code, reason]);
            resolve(undefined);
          };
          socket.close(1000, "user exit");
        });
        return got;
      }, url);
    } finally {
      await page.close();
    }
  };

  it.each([
    ["without rules", []],
    ["with a rule that matches nothing", [{ match: "/not in any message/", action: "drop" }]],
  ])("leaves both legs the same, byte by byte, %s", async (_name, rules) => {
    await using server = await startBareServer(
      (socket) => {
        socket.on("message", (data, isBinary) => {
          socket.ping("srv");
          socket.send(data, { binary: isBinary });
        });
      },
      { perMessageDeflate: { threshold: 0 } },
    );
    await using far = await startWiretap(server.port);
    await using proxy = await startTestProxy({ target: `ws://127.0.0.1:${far.port}`, rules });
    await using near = await startWiretap(proxy.port);
    expect(await talk(`ws://127.0.0.1:${near.port}/chat?room=1`)).toEqual([
      5,
      17,
      [1, 2, 3],
      70_000,
      0,
      [1000, "user exit"],
    ]);
    await eventually(() => proxy.proxy.passages.size).toBe(0);
    const [first, second] = [near.legs[0], far.legs[0]];
    expect(first && joined(first)).toEqual(second && joined(second));
    expect(Buffer.concat(first?.c2s ?? []).length).toBeGreaterThan(500);
    const frames = proxy.records.filter((record) => record.k === "frame");
    expect(frames.every(({ edited }) => edited === null)).toBe(true);
    expect(frames.filter(({ op }) => op === 9)).toHaveLength(5);
    expect(
      proxy.records.flatMap((record) => (record.k === "handshake" ? (record.deflate ?? []) : [])),
    ).toHaveLength(1);
  });
});
