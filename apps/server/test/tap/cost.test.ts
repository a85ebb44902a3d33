import type { Socket } from "node:net";
import type { Worker } from "node:worker_threads";
import { expect, onTestFinished, test } from "vitest";
import { silentMeter } from "../../src/meter.ts";
import { connect, connectPlain, connectV1 } from "../support/client.ts";
import { rulesOf, textsOf, watchFeed } from "../support/feed.ts";
import { floodAll, total } from "../support/flood.ts";
import { serverSockets } from "../support/server-sockets.ts";
import { soon } from "../support/soon.ts";
import { plantedPassword, startServer } from "../support/start-server.ts";

const admin = { username: "admin", password: "123456" };

/** All that a tap could have left on a socket. */
function traces(socket: Socket | undefined) {
  if (socket === undefined) throw new Error("there is no such socket");
  return {
    data: socket.listeners("data"),
    events: socket.eventNames().map((name) => [name, socket.listenerCount(name)]),
    // The prototype's, unless somebody has put another in its place.
    write: Object.hasOwn(socket, "write"),
  };
}

test("a connection that nobody watches has no listener and no wrapper, before and afterwards", async () => {
  const sockets = serverSockets();
  const { url } = await startServer();
  const client = await connectPlain(url);
  const untouched = traces(sockets[0]);
  expect(untouched).toMatchObject({ write: false, data: { length: 1 } });

  // Somebody else looks at their own.
  const hers = await watchFeed(url);
  await connectV1(url, "ada", plantedPassword);
  await hers.until("note", ({ user }) => user === "ada");
  expect(traces(sockets[0])).toEqual(untouched);

  const his = await watchFeed(url, admin);
  await his.until("note", ({ user }) => user === "admin");
  expect(traces(sockets[0])).toMatchObject({ write: true, data: { length: 2 } });
  client.send("watched");
  await client.next();
  await his.session.close();
  await expect.poll(() => traces(sockets[0]), soon).toEqual(untouched);
  // Nor one that came while somebody watched, once it turned out to be somebody else's.
  const other = await connectV1(url);
  expect(traces(sockets.at(-1))).toMatchObject({ write: false, data: { length: 1 } });
  for (const { socket } of [client, other]) expect(socket.readyState).toBe(socket.OPEN);
});

test("watches that come and go in the middle of a flood change no echo", async () => {
  const { url } = await startServer({ allowAnonymous: true });
  const floods = await floodAll(url);
  for (let i = 0; i < 6; i++) {
    const feed = await watchFeed(url, admin);
    if (i % 2 === 0) await feed.say({ watch: "all" });
    await feed.until("message", ({ dir }) => dir === "s2c", 20);
    await feed.session.close();
    expect(rulesOf(feed.records)).toEqual([]);
  }
  const before = total(floods);
  await expect.poll(() => total(floods), soon).toBeGreaterThan(before + 1000);
  expect(floods.flatMap(({ wrong }) => wrong)).toEqual([]);
  // The flood itself keeps a core busy.
}, 120_000);

test("a watcher that does not read is not taken for dead, as others are", async () => {
  const { url, log } = await startServer({ limits: { pingIntervalMs: 200 } });
  const slow = await connectV1(`${url}/inspect`);
  const other = await connectV1(url);
  for (const { socket } of [slow, other]) socket.pause();
  // The watcher came first, so it would have been cut before.
  await expect.poll(() => log.filter(({ message }) => message === "closed"), soon).toHaveLength(1);
  slow.socket.resume();
  slow.sendJson({ type: "ping" });
  const isPong = (message: string | Buffer): boolean => message.toString() === '{"type":"pong"}';
  await expect.poll(() => slow.rest().some(isPong), soon).toBe(true);
});

test("where the thread ends the feed does, in words, and no session; the next watcher gets another", async () => {
  const threads: Worker[] = [];
  const take = (thread: Worker): void => void threads.push(thread);
  process.on("worker", take);
  onTestFinished(() => void process.off("worker", take));
  const { url, log } = await startServer();
  const client = await connectPlain(url);
  const feed = await watchFeed(url, admin);
  await feed.until("note", ({ user }) => user === "admin");
  await threads[0]?.terminate();
  expect(await feed.session.closed).toMatchObject({ code: 1011 });
  expect(log.filter(({ level }) => level === "error")).toHaveLength(1);
  client.send("still here");
  expect(await client.next()).toBe("your submit context: still here");
  const next = await watchFeed(url, admin);
  client.send("again");
  await next.until("message", ({ text }) => text === "again");
  expect(threads).toHaveLength(2);
});

test("a watcher that does not read loses records, each counted, and the watched wait for nothing", async () => {
  let lost = 0;
  const meter = { ...silentMeter, feedLost: (records: number) => void (lost += records) };
  const { url } = await startServer({ meter, limits: { pingIntervalMs: 600_000 } });
  const feed = await watchFeed(url, admin);
  const slow = await connect(`${url}/inspect`, "wsecho.v1");
  await slow.nextJson();
  slow.sendJson({ type: "auth", mechanism: "plain", user: "admin", password: "123456" });
  await slow.nextJson();
  slow.socket.pause();
  const client = await connectV1(url);
  let sent = 0;
  // More than all the buffers of the system on the way hold.
  while (lost === 0) {
    const text = `${++sent}:${"x".repeat(50_000)}`;
    client.sendJson({ type: "submit", id: sent, text });
    expect(await client.nextJson()).toMatchObject({ id: sent, text });
    await feed.until(
      "message",
      ({ dir, text: said }) => dir === "s2c" && said?.includes(`"id":${sent},`) === true,
    );
  }
  slow.socket.resume();
  const records: Record<string, unknown>[] = [];
  const read = (): void => {
    for (const message of slow.rest().splice(0))
      for (const line of message.toString().split("\n").filter(Boolean))
        records.push(JSON.parse(line) as Record<string, unknown>);
  };
  const notes = () => records.filter(({ code }) => code === "lost");
  await expect.poll(() => (read(), notes().length), soon).toBeGreaterThan(0);
  client.sendJson({ type: "submit", id: sent + 1, text: "the end" });
  await client.nextJson();
  const isEnd = ({ k, dir, text }: Record<string, unknown>) =>
    k === "message" && dir === "s2c" && String(text).includes("the end");
  await expect.poll(() => (read(), records.some(isEnd)), soon).toBe(true);
  const told = notes().reduce((sum, { count }) => sum + Number(count), 0);
  expect(told).toBe(lost);
  // None twice, none forgotten: the other watcher has them all.
  await feed.until(
    "message",
    ({ dir, text }) => dir === "s2c" && text?.includes("the end") === true,
  );
  const own = ({ conn }: { readonly conn?: unknown }) => conn !== 0;
  expect(records.filter(own).length + told).toBe(feed.records.filter(own).length);
  expect(textsOf(feed.records, "s2c").length).toBeGreaterThan(sent);
}, 120_000);
