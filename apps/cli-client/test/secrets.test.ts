import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryUsers, createServer } from "@wsecho/server";
import { findNeedles, type Needle } from "@wsecho/testkit/needles";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runProgram, type Result } from "./support/program.ts";
import { openScreen } from "./support/screen.ts";
import { closedPort, startArticleServer, startWebServer } from "./support/servers.ts";

/** ASCII between what escapes differ about: it stands in each form of the whole. */
const plant = (name: string): string => `é"Pl4nt-${name}-7ZqX%`;
const right = plant("Right");
const wrong = plant("Wrong");
const query = "Pl4nt-Query-7ZqX";

const needles: readonly Needle[] = [
  { name: "the password", secret: "Pl4nt-Right-7ZqX" },
  { name: "a wrong password", secret: "Pl4nt-Wrong-7ZqX" },
  { name: "a query", secret: query },
];

let server: ReturnType<typeof createServer>;
let url: string;
let folder: string;

beforeAll(async () => {
  server = createServer({
    port: 0,
    webRoot: null,
    users: await createMemoryUsers({ ada: right }),
    limits: { maxAttempts: 2 },
  });
  ({ url } = await server.listen());
  folder = await mkdtemp(join(tmpdir(), "wsecho-secrets-"));
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** Each way to hand over a password: arguments, environment and input in front of `hello`. */
const ways: readonly (readonly [
  string,
  (
    secret: string,
    at: URL,
  ) => Promise<{
    readonly args: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly input?: string;
  }>,
])[] = [
  ["--password", (secret, at) => Promise.resolve({ args: ["--password", secret, at.href] })],
  [
    "the URL",
    (secret, at) => {
      const withSecret = new URL(at);
      withSecret.password = encodeURIComponent(secret);
      withSecret.username = "ada";
      return Promise.resolve({ args: [withSecret.href] });
    },
  ],
  [
    "WSECHO_PASSWORD",
    (secret, at) => Promise.resolve({ args: [at.href], env: { WSECHO_PASSWORD: secret } }),
  ],
  [
    "--password-file",
    async (secret, at) => {
      const file = join(folder, "password");
      await writeFile(file, `${secret}\n`);
      return { args: ["--password-file", file, at.href] };
    },
  ],
  [
    "--password-stdin",
    (secret, at) => Promise.resolve({ args: ["--password-stdin", at.href], input: `${secret}\n` }),
  ],
];

function expectNoSecret({ stdout, stderr }: Pick<Result, "stdout" | "stderr">): void {
  expect(findNeedles(stdout + stderr, needles)).toEqual([]);
}

describe("a password", () => {
  it.each(ways)("given by %s is never printed, right or wrong", async (_, give) => {
    await using article = await startArticleServer({ password: "another" });
    await using strange = await startWebServer((request, response) => {
      // It says what it was told, as a careless one would.
      response.writeHead(401).end(JSON.stringify(request.headers));
    });
    const places: readonly (readonly [string, readonly string[]])[] = [
      [url, []],
      [url, ["--dialect", "plain"]],
      [article.url, ["--dialect", "auto"]],
      [strange.url, []],
      [`ws://127.0.0.1:${await closedPort()}`, []],
      [`wss://${new URL(url).host}`, []],
    ];
    for (const [place, more] of places)
      for (const secret of [right, wrong]) {
        const { args, env = {}, input = "" } = await give(secret, new URL(place));
        const result = await runProgram([...more, "--user", "ada", ...args], {
          env,
          input: `${input}hello\n`,
        });
        expectNoSecret(result);
        const entered = place === url && secret === right;
        expect([place, more, result.status === 0]).toEqual([place, more, entered]);
        if (entered) expect(result.stdout).toContain("hello");
      }
  });

  it.each<readonly [string, readonly string[]]>([
    ["too many arguments for 'connect'. Expected 1 argument but got 2.", [":1", wrong]],
    ["unknown option '--pasword'", [`--pasword=${wrong}`, ":1"]],
    ["unknown option '-p'", [`-p${wrong}`, ":1"]],
    ["this is not a URL", [`wss://ada:${wrong}@[`]],
    ["the scheme ftp:// is not", [`ftp://ada:${encodeURIComponent(wrong)}@x`]],
  ])("in the wrong place is not repeated: %s", async (said, args) => {
    const result = await runProgram(["--user", "ada", ...args]);
    expectNoSecret(result);
    expect([result.status, result.stderr.includes(said)]).toEqual([2, true]);
  });

  it("typed at the prompt is never shown, whichever attempt it is", async () => {
    using screen = openScreen(["--user", "ada", url]);
    await screen.shows("password:");
    screen.type(`${wrong}\r`);
    await screen.shows("user name [ada]:");
    screen.type("\r");
    await screen.until((rows) => rows.filter((row) => row.includes("password:")).length > 1);
    screen.type(`${right}\r`);
    await screen.until((rows) => rows.at(-1) === ">");
    expect(findNeedles(screen.raw(), needles)).toEqual([]);
    screen.type("\x04");
    await screen.exit;
  });
});

describe("a query, which may be a token", () => {
  it("is not printed", async () => {
    const env = { WSECHO_PASSWORD: right };
    for (const place of [url, `ws://127.0.0.1:${await closedPort()}`]) {
      const result = await runProgram(["--user", "ada", `${place}/?token=${query}`], { env });
      expectNoSecret(result);
      expect(result.stderr).toContain(`${place}?…`);
    }
  });
});
