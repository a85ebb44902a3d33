import { once } from "node:events";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import type { ClientOptions } from "ws";
import { describe, expect, test } from "vitest";
import { makeSqlite } from "../store/sqlite-database.ts";
import { addUser, basic, bearerOffer, password, serve, tokenFor } from "../access/support.ts";
import { makeCertificate, writeFiles, type Made } from "../support/certificates.ts";
import { connect, logInByScram, refusedHandshake } from "../support/client.ts";
import { runProgram } from "../support/program.ts";
import { handshake } from "../support/raw.ts";
import { soon } from "../support/soon.ts";
import { startServer, testUsers } from "../support/start-server.ts";

const own = await makeCertificate("server");
const authority = await makeCertificate("team authority", { authority: true });
const other = await makeCertificate("other authority", { authority: true });
const ada = await makeCertificate("ada", { by: authority, usage: "client" });

const material = (ca: Made) => ({
  cert: Buffer.from(own.cert),
  key: Buffer.from(own.key),
  clientCa: Buffer.from(ca.cert),
});
const tls = material(authority);

function as(made: Made, options: ClientOptions = {}): ClientOptions {
  return { ca: own.cert, cert: made.cert, key: made.key, ...options };
}

async function start(options: Parameters<typeof serve>[1] = {}) {
  const server = await serve(await makeSqlite(), { tls, ...options });
  await addUser(server.store, "ada");
  return server;
}

describe("a client certificate", () => {
  test("logs in whom it names, in both dialects and at /echo, until it ends", async () => {
    const { url, store, log } = await start();
    const v1 = await connect(url, "wsecho.v1", as(ada));
    expect(await v1.nextJson()).toMatchObject({ type: "hello" });
    const ok = await v1.nextJson();
    expect(ok).toMatchObject({ type: "ok", user: "ada" });
    expect(ok["expiresInMs"]).toBeGreaterThan(3_500_000);
    expect(ok["expiresInMs"]).toBeLessThanOrEqual(3_600_000);
    const plain = await connect(url, [], as(ada));
    plain.send("hi");
    expect(await plain.next()).toBe("your submit context: hi");
    const echo = await connect(`${url}/echo`, [], as(ada));
    echo.send("hi");
    expect(await echo.next()).toBe("hi");
    const facts = { user: "ada", mechanism: "certificate" };
    const accepted = log.filter(({ message }) => message === "login accepted");
    expect(accepted.map(({ fields }) => fields)).toEqual([
      expect.objectContaining(facts),
      expect.objectContaining(facts),
      expect.objectContaining(facts),
    ]);
    await expect
      .poll(() => store.sessions.list(), soon)
      .toEqual([
        expect.objectContaining(facts),
        expect.objectContaining(facts),
        expect.objectContaining(facts),
      ]);
  });

  test("may come with intermediate authorities, and names in any form of Unicode", async () => {
    const { url, store } = await start();
    await addUser(store, "jos\u00e9");
    const between = await makeCertificate("between", { by: authority, authority: true });
    const leaf = await makeCertificate("jose\u0301", { by: between });
    const client = await connect(
      url,
      "wsecho.v1",
      as({ cert: `${leaf.cert}\n${between.cert}`, key: leaf.key }),
    );
    await client.nextJson();
    expect(await client.nextJson()).toMatchObject({ type: "ok", user: "jos\u00e9" });
  });

  test("is not needed: the other ways in stay open", async () => {
    const { url, store } = await start();
    const ca = own.cert;
    const scram = await connect(url, "wsecho.v1", { ca });
    await scram.nextJson();
    expect((await logInByScram(scram, "ada", password)).proven.ok).toBe(true);
    const headers = basic("ada", password);
    await connect(`${url}/echo`, [], { ca, headers });
    const offer = bearerOffer(await tokenFor(store, "ada"));
    const page = await connect(url, ["wsecho.v1", offer], { ca, origin: "null" });
    await page.nextJson();
    expect(await page.nextJson()).toMatchObject({ type: "ok", user: "ada" });
    expect((await refusedHandshake(`${url}/echo`, [], { ca })).status).toBe(401);
  });

  test("stands behind credentials that the handshake itself brings", async () => {
    const { url, store, log } = await start();
    await addUser(store, "bob");
    for (const [protocols, headers] of [
      [["wsecho.v1"], basic("bob", password)],
      [["wsecho.v1", bearerOffer(await tokenFor(store, "bob"))], {}],
    ] as const) {
      const client = await connect(url, protocols, as(ada, { headers }));
      await client.nextJson();
      expect(await client.nextJson()).toMatchObject({ type: "ok", user: "bob" });
    }
    const wrong = as(ada, { headers: basic("bob", "wrong") });
    expect((await refusedHandshake(url, [], wrong)).status).toBe(401);
    expect(JSON.stringify(log)).not.toContain('"certificate"');
  });

  test("ends the session when it ends itself", async () => {
    const { url } = await start();
    const short = await makeCertificate("ada", { by: authority, to: 3 });
    const v1 = await connect(url, "wsecho.v1", as(short));
    const echo = await connect(`${url}/echo`, [], as(short));
    const end = { code: 4401, reason: "session expired" };
    expect(await Promise.all([v1.closed, echo.closed])).toEqual([end, end]);
    const { status, body } = await refusedHandshake(url, [], as(short));
    expect([status, body]).toEqual([403, expect.stringContaining("has expired")]);
  });

  test("lets nobody in any more whose user is disabled, on live sessions too", async () => {
    const { url, store, log } = await start();
    const session = await connect(url, "wsecho.v1", as(ada));
    const echo = await connect(`${url}/echo`, [], as(ada));
    await store.users.change("ada", { enabled: false });
    expect((await session.closed).code).toBe(4403);
    expect((await echo.closed).code).toBe(4403);
    const stranger = await makeCertificate("eve", { by: authority });
    for (const [made, user] of [
      [ada, "ada"],
      [stranger, "eve"],
    ] as const) {
      const { status, body, headers } = await refusedHandshake(url, [], as(made));
      expect([status, body]).toEqual([403, expect.stringContaining("may not log in")]);
      expect(headers["www-authenticate"]).toBeUndefined();
      expect(log.at(-1)).toMatchObject({ message: "refused", fields: { status: 403, user } });
    }
    await store.users.change("ada", { enabled: true });
    await connect(url, "wsecho.v1", as(ada));
  });

  test("lets in users in memory too", async () => {
    const { url } = await startServer({ tls, users: await testUsers() });
    const client = await connect(url, "wsecho.v1", as(ada));
    await client.nextJson();
    expect(await client.nextJson()).toMatchObject({ type: "ok", user: "ada" });
  });
});

describe("a certificate that proves nothing", () => {
  const made: readonly (readonly [string, () => Promise<Made>, string, RegExp])[] = [
    [
      "of another authority",
      () => makeCertificate("ada", { by: other }),
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      /not signed by an authority/,
    ],
    [
      "that signed itself",
      () => makeCertificate("ada"),
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      /not signed by an authority/,
    ],
    [
      "of an authority that only bears the trusted one's name",
      async () =>
        makeCertificate("ada", {
          by: await makeCertificate("team authority", { authority: true }),
        }),
      "CERT_SIGNATURE_FAILURE",
      /not signed by an authority/,
    ],
    [
      "signed by a user's own",
      async () => {
        const bob = await makeCertificate("bob", { by: authority });
        const leaf = await makeCertificate("ada", { by: bob });
        return { cert: `${leaf.cert}\n${bob.cert}`, key: leaf.key };
      },
      "INVALID_PURPOSE",
      /not for signing/,
    ],
    [
      "that has expired",
      () => makeCertificate("ada", { by: authority, from: -7200, to: -3600 }),
      "CERT_HAS_EXPIRED",
      /has expired; get a new one/,
    ],
    [
      "that is not valid yet",
      () => makeCertificate("ada", { by: authority, from: 3600, to: 7200 }),
      "CERT_NOT_YET_VALID",
      /not valid yet/,
    ],
    [
      "for servers",
      () => makeCertificate("ada", { by: authority, usage: "server" }),
      "INVALID_PURPOSE",
      /not made for clients/,
    ],
    [
      "without a name",
      () => makeCertificate([], { by: authority }),
      "NO_COMMON_NAME",
      /one common name/,
    ],
    [
      "with two names",
      () => makeCertificate(["ada", "bob"], { by: authority }),
      "NO_COMMON_NAME",
      /one common name/,
    ],
  ];

  test.each(made)("is refused with 403: %s", async (_, make, code, reason) => {
    const { url, log } = await start();
    const wrong = await make();
    for (const path of ["", "/echo"]) {
      const { status, body } = await refusedHandshake(url + path, [], as(wrong));
      expect([status, body]).toEqual([403, expect.stringMatching(reason)]);
      expect(log.at(-1)).toMatchObject({ message: "refused", fields: { status: 403, code } });
    }
    // Also beside a good password: who shows it means it.
    const both = as(wrong, { headers: basic("ada", password) });
    expect((await refusedHandshake(url, [], both)).status).toBe(403);
    // A name that nobody vouches for is in no log.
    expect(JSON.stringify(log)).not.toContain("ada");
  });

  test.each(["ada\u0000", "ad\na", "", "a".repeat(65)])("is refused: named %j", async (name) => {
    const { url } = await start();
    const strange = await makeCertificate(name, { by: authority });
    expect((await refusedHandshake(url, [], as(strange))).status).toBe(403);
  });

  test("is not even one where its key is another", async () => {
    const { url } = await start();
    await expect(connect(url, [], { ...as(ada), key: other.key })).rejects.toThrow(/key/);
  });
});

describe("pages", () => {
  test("of other origins are refused where a certificate logs in, and only there", async () => {
    const friend = "https://friend.example";
    const { url, server } = await start({ allowOrigins: [friend, "null"] });
    for (const path of ["", "/echo"]) {
      for (const origin of ["https://evil.example", "null"])
        expect((await refusedHandshake(url + path, [], as(ada, { origin }))).status).toBe(403);
      for (const origin of [friend, url.replace("wss:", "https:")])
        await connect(url + path, [], as(ada, { origin }));
    }
    await connect(url, [], { ca: own.cert, origin: "null" });
    server.setRules({});
    const origin = "https://evil.example";
    expect((await refusedHandshake(url, [], as(ada, { origin }))).status).toBe(403);
    await connect(url, [], { ca: own.cert, origin });
  });
});

describe("a resumed TLS session", () => {
  async function ask(port: number, options: ConnectionOptions) {
    const socket = connectTls({ host: "127.0.0.1", port, ca: own.cert, ...options });
    let session: Buffer | undefined;
    socket.on("session", (ticket: Buffer) => (session = ticket));
    await once(socket, "secureConnect");
    socket.write(handshake());
    const [data] = (await once(socket, "data")) as [Buffer];
    const reused = socket.isSessionReused();
    socket.destroy();
    return { session, reused, status: Number(data.toString().slice(9, 12)) };
  }

  test("proves the same, but not after the authority is gone or the certificate has ended", async () => {
    const { port, server } = await start();
    const short = await makeCertificate("ada", { by: authority, to: 4 });
    const { session } = await ask(port, short);
    expect(await ask(port, { session })).toMatchObject({ reused: true, status: 101 });
    await expect
      .poll(() => ask(port, { session }), soon)
      .toMatchObject({ reused: true, status: 403 });

    const good = await ask(port, ada);
    expect(good.status).toBe(101);
    server.setTls(material(other));
    expect(await ask(port, { ...ada, session: good.session })).toMatchObject({
      reused: false,
      status: 403,
    });
  });
});

describe("the program", () => {
  const files = () => {
    const { path, write } = writeFiles({
      "cert.pem": own.cert,
      "key.pem": own.key,
      "ca.pem": authority.cert,
    });
    const tlsFlags = ["--tls-cert", path("cert.pem"), "--tls-key", path("key.pem")];
    return { path, write, tlsFlags, flags: [...tlsFlags, "--tls-client-ca", path("ca.pem")] };
  };

  test.each(["by itself", "at SIGHUP"])("takes another authority %s", async (how) => {
    const { flags, write } = files();
    const program = runProgram(["--demo", "--port", "0", ...flags]);
    const url = await program.ready;
    const before = await makeCertificate("admin", { by: authority });
    const after = await makeCertificate("admin", { by: other });
    const session = await connect(url, [], as(before));
    expect((await refusedHandshake(url, [], as(after))).status).toBe(403);
    write({ "ca.pem": other.cert });
    if (how === "at SIGHUP") program.child.kill("SIGHUP");
    await expect.poll(program.stderr, soon).toContain("TLS certificate has been reloaded");
    await connect(url, [], as(after));
    expect((await refusedHandshake(url, [], as(before))).status).toBe(403);
    session.send("still here");
    expect(await session.next()).toBe("your submit context: still here");

    write({ "ca.pem": "broken" });
    if (how === "at SIGHUP") program.child.kill("SIGHUP");
    await expect.poll(program.stderr, soon).toContain("ca.pem holds no certificate");
    await connect(url, [], as(after));
  });

  test("says what is wrong with --tls-client-ca, with status 2", async () => {
    const { flags, tlsFlags, path, write } = files();
    const between = await makeCertificate("between", { by: authority, authority: true });
    const old = await makeCertificate("old", { authority: true, from: -7200, to: -3600 });
    write({ "between.pem": between.cert, "old.pem": old.cert, "key-only.pem": own.key });
    for (const [args, problem] of [
      [flags.slice(4), "--tls-client-ca needs --tls-cert and --tls-key"],
      [[...tlsFlags, "--tls-client-ca", "/nowhere"], "/nowhere cannot be read (ENOENT)"],
      [[...tlsFlags, "--tls-client-ca", path("key-only.pem")], "holds no certificate in PEM"],
      [[...tlsFlags, "--tls-client-ca", path("between.pem")], "lacks the root"],
      [[...tlsFlags, "--tls-client-ca", path("old.pem")], "has expired"],
    ] as const) {
      const program = runProgram(["--demo", "--check-config", ...args]);
      expect((await program.ended).status).toBe(2);
      expect(program.stderr()).toContain(problem);
    }
  });
});

test("a server neither begins nor ceases to ask for certificates", async () => {
  const mutual = await startServer({ tls });
  const { clientCa: _, ...plainTls } = tls;
  expect(() => mutual.server.setTls(plainTls)).toThrow(TypeError);
  const without = await startServer({ tls: plainTls });
  expect(() => without.server.setTls(tls)).toThrow(TypeError);
  const session = await connect(without.url, [], as(ada));
  session.send("admin:wrong");
  expect(await session.next()).toContain("sorry");
});
