import { expect, test } from "vitest";
import { connectPlain } from "../support/client.ts";
import { textsOf, watchFeed } from "../support/feed.ts";
import { soon } from "../support/soon.ts";
import { entries, startPool } from "./support.ts";

test("a watcher sees the connections of all workers, those of a new one too", async () => {
  const { program, url, stop } = await startPool();
  const feed = await watchFeed(url, { username: "admin", password: "123456" });
  const speak = async (text: string): Promise<number> => {
    const client = await connectPlain(url);
    client.send(text);
    await client.next();
    const [record] = await feed.until("message", (message) => message.text === text);
    return record?.conn ?? 0;
  };
  const conns = [await speak("a"), await speak("b"), await speak("c"), await speak("d")];
  expect(new Set(conns).size).toBe(4);
  // The log has the same numbers; it is written by another thread, and may come later.
  const workersOf = () =>
    entries(program, "connected")
      .filter(({ conn }) => conns.includes(Number(conn)))
      .map(({ worker }) => worker);
  await expect.poll(() => workersOf().sort(), soon).toEqual([1, 1, 2, 2]);

  await expect.poll(() => entries(program, "watching").length, soon).toBe(1);
  const [watching] = entries(program, "watching");
  const victim = entries(program, "a worker listens").find(
    ({ worker }) => worker !== watching?.["worker"],
  );
  process.kill(Number(victim?.["pid"]), "SIGKILL");
  await expect.poll(() => entries(program, "a worker listens").length, soon).toBe(3);
  const later = [await speak("e"), await speak("f")];
  expect(new Set([...conns, ...later]).size).toBe(6);
  expect(await feed.say({ pause: true })).toMatchObject({ paused: true });
  expect(textsOf(feed.records, "c2s").filter((text) => text.length === 1)).toHaveLength(6);
  expect((await stop()).status).toBe(0);
}, 60_000);
