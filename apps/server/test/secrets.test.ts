import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { request as httpRequest, type OutgoingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { join } from "node:path";
import { findNeedles, type Needle } from "@wsecho/testkit/needles";
import { startPostgres, type Postgres } from "@wsecho/testkit/postgres";
import { generate } from "selfsigned";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClientOptions } from "ws";
import { openStore, type StorePlace } from "../src/store/open.ts";
import { addUser, basic, bearer, bearerOffer, tokenFor } from "./access/support.ts";
import { createDatabase } from "./store/postgres-database.ts";
import { makeFolder, makeSqlite } from "./store/sqlite-database.ts";
import type { TestDatabase } from "./store/support.ts";
import { adminOf, ask, numbers } from "./support/admin.ts";
import { connect, logInByScram, refusedHandshake } from "./support/client.ts";
import { programCommand, runCommand, runProgram, type Program } from "./support/program.ts";
import { soon } from "./support/soon.ts";
import { openTerminal } from "./support/terminal.ts";

/*
 * Secrets wherever a person could put one, every way through the running program that could write
 * one down, and a search of all that it wrote: on its streams, in its store, to its operators.
 */

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
}, 120_000);

afterAll(() => postgres.stop());

/** ASCII between what escapes differ about: it stands in each form of the whole. */
const plant = (name: string): string => `é"Pl4nt-${name}-7ZqX%`;
const core = (text: string): string => text.replace(/^é"/, "").replace(/%$/, "");

const password = plant("Right");
const planted = {
  password,
  "another password": plant("NextOne"),
  "a wrong password": plant("Wrong"),
  "a password typed as user name": plant("TypedAsName"),
  "a Basic user": plant("BasicUser"),
  "a Basic password": plant("BasicWrong"),
  "a broken Basic header": plant("BasicBroken"),
  "a Bearer token": core(plant("Bearer")),
  "an offered token": core(plant("Offer")),
  "a token in a message": plant("TokenText"),
  "a query": core(plant("Query")),
  "a URL's password": core(plant("UserInfo")),
  "a cookie": core(plant("Cookie")),
  "another header": core(plant("ApiKey")),
  "a SCRAM message": plant("Scram"),
  "a malformed message": plant("Malformed"),
  "a text": plant("Payload"),
  "binary data": plant("Binary"),
  "an argument": plant("Argument"),
} as const;

const user = "pl4nt-user";

const needles: readonly Needle[] = Object.entries(planted).map(([name, secret]) => ({
  name,
  secret: core(secret),
}));

interface Scene {
  readonly url: string;
  /** For TLS. */
  readonly tls: ClientOptions;
  readonly token: string;
}

const scramFirst = (name: string): string => `n,,n=${name},r=abcdefghijkl`;

/** Every way in and every way to fail, each with its own secret. */
async function goEverywhere({ url, tls, token }: Scene): Promise<void> {
  const hello = async (options: ClientOptions = {}) => {
    const client = await connect(url, "wsecho.v1", { ...tls, ...options });
    await client.nextJson();
    return client;
  };
  const auth = { type: "auth", mechanism: "plain", user };

  // In, by everything, and out with a payload.
  const plain = await connect(url, [], tls);
  plain.send(`${user}:${planted["a wrong password"]}`, `${user}:${password}`, planted["a text"]);
  await plain.next();
  await plain.next();
  expect(await plain.next()).toContain(planted["a text"]);
  const v1 = await hello();
  v1.sendJson({ ...auth, password: planted["a wrong password"] }, { ...auth, password });
  await v1.nextJson();
  expect(await v1.nextJson()).toMatchObject({ type: "ok" });
  v1.sendJson({ type: "submit", id: 1, text: planted["a text"] });
  await v1.nextJson();
  v1.send(Buffer.from(planted["binary data"]));
  await v1.next();
  v1.sendJson({ type: "auth", mechanism: "token", token });
  expect(await v1.nextJson()).toMatchObject({ type: "ok" });
  v1.sendJson({ type: "submit", id: 1, text: planted["a text"] });
  expect((await v1.closed).code).toBe(4409);
  const scram = await hello();
  expect((await logInByScram(scram, user, password)).proven.ok).toBe(true);
  for (const headers of [basic(user, password), bearer(token)]) {
    const echo = await connect(`${url}/echo`, [], { ...tls, headers });
    echo.send(planted["a text"]);
    expect(await echo.next()).toBe(planted["a text"]);
    // Cut off in the middle of a message.
    echo.socket.send(planted["a text"], { fin: false });
    echo.socket.terminate();
  }
  const page = await connect(url, ["wsecho.v1", bearerOffer(token)], tls);
  await page.nextJson();
  expect(await page.nextJson()).toMatchObject({ type: "ok" });

  // Refused inside, with the secret in each field that there is.
  const misplaced = planted["a password typed as user name"];
  const wrong = await hello();
  wrong.sendJson({ ...auth, user: misplaced, password: planted["a wrong password"] });
  await wrong.nextJson();
  expect((await logInByScram(wrong, user, planted["a wrong password"])).verdict).toMatchObject({
    type: "denied",
  });
  wrong.sendJson({
    type: "auth",
    mechanism: "scram-sha-256",
    data: scramFirst(core(misplaced)),
  });
  await wrong.nextJson();
  wrong.sendJson({ type: "response", data: planted["a SCRAM message"] });
  await wrong.nextJson();
  const tokens = await hello();
  for (const text of [planted["a token in a message"], `${token}x`, `x${token}`]) {
    tokens.sendJson({ type: "auth", mechanism: "token", token: text });
    expect(await tokens.nextJson()).toMatchObject({ type: "denied" });
  }
  const noColon = await connect(url, [], tls);
  noColon.send(misplaced, Buffer.from(planted["binary data"]));
  await noColon.next();

  // Malformed in each way.
  const secret = planted["a malformed message"];
  for (const message of [
    secret,
    `{"type":"auth","password":${JSON.stringify(secret)}`,
    JSON.stringify({ type: secret }),
    JSON.stringify({ type: "auth", mechanism: secret, user: secret }),
    JSON.stringify({ type: "auth", mechanism: "plain", user: [secret], password: { [secret]: 1 } }),
    JSON.stringify({ type: "submit", id: 1, text: secret }),
    JSON.stringify({ type: "response", data: secret }),
    JSON.stringify({ type: "auth", mechanism: "scram-sha-256", data: secret }),
  ]) {
    const client = await hello();
    client.send(message);
    await client.nextJson();
    client.socket.terminate();
  }
  const invalid = await hello();
  invalid.socket.send(Buffer.concat([Buffer.from(secret), Buffer.of(0xff)]), { binary: false });
  expect((await invalid.closed).code).toBe(1007);

  // Refused at the handshake, and by HTTP.
  const headers = {
    Cookie: `session=${planted["a cookie"]}`,
    "X-Api-Key": planted["another header"],
    Origin: `https://${planted["another header"]}.example`,
  };
  const query = `?token=${planted["a query"]}`;
  for (const authorization of [
    ...Object.values(basic(planted["a Basic user"], planted["a Basic password"])),
    ...Object.values(basic(user, planted["a Basic password"])),
    `Basic ${core(planted["a broken Basic header"])}`,
    `Digest username="${core(planted["a broken Basic header"])}"`,
    `Bearer ${planted["a Bearer token"]}`,
    `Bearer ${token.slice(0, -4)}`,
  ])
    for (const path of ["/", "/echo"]) {
      const more = { ...headers, Authorization: authorization };
      const options = { ...tls, headers: path === "/" ? { ...more, Origin: url } : more };
      const { status, body } = await refusedHandshake(`${url}${path}${query}`, [], options);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(findNeedles(body, needles)).toEqual([]);
    }
  const offered = await connect(url, ["wsecho.v1", bearerOffer(planted["an offered token"])], tls);
  // So many were refused by now.
  expect((await offered.closed).code).toBe(4429);
  await refusedHandshake(url, [planted["an offered token"].replaceAll(/\W/g, "")], tls);
  const answered = await connect(`${url}/${query}`, "wsecho.v1", { ...tls, headers });
  answered.socket.close();
  const send = url.startsWith("wss") ? httpsRequest : httpRequest;
  const { host } = new URL(url);
  const userInfo = `http://${user}:${planted["a URL's password"]}@${host}/${query}`;
  const strange: readonly (readonly [string, OutgoingHttpHeaders])[] = [
    [userInfo, {}],
    [userInfo, { Connection: "Upgrade", Upgrade: "websocket" }],
    [`/echo${query}`, headers],
    [`/${query}`, { ...headers, Authorization: [`Bearer ${planted["a Bearer token"]}`, "x"] }],
    ["/", { "X-Long": planted["another header"].repeat(2000) }],
  ];
  for (const [path, more] of strange) {
    const asked = send(url.replace(/^ws/, "http"), {
      path,
      headers: more,
      rejectUnauthorized: false,
      agent: false,
    });
    asked.on("error", () => undefined).end();
    await Promise.race([once(asked, "response"), once(asked, "upgrade"), once(asked, "close")]);
    asked.destroy();
  }

  // Throttled, by each way that is.
  const guesser = { ...auth, password: planted["a wrong password"] };
  for (let throttled = false; !throttled;) {
    const client = await hello();
    client.sendJson(guesser);
    throttled = Number((await client.nextJson())["retryAfterMs"]) > 0;
    client.socket.terminate();
  }
  const late = await hello();
  late.sendJson({ ...auth, password });
  expect(await late.nextJson()).toMatchObject({ type: "denied" });
  const early = await refusedHandshake(url, [], { ...tls, headers: basic(user, password) });
  expect(early.status).toBe(429);
  for (const client of [plain, scram, page]) client.socket.terminate();
}

/** What the commands print, about everybody who was here. */
async function askCommands(env: Readonly<Record<string, string>>): Promise<string> {
  let printed = "";
  const run = async (args: string, input?: string): Promise<number | null> => {
    const program = runProgram(args.split(" "), env, input);
    const { status } = await program.ended;
    printed += program.stdout() + program.stderr();
    return status;
  };
  for (const list of ["sessions list --all", "users list", "tokens keys"])
    for (const flag of ["", " --json"]) expect(await run(list + flag)).toBe(0);
  const argument = planted["an argument"];
  for (const args of [
    `users add bob ${argument}`,
    `users add bob --password=${argument}`,
    `users add ${user} --password-stdin`,
    `--password=${argument}`,
    `--database=postgres://ada:${argument}@[`,
    `--database=postgres://ada:${argument}@127.0.0.1:1/x --data=x`,
    argument,
  ])
    expect(await run(args, `${argument}\n${argument}`)).not.toBe(0);
  return printed;
}

/** Throws where nobody catches it, at SIGUSR2, as a mistake in the program would. */
const crashing =
  "data:text/javascript,process.on('SIGUSR2', () => { throw new Error('crashed on purpose') })";

async function storedSecrets(place: StorePlace): Promise<readonly Needle[]> {
  await using store = await openStore(place);
  const stored = await store.find(user);
  if (stored === undefined) throw new Error("there is no user");
  const keys = await store.signingKeys.list();
  return [
    { name: "StoredKey", secret: stored.verifier.storedKey },
    { name: "ServerKey", secret: stored.verifier.serverKey },
    { name: "a salt", secret: stored.verifier.salt },
    { name: "the unknown users' secret", secret: store.unknownUserSecret },
    ...keys.map(({ secret }) => ({ name: "a signing key", secret })),
  ];
}

async function addPlantedUser(place: StorePlace): Promise<string> {
  await using store = await openStore(place, { iterations: 4096 });
  await addUser(store, user, password);
  return await tokenFor(store, user);
}

const tokenNeedles = (token: string): readonly Needle[] => [
  { name: "a token", secret: token },
  { name: "a token's signature", secret: token.slice(token.lastIndexOf(".") + 1) },
];

/** What must not be in any output: all that was planted, and what the store keeps secret. */
async function expectNoSecret(
  output: Readonly<Record<string, string>>,
  database: TestDatabase,
  more: readonly Needle[],
): Promise<void> {
  const outputs = [...needles, ...more, ...(await storedSecrets(database.place))];
  for (const [name, text] of Object.entries(output))
    expect([name, findNeedles(text, outputs)]).toEqual([name, []]);
  expect(["the store", findNeedles(await database.dump(), [...needles, ...more])]).toEqual([
    "the store",
    [],
  ]);
  // The search can find: who was proven is named.
  const proven = [{ name: "user", secret: user }];
  expect(findNeedles(output["the program"] ?? "", proven)).not.toEqual([]);
  expect(findNeedles(await database.dump(), proven)).not.toEqual([]);
}

test("no secret leaves the program by its log, its store, its errors or its operators, with PostgreSQL and TLS", async () => {
  const database = await createDatabase(postgres);
  const token = await addPlantedUser(database.place);
  const folder = await makeFolder();
  const made = await generate([{ name: "commonName", value: "echo" }], { keyType: "ec" });
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  await writeFile(cert, made.cert);
  await writeFile(key, made.private);
  const { password: databasePassword } = new URL(database.place.database);
  const more = [
    { name: "the database's password", secret: databasePassword },
    { name: "the TLS key", secret: keyBytes(made.private).subarray(-32) },
    { name: "the TLS key's file", secret: made.private.split("\n")[1] ?? "" },
  ];
  const env = { WSECHO_DATABASE: database.place.database, WSECHO_ITERATIONS: "4096" };
  const flags = ["--port=0", "--admin-port=0", "--log-level=debug"];
  const [node = "", ...main] = programCommand;
  const program = runCommand(
    [node, `--import=${crashing}`, ...main, ...flags, `--tls-cert=${cert}`, `--tls-key=${key}`],
    env,
  );
  const url = await program.ready;
  const admin = await adminOf(program);
  const tls = { rejectUnauthorized: false };
  await goEverywhere({ url, tls, token });

  // A certificate that does not fit, as text: the key in the place of both.
  await writeFile(cert, made.private);
  program.child.kill("SIGHUP");
  await expect.poll(() => program.stderr(), soon).toMatch(/certificate/);

  let operators = "";
  const askOperators = async (): Promise<void> => {
    for (const path of ["/healthz", "/readyz", "/metrics", `/${planted["a query"]}`])
      operators += (await ask(admin + path)).body;
  };
  await askOperators();
  const commands = await askCommands(env);
  await postgres.kill();
  await failWithoutStore({ url, tls, token });
  await askOperators();
  expect((await numbers(admin))["wsecho_store_errors_total"]).toBeGreaterThan(0);
  const without = runProgram(["users", "list"], env);
  expect((await without.ended).status).toBe(1);
  await postgres.start();
  await expect.poll(() => ask(`${admin}/readyz`), soon).toMatchObject({ status: 200 });
  await crash(program);
  await expectNoSecret(
    {
      "the program": program.stdout() + program.stderr(),
      operators,
      commands: commands + without.stdout() + without.stderr(),
    },
    database,
    [...more, ...tokenNeedles(token)],
  );
}, 120_000);

test("nor at a terminal, with SQLite", async () => {
  const database = await makeSqlite();
  const token = await addPlantedUser(database.place);
  const env = { WSECHO_DATA: database.place.data, WSECHO_ITERATIONS: "4096" };
  const terminal = openTerminal(["--port=0", "--admin-port=0", "--log-level=debug"], env);
  await terminal.shows("is ready at");
  const url = /ws:\/\/[\d.:]+/.exec(terminal.shown())?.[0] ?? "";
  await goEverywhere({ url, tls: {}, token });
  const admin = /(http:\S+)\/metrics/.exec(terminal.shown())?.[1] ?? "";
  const operators = (await ask(`${admin}/metrics`)).body;
  const commands = await askCommands(env);
  const next = planted["another password"];
  const changed = runProgram(["users", "passwd", user, "--password-stdin"], env, next);
  expect((await changed.ended).status).toBe(0);
  // While the program runs, what SQLite keeps beside its file is searched too.
  await expectNoSecret(
    { "the program": terminal.shown(), operators, commands: commands + changed.stderr() },
    database,
    tokenNeedles(token),
  );
  terminal.type("\x03");
  expect(await terminal.ended).toBe(0);
  await expectNoSecret({ "the program": terminal.shown() }, database, tokenNeedles(token));
}, 120_000);

async function failWithoutStore({ url, tls, token }: Scene): Promise<void> {
  const client = await connect(url, "wsecho.v1", tls);
  await client.nextJson();
  client.sendJson({ type: "auth", mechanism: "plain", user, password });
  expect((await client.closed).code).toBe(1013);
  for (const headers of [basic(user, password), bearer(token)]) {
    const { status } = await refusedHandshake(url, [], { ...tls, headers });
    expect(status).toBe(503);
  }
}

/** What Node says about an error that nobody caught, with sessions open. */
async function crash(program: Program): Promise<void> {
  program.child.kill("SIGUSR2");
  expect((await program.ended).status).not.toBe(0);
  expect(program.stderr()).toContain("crashed on purpose");
}

function keyBytes(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
}
