import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryUsers } from "@wsecho/server";
import { findNeedles, type Needle } from "@wsecho/testkit/needles";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createServer, type EchoServer } from "@wsecho/server";
import { WebSocketServer } from "ws";
import { prompted } from "../support/login.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { openScreen } from "../support/screen.ts";
import { closedPort, startBareServer, startWebServer, type Listener } from "../support/servers.ts";
import { readings } from "./readings.ts";

/*
 * The programs that open connections themselves, with a secret wherever they take one.
 */

const needles: Needle[] = [];
function plant(name: string): string {
  const secret = `Pl4nt-${name}-7ZqX`;
  needles.push({ name, secret });
  return secret;
}
const password = plant("Password");
const wrong = plant("Wrong");
const query = plant("Query");
const token = plant("Token");
const offered = `wsecho.bearer.${Buffer.from(plant("Offered")).toString("base64url")}`;
const headers = [
  ...[
    "-H",
    `X-Api-Key: ${plant("ApiKey")}`,
    "-H",
    `Referer: http://a.example/?t=${plant("Referer")}`,
  ],
  ...["-b", `id=${plant("Cookie")}`, "-H", `Proxy-Authorization: Bearer ${plant("Proxy")}`],
];
const setCookie = `id=${plant("SetCookie")}; HttpOnly`;
const location = `ws://ada:${plant("Userinfo")}@a.example/?x=${plant("Location")}`;
const harmless = "all may see this";

let folder: string;
let ours: EchoServer;
let url: string;
/** Echoes, sets a cookie, selects the first subprotocol that is offered, be it a token. */
let bare: Listener;
/** Lets nobody in, and says what it heard, as a careless one does. */
let stranger: Listener;
/** Lets everybody in, with secrets in its answer. */
let careless: WebSocketServer;
/** A port where nothing listens. */
let gone: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "wsecho-leaks-"));
  gone = await closedPort();
  for (const [name, secret] of Object.entries({ password, wrong, token }))
    writeFileSync(join(folder, name), `${secret}\n`, { mode: 0o600 });
  writeFileSync(join(folder, "auth"), `ada:${password}\n`, { mode: 0o600 });
  ours = createServer({
    port: 0,
    webRoot: null,
    users: await createMemoryUsers({ ada: password }),
    compress: true,
  });
  ({ url } = await ours.listen());
  bare = await startBareServer(
    (socket) => socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary })),
    {
      perMessageDeflate: { threshold: 0 },
      handleProtocols: (protocols) => [...protocols][0] ?? false,
    },
  );
  careless = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  careless.on("headers", (lines) =>
    lines.push(`Set-Cookie: ${setCookie}`, `Location: ${location}`, "X-Harmless: to be seen"),
  );
  await once(careless, "listening");
  stranger = await startWebServer((request: IncomingMessage, response) => {
    const credentials = (request.headers.authorization ?? "").split(" ")[1] ?? "";
    response.writeHead(401, { "Set-Cookie": setCookie, Location: location }).end(
      JSON.stringify({
        ...request.headers,
        url: request.url,
        credentials: Buffer.from(credentials, "base64").toString("latin1"),
      }),
    );
  });
});
afterAll(async () => {
  await ours.close();
  await bare[Symbol.asyncDispose]();
  await stranger[Symbol.asyncDispose]();
  careless.close();
  rmSync(folder, { recursive: true });
});

const files = ["out.jsonl", "out.pcapng", "out.har", "out.record"];
afterEach(() => {
  for (const name of files) rmSync(join(folder, name), { force: true });
});

/** Everything that a run writes; file names in its arguments are of the folder. */
async function outputOf(
  args: readonly string[],
  { input = `${harmless}\n`, env = {} }: Given = {},
): Promise<Buffer> {
  const inFolder = args.map((arg) => arg.replace(/^@\//, `${folder}/`));
  const { stdout, stderr } = await runProgram(inFolder, { input, env });
  const written = files
    .map((name) => join(folder, name))
    .filter((name) => existsSync(name))
    .map((name) => readFileSync(name));
  const spoken = [stdout, stderr].map((text) => Buffer.from(text));
  return Buffer.concat([...spoken, ...written].map(readings));
}

const captures = ["--jsonl", "@/out.jsonl", "--pcapng", "@/out.pcapng", "--har", "@/out.har"];
const at = (base: string, user = ""): string =>
  `${base.replace("//", user === "" ? "//" : `//${user}@`)}/?token=${query}`;
const passwordFile = ["-u", "ada", "--password-file", "@/password"];
const wrongFile = ["-u", "ada", "--password-file", "@/wrong"];

interface Given {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}
type Run = readonly [name: string, args: () => readonly string[], given?: Given];

const named = (runs: readonly Run[]) =>
  runs.map(([name, args, given = {}]) => ({ name, args, given }));

const inspections: readonly Run[] = [
  ["a session by the URL", () => [...captures, at(url, `ada:${password}`)]],
  [
    "a plain session, bit by bit",
    () => ["-b", "--dialect", "plain", ...captures, ...passwordFile, url],
  ],
  [
    "a compressed plain session",
    () => ["--deflate", "--dialect", "plain", ...captures, ...passwordFile, url],
  ],
  ["a compressed session", () => ["--deflate", "-b", ...captures, ...passwordFile, url]],
  ["a wrong password", () => [...captures, "--dialect", "plain", ...wrongFile, at(url)]],
  ["a token", () => [...captures, "--token-file", "@/token", at(url)]],
  [
    "any server, and what is typed there",
    () => ["--raw", "--deflate", "--linger", "0.3", ...captures, ...passwordFile, at(bare.url)],
    { input: `ada:${wrong}\n${harmless}\n` },
  ],
  [
    "any server that is offered a token",
    () => ["--raw", "--subprotocol", offered, "--linger", "0.3", ...captures, at(bare.url)],
  ],
  ["one that refuses", () => ["--raw", ...captures, ...passwordFile, at(stranger.url)]],
  ["a feed", () => ["--server", ...captures, ...wrongFile, at(url)]],
];

test.each(named(inspections))("inspect tells no secret: $name", async ({ args, given }) => {
  const output = await outputOf(["inspect", ...args()], given);
  expect(output.length).toBeGreaterThan(200);
  expect(findNeedles(output, needles)).toEqual([]);
});

const record = ["--json", "--record", "@/out.record"];
const authFile = ["--auth-file", "@/auth"];
/** All that a request to any server may carry. */
const everySecret = ["--dialect", "none", "--subprotocol", offered, ...headers, ...authFile];

const connections: readonly Run[] = [
  ["each frame of a session", () => ["-vv", ...passwordFile, at(url)]],
  [
    "each frame of a plain one",
    () => ["-vv", "--dialect", "plain", ...record, ...passwordFile, url],
  ],
  ["events of a wrong password", () => ["-v", ...record, ...wrongFile, at(url)]],
  ["any server, verbosely", () => ["-vv", ...record, ...everySecret, at(bare.url)]],
  ["one that refuses, verbosely", () => ["-v", ...record, ...everySecret, at(stranger.url)]],
  ["one that refuses a token", () => [...record, "--token-file", "@/token", at(stranger.url)]],
  [
    "a proxy that is not there",
    () => ["-v", "--proxy", `ada:${password}@127.0.0.1:${gone}`, ...passwordFile, at(url)],
  ],
  [
    "a proxy of the environment",
    () => ["-v", ...passwordFile, at(url)],
    { env: { HTTP_PROXY: `http://ada:${password}@127.0.0.1:1`, NO_PROXY: "" } },
  ],
  [
    "as a curl command",
    () => [
      ...["--as-curl", "--auth", `ada:${password}`, "--subprotocol", offered, ...headers],
      ...["--proxy", `ada:${password}@127.0.0.1:1`, at(url, `ada:${password}`)],
    ],
  ],
];

test.each(named(connections))("connect tells no secret: $name", async ({ args, given }) => {
  const output = await outputOf(["connect", ...args()], given);
  expect(output.length).toBeGreaterThan(60);
  expect(findNeedles(output, needles)).toEqual([]);
});

const benches: readonly Run[] = [
  ["a session", () => [...passwordFile, at(url)]],
  ["a wrong password", () => ["--dialect", "plain", ...wrongFile, at(url)]],
  ["a token, refused", () => ["--token-file", "@/token", at(stranger.url)]],
  ["the URL's login", () => ["--json", at(url, `ada:${password}`)]],
  ["any server", () => ["--dialect", "none", "-s", offered, at(bare.url)]],
];

test.each(named(benches))("bench tells no secret: $name", async ({ args }) => {
  const output = await outputOf(["bench", "-n", "3", ...args()]);
  expect(output.length).toBeGreaterThan(60);
  expect(findNeedles(output, needles)).toEqual([]);
});

test("/headers at the prompt tells no secret", async () => {
  const { port } = careless.address() as AddressInfo;
  const args = ["--subprotocol", offered, ...headers, at(`ws://127.0.0.1:${port}`)];
  using screen = openScreen(args);
  await prompted(screen);
  screen.type("/headers\r");
  await screen.shows("x-harmless: to be seen");
  screen.type("exit\r");
  expect(await screen.exit).toBe(0);
  expect(findNeedles(screen.raw(), needles)).toEqual([]);
});

test.each([[], ["--json"], ["--show-control", "-t"]])(
  "listen tells no secret of its clients' handshakes: %j",
  async (...more) => {
    const program = startProgram(["listen", "--once", "-s", offered, ...more]);
    await program.said("Listening on ");
    const [, where = ""] = /Listening on (\S+?)\.?\n/.exec(program.stderr()) ?? [];
    // Refused for what it offers.
    await runProgram(["-q", "-x", harmless, "--subprotocol", `${offered}x`, at(where)]);
    const client = ["-q", "-x", harmless, "--subprotocol", offered, ...headers, ...authFile];
    const given = [...client, at(where)].map((arg) => arg.replace(/^@\//, `${folder}/`));
    expect(await runProgram(given)).toMatchObject({ status: 0 });
    const { stdout, stderr } = await program.result;
    expect(stdout).toContain(harmless);
    expect(stderr).toContain("it offered wsecho.bearer.…");
    expect(findNeedles(readings(Buffer.from(stdout + stderr)), needles)).toEqual([]);
  },
);

test("doctor tells no secret", async () => {
  const output = await outputOf(["doctor", ...passwordFile, at(stranger.url)]);
  expect(output.toString()).toContain("401");
  expect(findNeedles(output, needles)).toEqual([]);
});

test("with --reveal what was hidden is there, and each file is stamped", async () => {
  const args = ["--reveal", "--dialect", "plain", ...captures, ...passwordFile, at(url)];
  await runProgram(
    ["inspect", ...args].map((arg) => arg.replace(/^@\//, `${folder}/`)),
    { input: `${harmless}\n` },
  );
  for (const name of files.slice(0, 3)) {
    const file = readFileSync(join(folder, name));
    const found = findNeedles(readings(file), needles).map((one) => one.split(" as ")[0]);
    expect([name, [...new Set(found)].sort()]).toEqual([name, ["Password", "Query"]]);
    expect(file.toString("latin1")).toMatch(
      /"reveal":true|"_wsechoReveal": true|secrets are shown/,
    );
  }
});
