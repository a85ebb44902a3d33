import { expect, test } from "vitest";
import { connect, connectV1, logInByScram } from "./support/client.ts";
import { plantedPassword, startServer } from "./support/start-server.ts";
import { uuid } from "./support/uuid.ts";

const login = { type: "auth", mechanism: "plain", user: "admin", password: "123456" };

test("greets with what it offers, and selects the subprotocol", async () => {
  const { url } = await startServer({ limits: { maxAttempts: 4 } });
  const client = await connect(url, "wsecho.v1");
  expect(client.socket.protocol).toBe("wsecho.v1");
  expect(await client.nextJson()).toEqual({
    type: "hello",
    mechanisms: ["scram-sha-256", "plain"],
    limits: {
      maxMessageBytes: 1_048_576,
      maxLoginBytes: 8192,
      maxAttempts: 4,
      authTimeoutMs: 30_000,
      idleTimeoutMs: 3_600_000,
    },
    features: [],
  });
});

test("logs in by password, and says how many attempts are left", async () => {
  const { url } = await startServer();
  const client = await connect(url, "wsecho.v1");
  await client.nextJson();
  client.sendJson({ ...login, password: "wrong" }, login);
  expect(await client.nextJson()).toEqual({ type: "denied", attemptsLeft: 4, retryAfterMs: 0 });
  expect(await client.nextJson()).toEqual({ type: "ok", user: "admin", session: uuid });
});

test("logs in by SCRAM and proves that it knows the password", async () => {
  const { url } = await startServer();
  const client = await connect(url, "wsecho.v1");
  await client.nextJson();
  const { challenge, verdict, proven } = await logInByScram(client, "ada", plantedPassword);
  expect(challenge).toMatchObject({ type: "challenge" });
  expect(verdict).toMatchObject({ type: "ok", user: "ada" });
  expect(proven).toEqual({ ok: true, value: { user: "ada" } });
});

test("refuses a wrong SCRAM proof, and takes the right one after it", async () => {
  const { url } = await startServer();
  const client = await connect(url, "wsecho.v1");
  await client.nextJson();
  const wrong = await logInByScram(client, "admin", "wrong");
  expect(wrong.verdict).toEqual({ type: "denied", attemptsLeft: 4, retryAfterMs: 0 });
  expect((await logInByScram(client, "admin", "123456")).proven.ok).toBe(true);
});

test("challenges an unknown user like a known one: same salt each time, same iterations", async () => {
  const { url } = await startServer();
  const client = await connect(url, "wsecho.v1");
  await client.nextJson();
  const salts = [];
  for (const user of ["nobody", "nobody", "admin"]) {
    const { challenge, verdict } = await logInByScram(client, user, "wrong");
    expect(verdict).toMatchObject({ type: "denied" });
    const [, salt, iterations] = /s=([^,]+),i=(\d+)$/.exec(String(challenge["data"])) ?? [];
    expect(iterations).toBe("4096");
    salts.push(salt);
  }
  expect(salts[0]).toBe(salts[1]);
  expect(salts[0]).toHaveLength(salts[2]?.length ?? 0);
});

test.each([
  ["is not SCRAM", "hello"],
  ["asks for channel binding", "p=tls-unique,,n=admin,r=0123456789abcdef"],
  ["names no user", "n,,n=,r=0123456789abcdef"],
])("refuses a SCRAM start that %s", async (_, data) => {
  const { url } = await startServer();
  const client = await connect(url, "wsecho.v1");
  await client.nextJson();
  client.sendJson({ type: "auth", mechanism: "scram-sha-256", data });
  expect(await client.nextJson()).toMatchObject({ type: "denied", attemptsLeft: 4 });
});

test("refuses a SCRAM proof that is none, and a second proof for one challenge", async () => {
  const { url } = await startServer();
  const client = await connect(url, "wsecho.v1");
  await client.nextJson();
  const data = "n,,n=admin,r=0123456789abcdef";
  client.sendJson({ type: "auth", mechanism: "scram-sha-256", data });
  expect(await client.nextJson()).toMatchObject({ type: "challenge" });
  client.sendJson({ type: "response", data: "c=biws,r=x,p=AAAA" });
  expect(await client.nextJson()).toMatchObject({ type: "denied" });
  client.sendJson({ type: "response", data: "c=biws,r=x,p=AAAA" });
  expect(await client.nextJson()).toMatchObject({ type: "error", code: 4409 });
  expect((await client.closed).code).toBe(4409);
});

test("echoes submits in order, by id, and binary messages as binary between them", async () => {
  const { url } = await startServer();
  const client = await connectV1(url);
  client.sendJson({ type: "submit", id: 1, text: "a" });
  client.send(Buffer.from("b"));
  client.sendJson({ type: "submit", id: 7, text: "" }, { type: "ping" });
  expect(await client.nextJson()).toEqual({ type: "echo", id: 1, text: "a" });
  expect(await client.next()).toEqual(Buffer.from("b"));
  expect(await client.nextJson()).toEqual({ type: "echo", id: 7, text: "" });
  expect(await client.nextJson()).toEqual({ type: "pong" });
});

test("takes what was sent before the verdict", async () => {
  const { url } = await startServer();
  const client = await connect(url, "wsecho.v1");
  client.sendJson(login, { type: "submit", id: 1, text: "early" });
  await client.nextJson();
  expect(await client.nextJson()).toEqual({ type: "ok", user: "admin", session: uuid });
  expect(await client.nextJson()).toEqual({ type: "echo", id: 1, text: "early" });
});

test.each([
  ["the same id again", 5],
  ["a smaller id", 4],
])("closes 4409 for %s", async (_, id) => {
  const { url } = await startServer();
  const client = await connectV1(url);
  client.sendJson({ type: "submit", id: 5, text: "first" }, { type: "submit", id, text: "second" });
  expect(await client.nextJson()).toMatchObject({ type: "echo", id: 5 });
  expect(await client.nextJson()).toMatchObject({ type: "error", code: 4409, id });
  expect((await client.closed).code).toBe(4409);
  expect(client.rest()).toEqual([]);
});

test.each([
  ["text that is not JSON", "hello"],
  ["an array", "[]"],
  ["an unknown type", '{"type":"subscribe"}'],
  ["a type that objects inherit", '{"type":"constructor"}'],
  ["a submit without its text", '{"type":"submit","id":1}'],
  ["an id that is not a number", '{"type":"submit","id":"1","text":""}'],
  ["JSON 4000 arrays deep", "[".repeat(4000)],
  ["a mechanism that is not offered", '{"type":"auth","mechanism":"token","token":"t"}'],
])("closes 4400 for %s, before login and after", async (_, message) => {
  const { url } = await startServer();
  const early = await connect(url, "wsecho.v1");
  await early.nextJson();
  for (const client of [early, await connectV1(url)]) {
    client.send(message);
    expect(await client.nextJson()).toMatchObject({ type: "error", code: 4400, retry: "never" });
    expect(await client.closed).toEqual({ code: 4400, reason: "malformed message" });
  }
});

test("closes 4401 for a submit or a binary message before login", async () => {
  const { url } = await startServer();
  for (const message of ['{"type":"submit","id":1,"text":"x"}', Buffer.from("x")]) {
    const client = await connect(url, "wsecho.v1");
    await client.nextJson();
    client.send(message);
    expect(await client.nextJson()).toMatchObject({ type: "error", code: 4401 });
    expect((await client.closed).code).toBe(4401);
  }
});

test("renews a login, and goes on echoing", async () => {
  const { url } = await startServer();
  const client = await connectV1(url);
  client.sendJson(login, { type: "submit", id: 1, text: "meanwhile" });
  const answers = [await client.nextJson(), await client.nextJson()];
  expect(answers).toContainEqual({ type: "ok", user: "admin", session: uuid });
  expect(answers).toContainEqual({ type: "echo", id: 1, text: "meanwhile" });
  expect((await logInByScram(client, "admin", "123456")).proven.ok).toBe(true);
});

test("closes 4403 for a renewal as somebody else", async () => {
  const { url } = await startServer();
  const client = await connectV1(url);
  client.sendJson({ ...login, user: "ada", password: plantedPassword });
  expect(await client.nextJson()).toMatchObject({ type: "error", code: 4403 });
  expect((await client.closed).code).toBe(4403);
});

test("tries again later where the user store fails", async () => {
  const { url, log } = await startServer({
    users: { iterations: 4096, find: () => Promise.reject(new Error("disk on fire")) },
  });
  const client = await connect(url, "wsecho.v1");
  await client.nextJson();
  client.sendJson(login);
  expect(await client.nextJson()).toMatchObject({ type: "error", code: 1013, retry: "later" });
  expect((await client.closed).code).toBe(1013);
  expect(log).toContainEqual(
    expect.objectContaining({ level: "error", message: "the user store failed" }),
  );
});

test("closes 4408 where the user store never answers", async () => {
  const { url } = await startServer({
    users: { iterations: 4096, find: () => new Promise(() => undefined) },
    limits: { authTimeoutMs: 60 },
  });
  const client = await connect(url, "wsecho.v1");
  client.sendJson(login);
  expect((await client.closed).code).toBe(4408);
});
