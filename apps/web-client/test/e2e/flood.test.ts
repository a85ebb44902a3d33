import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { plainTexts } from "@wsecho/protocol";
import { handshake, jsonl, recordsOf } from "../support/capture.ts";
import { useSite } from "../support/fixture.ts";
import { connectionFailed, logIn, state } from "../support/page.ts";
import { placeAtRest } from "../support/rest.ts";

const site = useSite();

/** Somebody else's plain server, which takes any login and then says whatever it likes. */
const startTalker = async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  const accepted = new Promise<WebSocket>((resolve) => {
    server.once("connection", (socket) => {
      socket.once("message", () => {
        socket.send(plainTexts.accepted);
        resolve(socket);
      });
    });
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted,
    [Symbol.asyncDispose]: async () => {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

describe("a server that floods the page", () => {
  it("fills no more than the transcript's room, and the newest stays in view", async () => {
    await using talker = await startTalker();
    const page = await site.open();
    // A small room is soon full.
    await page.evaluate(() => localStorage.setItem("wsecho.room", "10000"));
    await page.reload();
    await logIn(page, { server: talker.url, dialect: "plain" });
    await state(page, "Connected").waitFor();
    const socket = await talker.accepted;
    const say = (from: number, to: number): void => {
      for (let i = from; i <= to; i++) socket.send(`line ${i}`);
    };
    const line = (i: number) => page.getByText(`line ${i}`, { exact: true });

    say(1, 9000);
    await line(9000).waitFor();
    // What the page scrolls itself is over, too, so that the wheel's end is the next one.
    await placeAtRest(line(9000));
    // Reading in the middle, while the oldest go and new ones come.
    const transcript = page.getByRole("region", { name: "Transcript" });
    // The wheel turns smoothly: only the browser knows when it stands still.
    const still = await transcript.evaluateHandle((region) => ({
      ended: new Promise<void>((resolve) => {
        region.addEventListener("scrollend", () => {
          if (region.scrollHeight - region.scrollTop > 10_000) resolve();
        });
      }),
    }));
    await transcript.hover();
    await page.mouse.wheel(0, -20_000);
    await page.getByRole("button", { name: "Go to the end" }).waitFor();
    await still.evaluate(({ ended }) => ended);
    const text = await page.locator(".payload").nth(5).innerText();
    const reading = page.getByText(text, { exact: true });
    const before = await placeAtRest(reading);
    say(9001, 13_000);
    await page.getByText("older dropped").waitFor();
    await page.getByRole("button", { name: "Go to the end: 4,000 new" }).waitFor();
    // Heights are fractions of pixels, and what was scrolled need not be.
    expect(Math.abs((await placeAtRest(reading)) - before)).toBeLessThanOrEqual(2);

    await page.getByRole("button", { name: "Go to the end" }).click();
    await line(13_000).waitFor();
    say(13_001, 20_000);
    await line(20_000).waitFor();
    expect(await page.locator(".facts").innerText()).toMatch(/1\d,\d{3} entries/);
    expect(await page.getByRole("listitem").count()).toBeLessThan(60);
  });
});

/** Requests with heads so long that few of them fill the room of the Frames view. */
const requests = (from: number, to: number): Buffer => {
  const [request] = recordsOf(handshake);
  if (request?.k !== "handshake") throw new Error("the capture begins with a handshake");
  const filler = "x".repeat(50_000);
  const all = Array.from({ length: to - from + 1 }, (_, i) => ({
    ...request,
    head: `GET /line-${from + i}. HTTP/1.1\r\nFiller: ${filler}\r\n\r\n`,
  }));
  return Buffer.from(jsonl(all));
};

/**
 * A way to the page's server on which the feed is told more than there was: eight megabytes through a
 * socket, where Playwright's own would carry them through the debugger.
 */
const startTeller = async () => {
  const relay = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(relay, "listening");
  const granted = Promise.withResolvers<WebSocket>();
  relay.on("connection", (near, { url, headers }) => {
    const protocols = headers["sec-websocket-protocol"]?.split(", ") ?? [];
    const far = new WebSocket(new URL(url ?? "/", site.url), protocols, {
      origin: headers.origin ?? "",
    });
    near.on("message", (data, binary) => {
      const pass = (): void => far.send(data, { binary });
      if (far.readyState === WebSocket.OPEN) pass();
      else far.once("open", pass);
      // The page asks for this next, once it may take what comes for its own session's.
      if (url === "/inspect" && Buffer.isBuffer(data) && data.includes("pause"))
        granted.resolve(near);
    });
    far.on("message", (data, binary) => near.send(data, { binary }));
    far.on("error", () => near.terminate());
    near.on("close", () => far.terminate());
    far.on("close", () => near.terminate());
  });
  return {
    url: `ws://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    granted: granted.promise,
    [Symbol.asyncDispose]: async () => {
      for (const socket of relay.clients) socket.terminate();
      await new Promise((resolve) => relay.close(resolve));
    },
  };
};

describe("a feed that floods the Frames view", () => {
  it("leaves a reader where they are while the oldest go and new ones come", async () => {
    await using teller = await startTeller();
    // It ends before the page does, which then looks for it.
    site.allow(connectionFailed);
    const page = await site.open();
    await logIn(page, { server: teller.url, autoReconnect: true });
    await state(page, "Connected").waitFor();
    await page.getByRole("button", { name: "Frames", exact: true }).click();
    const feed = await teller.granted;
    const say = (from: number, to: number): void => feed.send(requests(from, to));
    const row = (i: number) => page.locator(".frame-row", { hasText: `/line-${i}.` });
    // Almost all that there is room for.
    for (let i = 0; i < 8; i++) say(20 * i + 1, 20 * (i + 1));
    await row(160).waitFor();

    const reading = row(80);
    await page.locator(".frame-scroller").evaluate(async (scroller) => {
      // The feed may have something of its own to say in the same moment, and the end be followed.
      do {
        scroller.scrollTop = scroller.scrollHeight / 2;
        await new Promise(requestAnimationFrame);
      } while (scroller.scrollTop > scroller.scrollHeight * 0.6);
    });
    await reading.waitFor();
    const before = await placeAtRest(reading);
    say(161, 200);
    await page.locator(".frames-source").getByText("older dropped").waitFor();
    // The feed itself may have had something to say meanwhile.
    await page.getByRole("button", { name: /4\d new$/ }).waitFor();
    expect(Math.abs((await placeAtRest(reading)) - before)).toBeLessThanOrEqual(2);
  });
});
