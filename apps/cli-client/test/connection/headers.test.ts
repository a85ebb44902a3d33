import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runProgram } from "../support/program.ts";
import { openScreen } from "../support/screen.ts";
import { startBareServer, type Listener } from "../support/servers.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "wsecho-"));
});
afterAll(() => rm(directory, { recursive: true }));

/** A server that keeps the head of each handshake. */
async function startWitness(): Promise<Listener & { readonly heads: readonly IncomingMessage[] }> {
  const heads: IncomingMessage[] = [];
  const server = await startBareServer((socket) => socket.send("hi"), {
    verifyClient: ({ req }: { readonly req: IncomingMessage }) => heads.push(req) > 0,
  });
  return { ...server, heads };
}

it("--host says another host, and -H @FILE reads headers, one a line", async () => {
  await using server = await startWitness();
  const file = join(directory, "headers");
  await writeFile(file, "# a comment\n\nX-Key: s3cret\r\nX-Twice: a\nX-Twice: b\n", {
    mode: 0o644,
  });
  const args = ["-1", "--host", "there.example:8", "-H", `@${file}`, "-H", "X-Twice: c"];
  const { status, stderr } = await runProgram([...args, server.url]);
  expect(status).toBe(0);
  expect(stderr).toContain(`Others on this machine may read ${file}.`);
  expect(stderr).not.toContain("s3cret");
  const [head] = server.heads;
  expect(head?.headers.host).toBe("there.example:8");
  expect(head?.headersDistinct).toMatchObject({ "x-key": ["s3cret"], "x-twice": ["a", "b", "c"] });
});

it("--expand-headers puts variables in, and names one that there is not", async () => {
  await using server = await startWitness();
  const header = ["-H", "X-Who: ${WHO}"];
  const env = { WHO: "ada" };
  await runProgram(["-q", "-1", ...header, "--expand-headers", server.url], { env });
  await runProgram(["-q", "-1", ...header, server.url], { env });
  expect(server.heads.map(({ headers }) => headers["x-who"])).toEqual(["ada", "${WHO}"]);
  const absent = await runProgram(["-1", ...header, "--expand-headers", server.url]);
  expect(absent).toMatchObject({ status: 2, stdout: "" });
  expect(absent.stderr).toContain("there is no variable WHO");
});

it.each([
  ["X-Key s3cret", 'needs "Name: value"'],
  ["Bad Name: s3cret", "none of a header"],
  ["Sec-WebSocket-Key: s3cret", "belongs to the handshake"],
  ["X-Key: s3cret\u0001", "control characters"],
  ["@/no/such/file", "cannot be read (ENOENT)"],
])("-H %j is refused, without its value", async (header, words) => {
  const { status, stderr } = await runProgram(["-H", header, ":1"]);
  expect(status).toBe(2);
  expect(stderr).toContain(words);
  expect(stderr).not.toContain("s3cret");
});

it("what is not ASCII goes as UTF-8, as curl sends it", async () => {
  await using server = await startWitness();
  const { status } = await runProgram(["-q", "-1", "-H", "X-Who: Ada €", "-A", "é", server.url]);
  const { "x-who": who = "", "user-agent": agent = "" } = server.heads[0]?.headers ?? {};
  const sent = [who, agent].map((value) => Buffer.from(String(value), "latin1").toString());
  expect({ status, sent }).toEqual({ status: 0, sent: ["Ada €", "é"] });
});

it.each([["connect"], ["bench"], ["doctor"], ["inspect"], ["listen"]])(
  "a subprotocol that %s cannot name in a handshake is wrong usage",
  async (command) => {
    const { status, stderr } = await runProgram([command, "--subprotocol", "a b", ":1"]);
    expect(stderr).toContain("It must be a token: no blanks, commas or other separators.");
    expect(status).toBe(2);
  },
);

it("a subprotocol is offered once, however often it is named", async () => {
  await using server = await startWitness();
  const { status } = await runProgram(["-q", "-1", "-s", "chat", "-s", "chat", server.url]);
  expect([status, server.heads[0]?.headers["sec-websocket-protocol"]]).toEqual([0, "chat"]);
});

it("a token that no header can carry is wrong usage, and is not shown", async () => {
  const file = join(directory, "token");
  await writeFile(file, "s3cret €\n", { mode: 0o600 });
  for (const login of [
    ["--token-file", file, "--dialect", "none"],
    ["--token-file", file, "--dialect", "plain"],
    ["--auth-file", file, "--auth-type", "bearer"],
  ]) {
    const { status, stderr } = await runProgram([...login, "ws://127.0.0.1:1"]);
    expect(stderr).toContain("the token holds blanks, or what is not ASCII");
    expect(stderr).not.toContain("s3cret");
    expect(status).toBe(2);
  }
});

it("--auth NAME asks for the password at a terminal, and shows nothing of it", async () => {
  await using server = await startWitness();
  using screen = openScreen(["-1", "--auth", "ada", server.url]);
  await screen.shows("password of ada:");
  screen.type("s3cret\r");
  await screen.shows("hi");
  expect(await screen.exit).toBe(0);
  expect(screen.raw()).not.toContain("s3cret");
  const credentials = Buffer.from("ada:s3cret").toString("base64");
  expect(server.heads[0]?.headers.authorization).toBe(`Basic ${credentials}`);
  const piped = await runProgram(["--auth", "ada", server.url]);
  expect(piped.status).toBe(2);
  expect(piped.stderr).toContain("at a pipe use --auth-file");
});

it("with --dialect none a login that is named goes with the handshake, the environment's does not", async () => {
  await using server = await startWitness();
  const env = { WSECHO_USER: "eve", WSECHO_PASSWORD: "evil", WSECHO_TOKEN: "t" };
  const given = ["-q", "-u", "ada", "--password-stdin", "--eof-wait", "0"];
  const args = [...given, "--dialect", "none", server.url];
  expect(await runProgram(args, { input: "s3cret\n", env })).toMatchObject({ status: 0 });
  expect((await runProgram(["-q", "-1", "--dialect", "none", server.url], { env })).status).toBe(0);
  const credentials = Buffer.from("ada:s3cret").toString("base64");
  expect(server.heads.map(({ headers }) => headers.authorization)).toEqual([
    `Basic ${credentials}`,
    undefined,
  ]);
});

it("a login at the handshake that is refused is 6", async () => {
  await using server = await startBareServer(() => undefined, {
    verifyClient: (_info, done) => done(false, 401, "no", { "WWW-Authenticate": "Basic" }),
  });
  const { status, stderr } = await runProgram(["--auth", "ada:s3cret", server.url]);
  expect(stderr).toContain("HTTP 401");
  expect(stderr).toContain("It did not take the login");
  expect(stderr).not.toContain("s3cret");
  expect(status).toBe(6);
});

it("--auth-type bearer sends the first line of --auth-file as a token", async () => {
  await using server = await startWitness();
  const file = join(directory, "token");
  await writeFile(file, "s3cret\n", { mode: 0o600 });
  const args = ["-q", "-1", "--auth-file", file, "--auth-type", "bearer", server.url];
  expect(await runProgram(args)).toEqual({ status: 0, stdout: "hi\n", stderr: "" });
  expect(server.heads[0]?.headers.authorization).toBe("Bearer s3cret");
});
