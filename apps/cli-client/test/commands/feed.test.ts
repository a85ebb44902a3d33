import type { Message, Session } from "@wsecho/client";
import { createJsonlWriter, type WireRecord } from "@wsecho/wire";
import { expect, it, vi } from "vitest";
import { watchFeed } from "../../src/commands/feed.ts";

/** A session whose server shows `show` and answers each wish when it is told to. */
function fakeFeed() {
  const waiting: ((message: Message | null) => void)[] = [];
  const answers: (() => void)[] = [];
  const writer = createJsonlWriter({ reveal: true });
  const next = (): Promise<Message | null> => new Promise((resolve) => waiting.push(resolve));
  const session = {
    ask: () => new Promise((resolve) => answers.push(() => resolve("{}"))),
    async *[Symbol.asyncIterator]() {
      for (let message = await next(); message !== null; message = await next()) yield message;
    },
  };
  return {
    session: session as unknown as Session,
    answer: async () => {
      answers.shift()?.();
      await new Promise(setImmediate);
    },
    /** Resolves when it has been taken. */
    show: async (says: string) => {
      await vi.waitUntil(() => waiting.length > 0);
      const record = { k: "note", t: 1, us: 0, conn: 7, at: "server", code: "x", says } as const;
      waiting.shift()?.({ kind: "binary", data: Buffer.from(writer.push(record)) });
      await vi.waitUntil(() => waiting.length > 0);
    },
    end: () => waiting.shift()?.(null),
  };
}

it("shows nothing of others after a reconnect either, until the server has answered the wish", async () => {
  const feed = fakeFeed();
  const shown: string[] = [];
  const { use, onReady } = watchFeed({ session: "mine" });
  const watching = use({
    session: feed.session,
    inspector: {
      watch: () => expect.unreachable(),
      take: (record: WireRecord) => {
        // The capture's own opening line is of no connection.
        if (record.k === "note" && record.conn === 7) shown.push(record.says);
      },
      ready: () => Promise.resolve(),
      end: () => Promise.resolve([]),
    },
    problem: expect.unreachable,
    leave: expect.unreachable,
  });
  await feed.show("before the first answer");
  await feed.answer();
  await feed.show("granted");
  onReady();
  await feed.show("before the second answer");
  await feed.answer();
  await feed.show("granted again");
  feed.end();
  await watching;
  expect(shown).toEqual(["granted", "granted again"]);
});
