import { beforeEach, describe, expect, it } from "vitest";
import { SessionError, type Message } from "../src/index.ts";
import { createInbox, type Amount, type Inbox } from "../src/inbox.ts";

const text = (content: string): Message => ({ kind: "text", text: content });
const failure = new SessionError({ kind: "lost" }, "it ended");

let inbox: Inbox;
let expected: Amount;
let changes: number;
beforeEach(() => {
  expected = { messages: 0, bytes: 0 };
  changes = 0;
  inbox = createInbox({
    max: { messages: 4, bytes: 100 },
    expected: () => expected,
    changed: () => (changes += 1),
  });
});

describe("the buffer of unread messages", () => {
  it("gives a message to the reader that has waited longest", async () => {
    const [a, b] = [inbox.read(), inbox.read()];
    const waiting = [a.next(), b.next(), a.next()];
    for (const content of ["1", "2", "3"]) inbox.put(text(content));
    expect(await Promise.all(waiting)).toEqual(
      ["1", "2", "3"].map((content) => ({ done: false, value: text(content) })),
    );
  });

  it("[K16] drops what nobody asked for once it is full, by messages or by bytes", () => {
    expect([1, 2, 3, 4, 5].map((n) => inbox.offer(text(String(n))))).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  it("counts bytes, and goes over by one message at most", () => {
    expect(inbox.offer(text("é".repeat(49)))).toBe(true);
    expect(inbox.offer(text("x".repeat(1000)))).toBe(true);
    expect(inbox.offer(text("x"))).toBe(false);
  });

  it("keeps the places of replies that are on their way", () => {
    expected = { messages: 3, bytes: 3 };
    expect(inbox.offer(text("1"))).toBe(true);
    expect(inbox.offer(text("2"))).toBe(false);
    expect(inbox.hasRoom(1)).toBe(false);
    for (const content of ["a", "b", "c"]) inbox.put(text(content));
  });

  it("has room for one that is bigger than all the room, alone", () => {
    expect(inbox.hasRoom(1000)).toBe(true);
    inbox.put(text("x"));
    expect(inbox.hasRoom(1000)).toBe(false);
    expect(inbox.hasRoom(99)).toBe(true);
  });

  it("is flooded from full until half empty", async () => {
    const reader = inbox.read();
    for (const content of ["1", "2", "3", "4"]) inbox.offer(text(content));
    expect(inbox.flooded()).toBe(true);
    await reader.next();
    expect(inbox.flooded()).toBe(true);
    await reader.next();
    expect(inbox.flooded()).toBe(false);
  });

  it("is never flooded by replies, whose places were reserved", () => {
    expected = { messages: 4, bytes: 4 };
    for (const content of ["1", "2", "3", "4"]) inbox.put(text(content));
    expect(inbox.flooded()).toBe(false);
  });
});

describe("a reader", () => {
  it("takes what is left before the end", async () => {
    inbox.put(text("last"));
    inbox.end(null);
    const reader = inbox.read();
    expect(await reader.next()).toEqual({ done: false, value: text("last") });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it("hears of a failure once, and each reader does", async () => {
    const reader = inbox.read();
    const waiting = [reader.next(), reader.next()];
    inbox.end(failure);
    await expect(waiting[0]).rejects.toBe(failure);
    expect(await waiting[1]).toEqual({ done: true, value: undefined });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    await expect(inbox.read().next()).rejects.toBe(failure);
  });

  it("that leaves ends its own waiting and nobody else's", async () => {
    const [leaving, staying] = [inbox.read(), inbox.read()];
    const [ended, next] = [leaving.next(), staying.next()];
    expect(inbox.readers()).toBe(2);
    await leaving.return?.();
    await leaving.return?.();
    expect(await ended).toEqual({ done: true, value: undefined });
    expect(inbox.readers()).toBe(1);
    inbox.put(text("for the other"));
    expect(await next).toEqual({ done: false, value: text("for the other") });
  });

  it("tells of new room, and of coming and going", async () => {
    inbox.put(text("1"));
    const reader = inbox.read();
    await reader.next();
    expect(changes).toBe(1);
    await reader.return?.();
    expect(changes).toBe(2);
  });

  it("is stopped by its signal, waiting or not", async () => {
    const controller = new AbortController();
    const reader = inbox.read(controller.signal);
    const waiting = reader.next();
    controller.abort("why");
    await expect(waiting).rejects.toMatchObject({ reason: { kind: "aborted" }, cause: "why" });
    expect(inbox.readers()).toBe(0);
    inbox.put(text("kept"));
    await expect(inbox.read(AbortSignal.abort()).next()).rejects.toThrow(/aborted/);
    expect(inbox.readers()).toBe(0);
    expect(await inbox.read().next()).toEqual({ done: false, value: text("kept") });
  });
});
