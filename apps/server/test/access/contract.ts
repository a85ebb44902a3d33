import { randomBytes } from "node:crypto";
import type { ClientOptions } from "ws";
import { describe, expect, test } from "vitest";
import type { Store } from "../../src/store/store.ts";
import {
  connect,
  connectV1,
  logInByScram,
  refusedHandshake,
  type TestClient,
} from "../support/client.ts";
import { watchFeed } from "../support/feed.ts";
import { watchPauses } from "../support/pauses.ts";
import { soon } from "../support/soon.ts";
import { fakeClock, type MakeDatabase } from "../store/support.ts";
import {
  addUser,
  basic,
  bearer,
  bearerOffer,
  makeVerifier,
  password,
  serve,
  tokenFor,
} from "./support.ts";
import { uuid } from "../support/uuid.ts";

/** What holds whichever database the users are in. */
export function testAccess(make: MakeDatabase): void {
  describe("ways in", () => testWaysIn(make));
  describe("tokens", () => testTokens(make));
  describe("revocation", () => testRevocation(make));
  describe("throttle", () => testThrottle(make));
  describe("audit", () => testAudit(make));
  describe("watching", () => testWatching(make));
}

const auth = { type: "auth", mechanism: "plain", user: "ada", password };

async function hello(url: string, options: ClientOptions = {}) {
  const client = await connect(url, "wsecho.v1", options);
  await client.nextJson();
  return client;
}

function testWaysIn(make: MakeDatabase): void {
  test("lets a user in by each mechanism, in both dialects and at the handshake", async () => {
    const { url, store, log } = await serve(await make());
    await addUser(store, "ada");
    const token = await tokenFor(store, "ada");

    const plain = await connect(url);
    plain.send(`ada:${password}`);
    expect(await plain.next()).toMatch(/^congratulation/);

    const v1 = await connect(url, "wsecho.v1");
    const greeting = await v1.nextJson();
    expect(greeting["mechanisms"]).toEqual(["scram-sha-256", "token", "plain"]);
    v1.sendJson(auth);
    expect(await v1.nextJson()).toEqual({ type: "ok", user: "ada", session: uuid });

    const scram = await hello(url);
    expect((await logInByScram(scram, "ada", password)).proven.ok).toBe(true);

    const byToken = await hello(url);
    byToken.sendJson({ type: "auth", mechanism: "token", token });
    const ok = await byToken.nextJson();
    expect(ok).toMatchObject({ type: "ok", user: "ada" });
    expect(ok["expiresInMs"]).toBeGreaterThan(50_000);
    expect(ok["expiresInMs"]).toBeLessThanOrEqual(61_000);

    for (const headers of [basic("ada", password), bearer(token)]) {
      const session = await hello(url, { headers });
      expect(await session.nextJson()).toMatchObject({ type: "ok", user: "ada" });
      const silent = await connect(url, [], { headers });
      silent.send("hi");
      expect(await silent.next()).toBe("your submit context: hi");
      const echo = await connect(`${url}/echo`, [], { headers });
      echo.send("hi");
      expect(await echo.next()).toBe("hi");
    }

    const page = await connect(url, ["wsecho.v1", bearerOffer(token)], { origin: "null" });
    expect(page.socket.protocol).toBe("wsecho.v1");
    await page.nextJson();
    expect(await page.nextJson()).toMatchObject({ type: "ok", user: "ada" });

    const mechanisms = log
      .filter(({ message }) => message === "login accepted")
      .map(({ fields }) => fields["mechanism"]);
    expect(new Set(mechanisms)).toEqual(
      new Set(["plain", "scram-sha-256", "token", "basic", "bearer"]),
    );
    expect(JSON.stringify(log)).not.toContain(token);
  });

  test("takes composed and decomposed Unicode for the same, in names and passwords", async () => {
    const { url, store } = await serve(await make());
    await addUser(store, "jos\u00e9", "caf\u00e9");
    const client = await hello(url);
    const { verdict } = await logInByScram(client, "jose\u0301", "cafe\u0301");
    expect(verdict).toMatchObject({ type: "ok", user: "jos\u00e9" });
    const plain = await connect(url);
    plain.send("jose\u0301:cafe\u0301");
    expect(await plain.next()).toMatch(/^congratulation/);
  });

  test("answers unknown, disabled and mistyped alike", async () => {
    const { url, store } = await serve(await make());
    await addUser(store, "ada");
    await addUser(store, "bob");
    await store.users.change("bob", { enabled: false });
    const answers = [];
    for (const [user, secret] of [
      ["ada", "wrong"],
      ["bob", password],
      ["nobody", password],
    ] as const) {
      const client = await hello(url);
      const { challenge, verdict } = await logInByScram(client, user, secret);
      const salt = /s=([^,]+)/.exec(String(challenge["data"]))?.[1] ?? "";
      client.sendJson({ ...auth, user, password: secret });
      answers.push([
        salt.length,
        /i=\d+/.exec(String(challenge["data"]))?.[0],
        verdict,
        await client.nextJson(),
      ]);
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });
}

function testTokens(make: MakeDatabase): void {
  test("close 4401 at their end, unless the session is renewed", async () => {
    const { url, store } = await serve(await make());
    await addUser(store, "ada");
    const ends = await hello(url);
    const stays = await hello(url);
    const short = await tokenFor(store, "ada", 1000);
    for (const client of [ends, stays]) {
      client.sendJson({ type: "auth", mechanism: "token", token: short });
      await client.nextJson();
    }
    stays.sendJson({ type: "auth", mechanism: "token", token: await tokenFor(store, "ada") });
    expect(await stays.nextJson()).toMatchObject({ type: "ok" });
    expect(await ends.closed).toEqual({ code: 4401, reason: "session expired" });
    stays.sendJson({ type: "submit", id: 1, text: "still here" });
    expect(await stays.nextJson()).toMatchObject({ type: "echo", text: "still here" });
    const again = await hello(url);
    again.sendJson({ type: "auth", mechanism: "token", token: short });
    expect(await again.nextJson()).toMatchObject({ type: "denied" });
  });

  test("end pure echo too, at their end", async () => {
    const { url, store } = await serve(await make());
    await addUser(store, "ada");
    const headers = bearer(await tokenFor(store, "ada", 1000));
    const echo = await connect(`${url}/echo`, [], { headers });
    expect(await echo.closed).toEqual({ code: 4401, reason: "session expired" });
  });

  test("are good on every server, also of a new key, until their key is retired", async () => {
    const database = await make();
    const [first, second] = [await serve(database), await serve(database)];
    await addUser(first.store, "ada");
    const old = await tokenFor(first.store, "ada");
    const [oldKey] = await first.store.signingKeys.list();
    const enter = async (url: string, token: string): Promise<unknown> => {
      const client = await hello(url);
      client.sendJson({ type: "auth", mechanism: "token", token });
      return (await client.nextJson())["type"];
    };
    expect(await enter(second.url, old)).toBe("ok");
    await second.store.signingKeys.add();
    const fresh = await tokenFor(second.store, "ada");
    for (const { url } of [first, second])
      for (const token of [old, fresh]) expect(await enter(url, token)).toBe("ok");
    await first.store.signingKeys.retire(oldKey?.id ?? "");
    for (const { url } of [first, second]) {
      await expect.poll(() => enter(url, old), soon).toBe("denied");
      expect(await enter(url, fresh)).toBe("ok");
    }
  });

  test("are worthless once the user has changed, is disabled or removed", async () => {
    const { url, store } = await serve(await make());
    const changes = {
      ada: async () => store.users.change("ada", { verifier: await makeVerifier("new") }),
      bob: () => store.users.change("bob", { enabled: false }),
      eve: () => store.users.remove("eve"),
    };
    for (const [name, change] of Object.entries(changes)) {
      await addUser(store, name);
      const token = await tokenFor(store, name);
      await change();
      if (name === "eve") await addUser(store, name);
      const answer = await refusedHandshake(url, "wsecho.v1", { headers: bearer(token) });
      expect(answer.status).toBe(401);
      const page = await connect(url, ["wsecho.v1", bearerOffer(token)]);
      expect(await page.closed).toEqual({ code: 4401, reason: "not authenticated" });
    }
  });

  test("[L13, L14] are given to who proves a password and asks, and to nobody else", async () => {
    const { url, store } = await serve(await make(), { rememberMs: 60_000 });
    await addUser(store, "ada");
    const client = await connect(url, "wsecho.v1");
    expect((await client.nextJson())["features"]).toEqual(["remember"]);
    client.sendJson(auth);
    expect(await client.nextJson()).not.toHaveProperty("token");
    client.sendJson({ ...auth, rememberMs: 3_600_000 });
    const { token } = await client.nextJson();
    expect(token).toEqual(expect.any(String));

    const scram = await hello(url);
    const { verdict, proven } = await logInByScram(scram, "ada", password, { rememberMs: 10_000 });
    expect([proven.ok, typeof verdict["token"]]).toEqual([true, "string"]);

    const later = await hello(url);
    later.sendJson({ type: "auth", mechanism: "token", token, rememberMs: 60_000 });
    const ok = await later.nextJson();
    expect(ok).toMatchObject({ type: "ok", user: "ada" });
    expect(ok).not.toHaveProperty("token");
    // No longer than the server allows, whatever was asked for.
    expect(ok["expiresInMs"]).toBeLessThanOrEqual(60_000);
    expect(ok["expiresInMs"]).toBeGreaterThan(50_000);

    await store.users.change("ada", { verifier: await makeVerifier("new") });
    const refused = await hello(url);
    refused.sendJson({ type: "auth", mechanism: "token", token });
    expect(await refused.nextJson()).toMatchObject({ type: "denied" });
  });

  test("are given to nobody where the server does not want it", async () => {
    const { url, store } = await serve(await make(), { rememberMs: null });
    await addUser(store, "ada");
    const client = await connect(url, "wsecho.v1");
    expect((await client.nextJson())["features"]).toEqual([]);
    client.sendJson({ ...auth, rememberMs: 60_000 });
    expect(await client.nextJson()).toEqual({ type: "ok", user: "ada", session: uuid });
  });

  test.each([
    ["nothing", ""],
    ["no token", "abc"],
    ["no signature", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ."],
  ])("that are %s are refused", async (_, token) => {
    const { url, store } = await serve(await make());
    await addUser(store, "ada");
    const client = await hello(url);
    client.sendJson({ type: "auth", mechanism: "token", token });
    expect(await client.nextJson()).toMatchObject({ type: "denied" });
  });

  test("that were altered are refused", async () => {
    const { url, store } = await serve(await make());
    await addUser(store, "ada");
    await addUser(store, "bob");
    const [head, , signature] = (await tokenFor(store, "ada")).split(".");
    const [, claims] = (await tokenFor(store, "bob")).split(".");
    const client = await hello(url);
    client.sendJson({
      type: "auth",
      mechanism: "token",
      token: [head, claims, signature].join("."),
    });
    expect(await client.nextJson()).toMatchObject({ type: "denied" });
  });
}

function testRevocation(make: MakeDatabase): void {
  test.each(["disabled", "removed", "given a new password"])(
    "closes every session of a user who is %s, on two servers, within a second",
    async (what) => {
      const database = await make();
      const servers = [await serve(database), await serve(database)];
      const [{ store } = await serve(database)] = servers;
      await addUser(store, "ada");
      await addUser(store, "bob");
      const theirs = [];
      const others = [];
      for (const { url } of servers) {
        theirs.push(await connectV1(url, "ada", password));
        const plain = await connect(url);
        plain.send(`ada:${password}`);
        await plain.next();
        theirs.push(plain, await connect(`${url}/echo`, [], { headers: basic("ada", password) }));
        others.push(await connectV1(url, "bob", password));
      }
      const pauses = watchPauses();
      const startedAt = performance.now();
      if (what === "disabled") await store.users.change("ada", { enabled: false });
      else if (what === "removed") await store.users.remove("ada");
      else await store.users.change("ada", { verifier: await makeVerifier("other") });
      for (const client of theirs)
        expect(await client.closed).toEqual({ code: 4403, reason: "access revoked" });
      const delay = performance.now() - startedAt - pauses.stop();
      console.info(`revocation (${store.kind}, ${what}): ${delay.toFixed(0)} ms`);
      expect(delay).toBeLessThan(1000);
      for (const client of others) {
        client.sendJson({ type: "submit", id: 1, text: "still here" });
        expect(await client.nextJson()).toMatchObject({ type: "echo" });
      }
    },
  );

  test("closes one session that an operator names, on whichever server it is", async () => {
    const database = await make();
    const [first, second] = [await serve(database), await serve(database)];
    await addUser(first.store, "ada");
    const one = await connectV1(second.url, "ada", password);
    const other = await connectV1(second.url, "ada", password);
    await expect.poll(() => first.store.sessions.list({ live: true }), soon).toHaveLength(2);
    const id = sessionsIn(second.log)[0] ?? "";
    expect(await first.store.sessions.requestClose(id)).toBe(true);
    expect(await one.closed).toEqual({ code: 4403, reason: "access revoked" });
    other.sendJson({ type: "submit", id: 1, text: "hi" });
    expect(await other.nextJson()).toMatchObject({ type: "echo" });
    await expect.poll(() => first.store.sessions.requestClose(id), soon).toBe(false);
  });

  test("goes by the newest proof where a session was renewed", async () => {
    const { url, store } = await serve(await make());
    await addUser(store, "ada");
    const client = await connectV1(url, "ada", password);
    // Makes a new version without any other difference that a login would show.
    await store.users.change("ada", { role: "admin" });
    expect((await client.closed).code).toBe(4403);
    const later = await connectV1(url, "ada", password);
    later.sendJson({ type: "auth", mechanism: "token", token: await tokenFor(store, "ada") });
    expect(await later.nextJson()).toMatchObject({ type: "ok" });
  });
}

function sessionsIn(
  log: readonly { message: string; fields: Readonly<Record<string, unknown>> }[],
) {
  return log
    .filter(({ message }) => message === "login accepted")
    .map(({ fields }) => String(fields["session"]));
}

function testThrottle(make: MakeDatabase): void {
  const wrong = { ...auth, password: "wrong" };

  /** With a clock that stands still: no wait is over because a busy machine took its time. */
  async function start() {
    const database = await make();
    const clock = fakeClock();
    const again = () => serve(database, { storeOptions: { now: clock.now } });
    return { ...(await again()), again, clock };
  }

  /** The server's part of a SCRAM exchange, up to the challenge. */
  async function begin(client: TestClient, user: string): Promise<string> {
    const data = `n,,n=${user},r=${randomBytes(18).toString("base64")}`;
    client.sendJson({ type: "auth", mechanism: "scram-sha-256", data });
    const challenge = await client.nextJson();
    expect(challenge["type"]).toBe("challenge");
    return String(challenge["data"]);
  }

  /** A proof of some password. */
  function guess(challenge: string): string {
    const nonce = /^r=([^,]+)/.exec(challenge)?.[1] ?? "";
    return `c=biws,r=${nonce},p=${randomBytes(32).toString("base64")}`;
  }

  async function failuresOf(store: Store, user: string): Promise<number> {
    return (await store.failures.read({ user, address: "127.0.0.1" })).pair.count;
  }

  /** Wrong passwords until the server says to wait. */
  async function provoke(url: string, options: ClientOptions = {}) {
    const client = await hello(url, options);
    for (;;) {
      client.sendJson(wrong);
      const denied = await client.nextJson();
      if (Number(denied["retryAfterMs"]) > 0) return client;
    }
  }

  test("makes a guesser wait, refuses even the right password meanwhile, then lets it in", async () => {
    const { url, store, clock } = await start();
    await addUser(store, "ada");
    const client = await provoke(url);
    client.sendJson(auth);
    const denied = await client.nextJson();
    expect(denied).toMatchObject({ type: "denied" });
    const retryAfterMs = Number(denied["retryAfterMs"]);
    expect(retryAfterMs).toBe(1000);
    const answer = await refusedHandshake(url, [], { headers: basic("ada", password) });
    expect([answer.status, answer.headers["retry-after"]]).toEqual([429, "1"]);
    clock.pass(retryAfterMs);
    client.sendJson(auth);
    expect(await client.nextJson()).toMatchObject({ type: "ok" });
  });

  test("locks nobody out from another address, nor another user from the same", async () => {
    const { url, store } = await serve(await make());
    await addUser(store, "ada");
    await addUser(store, "bob");
    await provoke(url);
    const elsewhere = await hello(url, { localAddress: "127.0.0.2" });
    elsewhere.sendJson(auth);
    expect(await elsewhere.nextJson()).toMatchObject({ type: "ok", user: "ada" });
    const other = await hello(url);
    other.sendJson({ ...auth, user: "bob" });
    expect(await other.nextJson()).toMatchObject({ type: "ok", user: "bob" });
  });

  test("is not forgotten by a restart, nor unknown to another server", async () => {
    const first = await start();
    await addUser(first.store, "ada");
    for (let i = 0; i < 7; i++)
      await first.store.failures.add({ user: "ada", address: "127.0.0.1" });
    await first.server.close();
    await first.store.close();
    for (const { url } of [await first.again(), await first.again()]) {
      const client = await hello(url);
      client.sendJson(auth);
      const denied = await client.nextJson();
      expect(denied).toMatchObject({ type: "denied", retryAfterMs: 16_000 });
    }
  });

  test("lets few of many guesses at once through", async () => {
    const { url, store } = await start();
    await addUser(store, "ada");
    const clients = await Promise.all(Array.from({ length: 30 }, () => hello(url)));
    for (const client of clients) client.sendJson(wrong, wrong);
    for (const client of clients) {
      await client.nextJson();
      await client.nextJson();
    }
    const { pair } = await store.failures.read({ user: "ada", address: "127.0.0.1" });
    // Three until the first wait, and at most four checks that had begun when it was written.
    expect(pair.count).toBeGreaterThanOrEqual(3);
    expect(pair.count).toBeLessThanOrEqual(7);
  });

  test("lets few of many SCRAM proofs at once through, however many challenges were fetched before", async () => {
    const { url, store } = await start();
    await addUser(store, "ada");
    const clients = await Promise.all(Array.from({ length: 30 }, () => hello(url)));
    const proofs = [];
    for (const client of clients) {
      const challenge = await begin(client, "ada");
      proofs.push({ type: "response", data: guess(challenge) });
    }
    expect(await failuresOf(store, "ada")).toBe(0);
    for (const [i, client] of clients.entries()) client.sendJson(proofs[i] ?? {});
    for (const client of clients) expect(await client.nextJson()).toMatchObject({ type: "denied" });
    expect(await failuresOf(store, "ada")).toBeGreaterThanOrEqual(3);
    expect(await failuresOf(store, "ada")).toBeLessThanOrEqual(7);
    // Nor is another challenge to be had now.
    const later = await hello(url);
    later.sendJson({ type: "auth", mechanism: "scram-sha-256", data: "n,,n=ada,r=abc" });
    const answer = await later.nextJson();
    expect(answer).toMatchObject({ type: "denied" });
    expect(Number(answer["retryAfterMs"])).toBeGreaterThan(0);
  });

  test("does not count SCRAM exchanges that are given up: they tell nothing, and hold nothing", async () => {
    const { url, store } = await serve(await make());
    await addUser(store, "ada");
    for (let i = 0; i < 40; i++) {
      const client = await hello(url);
      await begin(client, i % 2 === 0 ? "ada" : "nobody");
      if (i % 4 < 2) client.socket.terminate();
      else client.socket.close();
      await client.closed;
    }
    expect(await failuresOf(store, "ada")).toBe(0);
    const client = await hello(url);
    expect((await logInByScram(client, "ada", password)).proven.ok).toBe(true);
  });

  test("counts forged tokens by address, and asks only those to wait", async () => {
    const { url, store } = await start();
    await addUser(store, "ada");
    const token = await tokenFor(store, "ada");
    const forged = `${token.slice(0, token.lastIndexOf("."))}.${"A".repeat(43)}`;
    const bring = async (what: string) => {
      const client = await hello(url);
      client.sendJson({ type: "auth", mechanism: "token", token: what });
      return client.nextJson();
    };
    for (const retryAfterMs of [0, 0, 1000]) {
      expect(await bring(forged)).toMatchObject({ type: "denied", retryAfterMs });
    }
    expect(Number((await bring("x.y.z"))["retryAfterMs"])).toBeGreaterThan(0);
    const answer = await refusedHandshake(url, [], { headers: bearer(forged) });
    expect([answer.status, answer.headers["retry-after"]]).toEqual([429, "1"]);
    const page = await connect(url, ["wsecho.v1", bearerOffer(forged)]);
    expect(await page.closed).toEqual({ code: 4429, reason: "too many login attempts" });
    const { address } = await store.failures.read({ user: "ada", address: "127.0.0.1" });
    expect(address.count).toBe(3);
    // Who has a good one, or the password, did not guess.
    expect(await bring(token)).toMatchObject({ type: "ok", user: "ada" });
    const client = await hello(url);
    client.sendJson(auth);
    expect(await client.nextJson()).toMatchObject({ type: "ok", user: "ada" });
  });

  test("does not count tokens that were good once", async () => {
    const { url, store } = await serve(await make());
    await addUser(store, "ada");
    const expiring = await tokenFor(store, "ada", 1000);
    const first = await hello(url);
    first.sendJson({ type: "auth", mechanism: "token", token: expiring });
    expect((await first.closed).code).toBe(4401);
    const outdated = await tokenFor(store, "ada");
    await store.users.change("ada", { role: "admin" });
    for (const token of [expiring, outdated]) {
      const client = await hello(url);
      client.sendJson({ type: "auth", mechanism: "token", token });
      expect(await client.nextJson()).toMatchObject({ type: "denied" });
    }
    const { address } = await store.failures.read({ user: "ada", address: "127.0.0.1" });
    expect(address.count).toBe(0);
  });

  test("closes 4429 after the attempts of one connection", async () => {
    const { url, store } = await serve(await make(), { limits: { maxAttempts: 2 } });
    await addUser(store, "ada");
    const client = await hello(url);
    client.sendJson(wrong, wrong);
    expect((await client.closed).code).toBe(4429);
  });

  test("forgives who knows the password after all", async () => {
    const { url, store } = await serve(await make());
    await addUser(store, "ada");
    const client = await hello(url);
    client.sendJson(wrong, auth);
    await client.nextJson();
    expect(await client.nextJson()).toMatchObject({ type: "ok" });
    const { pair } = await store.failures.read({ user: "ada", address: "127.0.0.1" });
    expect(pair.count).toBe(0);
  });
}

function testAudit(make: MakeDatabase): void {
  test("tells who was here, from where, how, and why it ended, by the ids of the log", async () => {
    const { url, store, log } = await serve(await make(), { limits: { idleTimeoutMs: 1000 } });
    await addUser(store, "ada");
    const exits = await connectV1(url, "ada", password);
    exits.socket.close(1000, "user exit");
    await exits.closed;
    const idles = await connect(url);
    idles.send(`ada:${password}`);
    await idles.closed;
    const echo = await connect(`${url}/echo`, [], { headers: basic("ada", password) });
    echo.socket.terminate();
    const ended = async () => (await store.sessions.list()).filter((s) => s.state === "ended");
    await expect.poll(ended, soon).toHaveLength(3);
    const rows = (await ended()).toSorted((a, b) => a.startedAt - b.startedAt);
    expect(rows.map(({ id }) => id)).toEqual(sessionsIn(log));
    expect(rows).toMatchObject([
      { dialect: "v1", mechanism: "plain", closeCode: 1000, closeReason: "user exit" },
      { dialect: "plain", mechanism: "plain", closeCode: 4408, closeReason: "idle for too long" },
      { dialect: "echo", mechanism: "basic", closeCode: 1006, closeReason: "" },
    ]);
    for (const { user, address } of rows) expect([user, address]).toEqual(["ada", "127.0.0.1"]);
  });

  test("is complete when the server stops", async () => {
    const database = await make();
    const { url, store, server } = await serve(database);
    await addUser(store, "ada");
    for (let i = 0; i < 5; i++) await connectV1(url, "ada", password);
    await server.close({ restarting: true });
    const rows = await store.sessions.list();
    expect(rows.map(({ state, closeCode }) => [state, closeCode])).toEqual(
      Array.from({ length: 5 }, () => ["ended", 1012]),
    );
  });

  test("keeps no secret and no payload, in the log or in the database", async () => {
    const database = await make();
    const { url, store, log } = await serve(database);
    await addUser(store, "ada");
    const planted = "pl4nted-payload";
    const token = await tokenFor(store, "ada");
    const client = await connectV1(url, "ada", password);
    client.sendJson({ type: "submit", id: 1, text: planted });
    await client.nextJson();
    client.sendJson({ type: "auth", mechanism: "token", token });
    await client.nextJson();
    client.sendJson({ ...auth, rememberMs: 60_000 });
    const remembered = String((await client.nextJson())["token"]);
    const wrong = await hello(url);
    wrong.sendJson({ ...auth, user: password, password: planted });
    await wrong.nextJson();
    await refusedHandshake(url, [], { headers: basic(planted, password) });
    await refusedHandshake(url, [], { headers: bearer(`${token}x`) });
    await (
      await connect(url, ["wsecho.v1", bearerOffer(`${token}x`)])
    ).closed;
    await expect.poll(() => store.sessions.list(), soon).toHaveLength(1);
    const everything = JSON.stringify(log) + (await database.dump());
    for (const secret of [password, planted, token, remembered, bearerOffer(token)]) {
      expect(everything).not.toContain(secret);
      expect(everything).not.toContain(Buffer.from(secret).toString("base64"));
      expect(everything).not.toContain(Buffer.from(secret).toString("hex"));
    }
  });
}

function testWatching(make: MakeDatabase): void {
  test("goes by the role that the user has now, whichever way in was taken", async () => {
    const { url, store } = await serve(await make());
    await addUser(store, "ada");
    const old = await watchFeed(url, { token: await tokenFor(store, "ada") });
    expect(await old.say({ watch: "all" })).toHaveProperty("error");
    await store.users.change("ada", { role: "admin" });
    expect(await old.session.closed).toMatchObject({ code: 4403 });
    const admin = await watchFeed(url, { token: await tokenFor(store, "ada") });
    expect(await admin.say({ watch: "all" })).toMatchObject({ watch: "all" });
    // Whoever may no longer watch does not, from that moment on.
    await store.users.change("ada", { role: "user" });
    expect(await admin.session.closed).toMatchObject({ code: 4403 });
  });

  test("is in the audit, as what it is", async () => {
    const { url, store } = await serve(await make());
    await addUser(store, "ada");
    const feed = await watchFeed(url, { username: "ada", password });
    await expect
      .poll(() => store.sessions.list({ live: true }), soon)
      .toMatchObject([{ user: "ada", dialect: "inspect", id: feed.session.status.session }]);
  });
}
