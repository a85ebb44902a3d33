import { setImmediate } from "node:timers/promises";
import { expect, expectTypeOf, test } from "vitest";
import { createServer, type SessionContext } from "../src/index.ts";
import { soon } from "./support/soon.ts";
import { connectPlain, connectV1 } from "./support/client.ts";
import { startServer, testUsers } from "./support/start-server.ts";

test("answers with what the handler returns, at once or later", async () => {
  const { url } = await startServer({
    onMessage: async (message) => {
      if (message.kind === "binary") return Buffer.from(message.data).reverse();
      await setImmediate();
      return message.text.toUpperCase();
    },
  });
  const client = await connectV1(url);
  client.sendJson({ type: "submit", id: 1, text: "hello" });
  client.send(Buffer.of(1, 2));
  expect(await client.nextJson()).toEqual({ type: "echo", id: 1, text: "HELLO" });
  expect(await client.next()).toEqual(Buffer.of(2, 1));
});

test("answers in order, one message at a time, however long each takes", async () => {
  let running = 0;
  let most = 0;
  const turns: Readonly<Record<string, number>> = { slow: 20, fast: 1, now: 0 };
  const { url } = await startServer({
    onMessage: async (message) => {
      const text = message.kind === "text" ? message.text : "";
      most = Math.max(most, ++running);
      for (let i = 0; i < (turns[text] ?? 0); i++) await setImmediate();
      running -= 1;
      return text;
    },
  });
  const client = await connectPlain(url);
  client.send("slow", "fast", "now", "slow");
  for (const text of ["slow", "fast", "now", "slow"])
    expect(await client.next()).toBe(`your submit context: ${text}`);
  expect(most).toBe(1);
});

const failures: readonly (readonly [string, () => string | Promise<string>])[] = [
  [
    "throws",
    () => {
      throw new Error("boom");
    },
  ],
  ["rejects", () => Promise.reject(new Error("boom"))],
  ["answers text with bytes", () => Buffer.from("x") as unknown as string],
  ["answers with nothing", () => undefined as unknown as string],
];

test.each(failures)("reports a handler that %s, and goes on in v1", async (_, fail) => {
  const { url, log } = await startServer({
    onMessage: (message) =>
      message.kind === "text" && message.text !== "fail" ? message.text : fail(),
  });
  const client = await connectV1(url);
  client.sendJson({ type: "submit", id: 1, text: "fail" }, { type: "submit", id: 2, text: "ok" });
  expect(await client.nextJson()).toMatchObject({ type: "error", code: 1011, id: 1 });
  expect(await client.nextJson()).toEqual({ type: "echo", id: 2, text: "ok" });
  expect(log).toContainEqual(
    expect.objectContaining({ level: "error", message: "the message handler failed" }),
  );
});

test.each(failures)("closes 1011 in plain where the handler %s", async (_, fail) => {
  const { url } = await startServer({ onMessage: fail });
  const client = await connectPlain(url);
  client.send("fail");
  expect((await client.closed).code).toBe(1011);
});

test("gives the handler the session, the same for every message, and its end", async () => {
  const contexts: SessionContext[] = [];
  const { url } = await startServer({
    onMessage: (_message, context) => {
      contexts.push(context);
      return "";
    },
  });
  const client = await connectPlain(url);
  client.send("a", "b");
  await client.next();
  await client.next();
  const [first, second] = contexts;
  expect(first).toBe(second);
  expect(first).toMatchObject({
    id: 1,
    user: "admin",
    dialect: "plain",
    remoteAddress: "127.0.0.1",
  });
  expect(first?.signal.aborted).toBe(false);
  client.socket.close();
  await client.closed;
  await expect.poll(() => first?.signal.aborted, soon).toBe(true);
});

test("hands a context of one's own to the handler, one for each session", async () => {
  interface Visit {
    readonly who: string;
    count: number;
  }
  const { url } = await startServer<Visit>({
    context: ({ user }) => ({ who: user, count: 0 }),
    onMessage: (_message, context) => {
      expectTypeOf(context).toEqualTypeOf<Visit>();
      context.count += 1;
      return `${context.who} ${context.count}`;
    },
  });
  const one = await connectPlain(url);
  const two = await connectPlain(url);
  one.send("", "");
  two.send("");
  expect(await one.next()).toBe("your submit context: admin 1");
  expect(await one.next()).toBe("your submit context: admin 2");
  expect(await two.next()).toBe("your submit context: admin 1");
});

test("reports a context that cannot be made", async () => {
  const { url } = await startServer<{ readonly db: string }>({
    context: () => {
      throw new Error("no database");
    },
    onMessage: (_message, { db }) => db,
  });
  const client = await connectV1(url);
  client.sendJson({ type: "submit", id: 1, text: "" });
  expect(await client.nextJson()).toMatchObject({ type: "error", code: 1011, id: 1 });
});

test("asks for the context where its type is one's own", async () => {
  const users = await testUsers();
  // @ts-expect-error -- nothing could make the handler's second argument
  createServer<{ readonly db: string }>({ users, onMessage: (_message, { db }) => db });
  createServer({ users, onMessage: (_message, { user }) => user });
  createServer({ users, context: () => 7, onMessage: (_message, n: number) => n.toFixed() });
  // @ts-expect-error -- a reply is a string or bytes
  createServer({ users, onMessage: () => 7 });
});

test("says what is missing where nobody could log in", () => {
  expect(() => createServer({})).toThrow(/nobody could log in: pass users.*createMemoryUsers/);
});
