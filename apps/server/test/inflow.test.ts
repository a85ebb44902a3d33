import { expect, test } from "vitest";
import { soon } from "./support/soon.ts";
import { connect, connectPlain, connectV1 } from "./support/client.ts";
import { startLimited } from "./support/start-limited.ts";

const anonymous = { allowAnonymous: true };

test.each(["plain", "v1", "echo"])(
  "slows down a peer that sends too many messages, and answers all of them: %s",
  async (kind) => {
    const { url, met } = await startLimited({ messagesPerSecond: 200 }, anonymous);
    const client = await (kind === "plain"
      ? connectPlain(url)
      : kind === "v1"
        ? connectV1(url)
        : connect(`${url}/echo`));
    const began = performance.now();
    const count = 300;
    for (let i = 0; i < count; i++) client.send(Buffer.from([i & 255]));
    for (let i = 0; i < count; i++) expect((await client.next())[0]).toBe(i & 255);
    // All came in one read, so all are answered; what follows waits until they are paid for.
    client.send(Buffer.from("next"));
    expect(await client.next()).toEqual(Buffer.from("next"));
    expect(performance.now() - began).toBeGreaterThan((1000 * (count - 200)) / 200 - 50);
    expect(new Set(met)).toEqual(new Set(["message-rate"]));
  },
);

test("slows down a peer that sends too many bytes", async () => {
  const { url, met } = await startLimited({ bytesPerSecond: 100_000 }, anonymous);
  const client = await connect(`${url}/echo`);
  const began = performance.now();
  for (let i = 0; i < 3; i++) client.send(Buffer.alloc(50_000, i));
  for (let i = 0; i < 3; i++) expect(await client.next()).toHaveLength(50_000);
  client.send("next");
  expect(await client.next()).toBe("next");
  expect(performance.now() - began).toBeGreaterThan(450);
  expect(new Set(met)).toEqual(new Set(["byte-rate"]));
});

test("counts pings too", async () => {
  const { url, met } = await startLimited({ messagesPerSecond: 20 }, anonymous);
  const client = await connect(`${url}/echo`);
  for (let i = 0; i < 40; i++) client.socket.ping();
  await expect.poll(() => met, soon).toContain("message-rate");
});

test("closes a held peer at once, and cuts one that goes while it is held", async () => {
  const { url, server, met } = await startLimited({ messagesPerSecond: 1 }, anonymous);
  const flood = async (): Promise<Awaited<ReturnType<typeof connect>>> => {
    const client = await connect(`${url}/echo`);
    const before = met.length;
    for (let i = 0; i < 100; i++) client.send("x");
    await expect.poll(() => met.length, soon).toBeGreaterThan(before);
    return client;
  };
  const gone = await flood();
  gone.socket.terminate();
  const held = await flood();
  // Up to half a minute is owed, which no test has.
  await server.close();
  expect((await held.closed).code).toBe(1001);
});

test("leaves alone who keeps to the rate, and others beside a flood", async () => {
  const { url, met } = await startLimited({ messagesPerSecond: 1000 }, anonymous);
  const calm = await connect(`${url}/echo`);
  for (let i = 0; i < 200; i++) {
    calm.send("x");
    await calm.next();
  }
  expect(met).toEqual([]);
  const flood = await connect(`${url}/echo`);
  for (let i = 0; i < 3000; i++) flood.send("x");
  await expect.poll(() => met, soon).toContain("message-rate");
  calm.send("still here");
  expect(await calm.next()).toBe("still here");
});
