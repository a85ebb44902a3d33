import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFileReader, type FrameRecord, type WireRecord } from "@wsecho/wire";
import type { WebSocket } from "ws";
import { connect } from "@wsecho/client";
import { createMemoryUsers, createServer } from "@wsecho/server";
import { makeCertificate } from "@wsecho/testkit/certificates";
import { startHttpProxy } from "../support/http-proxy.ts";
import { eventually } from "../support/eventually.ts";
import { logIn, prompted } from "../support/login.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { openScreen } from "../support/screen.ts";
import { startBareServer, startSecureEcho, startServer } from "../support/servers.ts";

const env = { WSECHO_USER: "admin", WSECHO_PASSWORD: "123456" };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wsecho-inspect-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(bytes: Uint8Array): readonly WireRecord[] {
  const records: WireRecord[] = [];
  const problem = ({ says }: { readonly says: string }): void => expect.unreachable(says);
  const reader = createFileReader({ emit: (record) => records.push(record), problem });
  reader.push(bytes);
  reader.end();
  return records;
}

const textsOf = (records: readonly WireRecord[]): readonly string[] =>
  records
    .filter((record): record is FrameRecord => record.k === "frame")
    .map(({ text }) => text ?? "");

test("a session shows each frame, its login hidden, and talks on stderr", async () => {
  await using server = await startServer();
  const { status, stdout, stderr } = await runProgram(["inspect", server.url], {
    input: "hello\n",
    env,
  });
  expect(status).toBe(0);
  expect(stderr).toBe(`Connected to ${server.url} as admin (v1).\n`);
  const rows = stdout.trimEnd().split("\n");
  expect(rows[0]).toBe("── connection 1, seen at the client");
  expect(stdout).toContain("GET /\n");
  expect(stdout).toContain("HTTP/1.1 101  sub=wsecho.v1 deflate=off");
  expect(stdout).toMatch(/c ▶ s {2}1 {3}TEXT {7}39 {2}\{"type":"submit","id":1,"text":"hello"\}/);
  expect(stdout).toMatch(/c ◀ s .*"type":"echo","id":1,"text":"hello"\}.*rtt \d+\.\d ms/);
  expect(stdout).toMatch(/c ▶ s {2}1 {3}CLOSE {6}11 {2}1000 user exit/);
  // Salt and proofs.
  expect(stdout).toMatch(/"challenge","data":"\*+….*hidden/);
  expect(stdout).not.toContain("\u001b");
});

test("--bytes shows masked ⊕ key = plain, line by line", async () => {
  await using server = await startServer();
  const args = ["inspect", "--bytes", "--filter", "dir:c2s /hello/", "--dialect", "plain"];
  const { stdout } = await runProgram([...args, server.url], { input: "hello\n", env });
  const block = stdout.split("\n").slice(1, 12);
  expect(block[3]).toBe("81             1 000 0001  FIN, RSV 000, opcode 1 text");
  const [key, wire, repeated] = [5, 6, 7].map((row) => (block[row] ?? "").slice(0, 14));
  expect(block[5]).toContain("masking key (sent in clear)");
  expect(repeated).toBe(`${key?.trim() ?? ""} ${key?.slice(0, 2) ?? ""}`);
  const xor = (wire ?? "")
    .split(" ")
    .map(
      (byte, i) => Number.parseInt(byte, 16) ^ Number.parseInt(repeated?.split(" ")[i] ?? "", 16),
    );
  expect(Buffer.from(xor).toString()).toBe("hello");
  expect(block[8]).toContain('68 65 6c 6c 6f             payload         "hello"');
});

test("captures are written while they happen: to the output as pcapng, to files beside it", async () => {
  await using server = await startServer();
  const [jsonl, har] = [join(folder, "live.jsonl"), join(folder, "live.har")];
  const args = ["inspect", server.url, "--pcapng", "-", "--jsonl", jsonl, "--har", har];
  const program = startProgram(args, env);
  let bytes = Buffer.alloc(0);
  program.child.stdout.removeAllListeners("data");
  program.child.stdout.setEncoding("latin1").on("data", (chunk: string) => {
    bytes = Buffer.concat([bytes, Buffer.from(chunk, "latin1")]);
  });
  program.child.stdin.write("one\n");
  // The input is still open: what is there was written as it happened.
  const echo = '{"type":"echo","id":1,"text":"one"}';
  await eventually(() => textsOf(read(bytes))).toContain(echo);
  await eventually(() => readFileSync(jsonl, "utf8")).toContain('\\"id\\":1,\\"text\\":\\"one\\"');
  program.child.stdin.end("two\n");
  expect((await program.result).status).toBe(0);
  const wanted = textsOf(read(bytes));
  expect(wanted).toContain('{"type":"echo","id":2,"text":"two"}');
  for (const file of [jsonl, har]) {
    expect(textsOf(read(readFileSync(file)))).toEqual(wanted);
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
  }
  const again = await runProgram(["inspect", server.url, "--jsonl", jsonl], { env });
  expect(again).toMatchObject({ status: 2, stdout: "" });
  expect(again.stderr).toContain("is there already");
});

test("--reveal shows the login, and is stamped in the file", async () => {
  await using server = await startServer();
  const args = ["inspect", "--dialect", "plain", "--jsonl", "-", server.url];
  const hidden = await runProgram(args, { env });
  expect(hidden.stdout).not.toContain("123456");
  expect(textsOf(read(Buffer.from(hidden.stdout)))[0]).toBe("admin:******");
  const shown = await runProgram([...args, "--reveal"], { env });
  expect(textsOf(read(Buffer.from(shown.stdout)))[0]).toBe("admin:123456");
  expect(JSON.parse(shown.stdout.split("\n")[0] ?? "")).toMatchObject({ reveal: true });
});

test("frames show over wss: as well, with and without a login, where --cacert trusts the server", async () => {
  const { cert, key } = await makeCertificate("localhost");
  await using server = await startServer({
    tls: { cert: Buffer.from(cert), key: Buffer.from(key) },
  });
  const ca = join(folder, "ca.pem");
  writeFileSync(ca, cert);
  expect(server.url).toMatch(/^wss:/);
  const { status, stdout } = await runProgram(["inspect", server.url, "--cacert", ca], {
    input: "under TLS\n",
    env,
  });
  expect(status).toBe(0);
  expect(stdout).toContain("HTTP/1.1 101  sub=wsecho.v1");
  expect(stdout).toMatch(/c ▶ s .*"type":"submit","id":1,"text":"under TLS"/);
  expect(stdout).toMatch(/c ◀ s .*"type":"echo","id":1,"text":"under TLS"/);
  await using bare = await startSecureEcho();
  writeFileSync(ca, bare.cert);
  const raw = startProgram(["inspect", "--raw", bare.url, "--cacert", ca]);
  raw.child.stdin.write("first\nsecond\n");
  await eventually(raw.stdout).toMatch(/c ◀ s .*second/);
  raw.child.stdin.end();
  expect((await raw.result).status).toBe(0);
  const distrusted = await runProgram(["inspect", server.url], { env });
  expect(distrusted.status).not.toBe(0);
  expect(distrusted.stderr).toContain("--cacert FILE");
  expect(distrusted.stdout).not.toContain("101");
});

test("--raw talks to any server, folds heartbeats, and shows what compression does", async () => {
  await using server = await startBareServer(
    (socket) => {
      socket.on("message", (data: Buffer, isBinary) => {
        for (const beat of ["a", "b", "c"]) socket.ping(beat);
        socket.send(data, { binary: isBinary });
      });
    },
    { perMessageDeflate: { threshold: 0 } },
  );
  const args = ["inspect", "--raw", "--deflate", server.url, "--linger", "0.5"];
  // Its input ends when the echo is there: a slow machine may need longer than the silence.
  const talk = async (text: string, ...more: readonly string[]) => {
    const program = startProgram([...args, ...more]);
    program.child.stdin.write(`${text}\n`);
    await eventually(program.stdout).toContain("message 2 in");
    program.child.stdin.end();
    return program.result;
  };
  const { status, stdout, stderr } = await talk("a".repeat(16));
  expect([status, stderr]).toEqual([0, `Connected to ${server.url}.\n`]);
  expect(stdout).toContain("sub=none deflate=on");
  expect(stdout).toMatch(/message 2 in 1 frame: 16 bytes, \d+ on the wire, ratio [\d.]+ {2}a{16}/);
  // The pongs stand behind the echo where that came in one piece with the pings.
  const folded = stdout.matchAll(/(\d+) heartbeats \(--no-fold shows them\)/g);
  expect([...folded].reduce((sum, [, count]) => sum + Number(count), 0)).toBe(6);
  expect(stdout).toMatch(/c ▶ s {2}1 {3}CLOSE/);
  const all = await talk("x", "--no-fold");
  expect(all.stdout.match(/PING|PONG/g)).toHaveLength(6);
  expect(all.stdout).toMatch(/PONG .*rtt/);
});

test("a server that knows no login makes it name --raw, which is for that", async () => {
  await using server = await startBareServer(() => undefined, { handleProtocols: () => false });
  const { status, stderr } = await runProgram(["inspect", "-u", "ada", server.url]);
  expect(status).toBe(5);
  expect(stderr).toContain("if it knows no login, --raw.");
});

test("a login that is given to --raw goes with the handshake, hidden", async () => {
  await using server = await startServer();
  const echo = `${server.url}/echo`;
  const args = ["inspect", "--raw", "-u", "admin", "--password-stdin", "--jsonl", "-", echo];
  const { status, stdout } = await runProgram(args, { input: "123456\nhello\nagain\n" });
  expect(status).toBe(0);
  // What a client without a subprotocol says before any answer may be a login; the echo is shown.
  const echoed = read(Buffer.from(stdout)).filter(
    (record) => record.k === "message" && record.dir === "s2c",
  );
  expect(echoed).toMatchObject([{ text: "hello" }, { text: "again" }]);
  expect(stdout).toContain("Authorization: Basic ***");
  const refused = await runProgram(["inspect", "--raw", echo], { env });
  expect(refused.status).toBe(5);
  expect(refused.stdout).toContain("HTTP/1.1 401");
});

test("--raw --help says which login goes with the handshake, and half of one is refused", async () => {
  const { stdout } = await runProgram(["inspect", "--help"]);
  expect(stdout.replaceAll(/\s+/g, " ")).toContain(
    "a user with a password, or a token, that an option or the URL names goes with the handshake",
  );
  const half = ["inspect", "--raw", "--password-stdin", "ws://127.0.0.1:1"];
  const { status, stderr } = await runProgram(half, { input: "s3cret\n" });
  expect(stderr).toBe(
    "Not connected: a password goes with the handshake for a user alone; name one by --user.\n",
  );
  expect(status).toBe(2);
});

test("at a terminal rows stand above the line that is typed, fit, and cannot act", async () => {
  await using server = await startBareServer((socket) => {
    socket.on("message", () => socket.send("\u001b[2J\u009b31m\u202e汉字".repeat(9)));
  });
  using screen = openScreen(["inspect", "--raw", server.url], { columns: 80 });
  await screen.shows("Connected to");
  await prompted(screen);
  screen.type("go\r");
  await screen.shows("\\u{1b}[2J\\u{9b}31m\\u{202e}汉字");
  const rows = screen.rows().filter((row) => row.includes("c ◀ s"));
  expect(rows.every((row) => row.endsWith("msg 2") || row.includes("101"))).toBe(true);
  for (const byte of ["\u001b[2J", "\u009b", "\u202e"]) expect(screen.raw()).not.toContain(byte);
  // Colour, for this is a terminal.
  expect(screen.raw()).toContain("\u001b[36mc ▶ s");
  screen.type("exit\r");
  expect(await screen.exit).toBe(0);
});

test("NO_COLOR is honoured, and pcapng is not for a terminal", async () => {
  await using server = await startServer();
  using screen = openScreen(["inspect", server.url], { columns: 120, env: { NO_COLOR: "1" } });
  await logIn(screen);
  expect(screen.raw()).not.toContain("\u001b[36m");
  screen.type("exit\r");
  expect(await screen.exit).toBe(0);
  using wrong = openScreen(["inspect", server.url, "--pcapng", "-"]);
  expect(await wrong.exit).toBe(2);
  await wrong.shows("pcapng is not for a terminal");
});

test("--server shows what the server sees of others, and not the feed itself", async () => {
  await using server = await startServer();
  const feed = startProgram(["inspect", "--all", server.url], env);
  await feed.said("Connected to");
  // Watching is asked for after the login; from its answer on everything is shown.
  for (let i = 0; !feed.stdout().includes('"text":"seen"'); i++) {
    if (i > 20) expect.unreachable(feed.stdout() + feed.stderr());
    await runProgram(["connect", server.url], { input: "seen\n", env });
  }
  await feed.printed("1000 user exit");
  expect(feed.stdout()).toContain("seen at the server");
  expect(feed.stdout()).toContain("logged in as admin, session ");
  expect(feed.stdout()).not.toContain("/inspect");
  feed.child.kill("SIGTERM");
  expect((await feed.result).status).toBe(143);
});

test("--server --all says once who is logged in on a connection that was there before", async () => {
  await using server = await startServer();
  await using mine = await connect(server.url, { username: "admin", password: "123456" });
  const { session = "" } = mine.status;
  const feed = startProgram(["inspect", "--all", server.url], env);
  await feed.said("Connected to");
  // First it is one's own, and then one of everybody's; what comes later is shown after both.
  while (!feed.stdout().includes('"text":"seen"')) {
    await runProgram(["connect", "-q", server.url], { input: "seen\n", env });
    await mine.ask("mine");
  }
  expect(feed.stdout().split(`logged in as admin, session ${session}`)).toHaveLength(2);
  feed.child.kill("SIGTERM");
  await feed.result;
});

test("--server --session shows that session of several, and no other", async () => {
  await using server = await startServer();
  const login = { username: "admin", password: "123456" };
  await using mine = await connect(server.url, login);
  await using other = await connect(server.url, login);
  const { session } = mine.status;
  const feed = startProgram(["inspect", "--server", "--session", session ?? "", server.url], env);
  await feed.said("Connected to");
  // From the first record on: the feed begins with all that are the user's own.
  while (!feed.stdout().includes('"text":"mine"')) {
    await other.ask("other");
    await mine.ask("mine");
  }
  expect(feed.stdout()).toContain(`session ${session ?? ""}`);
  expect(feed.stdout()).not.toContain("other");
  expect(feed.stdout().match(/── connection/g)).toHaveLength(1);
  feed.child.kill("SIGTERM");
  expect((await feed.result).status).toBe(143);
});

test("what the server does not show is said", async () => {
  const users = await createMemoryUsers({ ada: "secret" });
  const server = createServer({ port: 0, webRoot: null, users });
  const { url } = await server.listen();
  try {
    const login = { WSECHO_USER: "ada", WSECHO_PASSWORD: "secret" };
    const { status, stdout, stderr } = await runProgram(["inspect", "--all", url], { env: login });
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/The server does not show that: .*needs the role admin/);
  } finally {
    await server.close();
  }
});

test("faults that were asked for show as frames, and are named as what they are", async () => {
  const users = await createMemoryUsers({ ada: "secret" });
  await using server = createServer({ port: 0, webRoot: null, users, faults: true });
  const { url } = await server.listen();
  const { stdout } = await runProgram(
    ["inspect", `${url}/?fault=fragment:2,close:4403@1&fault-reason=bye`],
    { input: "hello\n", env: { WSECHO_USER: "ada", WSECHO_PASSWORD: "secret" } },
  );
  expect(stdout).toContain("sub=wsecho.v1 deflate=off fault=fragment:2,close:4403@1\n");
  expect(stdout).toMatch(/c ◀ s {2}0 {3}TEXT .*msg 7 part 1\n.*c ◀ s {2}1 {3}CONT .*msg 7 part 2/);
  expect(stdout).toMatch(/c ◀ s {2}1 {3}CLOSE .*4403 bye/);
});

test("whoever reads no more ends it quietly", async () => {
  await using server = await startServer();
  const program = startProgram(["inspect", server.url], env);
  await program.printed("GET /");
  program.child.stdout.destroy();
  program.child.stdin.write("more\n");
  const { status, stderr } = await program.result;
  expect(status).toBe(0);
  expect(stderr).not.toContain("EPIPE");
});

test("a wrong filter and two captures for one output are refused before anything is connected to", async () => {
  const filter = await runProgram(["inspect", ":1", "--filter", "len>x"]);
  expect(filter).toMatchObject({ status: 2, stdout: "" });
  expect(filter.stderr).toContain("is not a number");
  const twice = await runProgram(["inspect", ":1", "--jsonl", "-", "--pcapng", "-"]);
  expect(twice.status).toBe(2);
  expect(twice.stderr).toContain("only one capture can go to the output");
});

test("a server that knows none of wsecho's gets messages as they are, and no login of the environment", async () => {
  await using server = await startBareServer((socket) =>
    socket.on("message", (data: Buffer) => socket.send(data.toString())),
  );
  // A login would be waited for as long.
  const args = ["inspect", "--connect-timeout", "600", "--linger", "0.2", server.url];
  const { status, stdout, stderr } = await runProgram(args, { env, input: "one\ntwo\n" });
  expect(stderr).toContain("The login in the environment was not used");
  expect(stdout).toContain("HTTP/1.1 101  sub=wsecho.none");
  expect(stdout).toMatch(/c ◀ s .*TEXT {8}3 {2}two/);
  expect(stdout + stderr).not.toContain("123456");
  expect(status).toBe(0);
});

test("headers, cookies, a login and the way to the server are told as to connect", async () => {
  const welcome = (socket: WebSocket): void => {
    socket.send("hi");
    socket.close(1000);
  };
  await using server = await startBareServer(welcome, {
    verifyClient: ({ req: { headers } }, done) =>
      done(headers["x-key"] === "2" && headers.cookie === "a=1" && headers.host === "there", 401),
  });
  await using proxy = await startHttpProxy();
  const login = ["--auth", "sekret", "--auth-type", "bearer", "--allow-insecure-password"];
  const said = ["-H", "X-Key: 2", "-o", "https://page.example", "-A", "me/1", "--host", "there"];
  const way = ["--proxy", `http://127.0.0.1:${proxy.port}`, `ws://far.example:${server.port}`];
  const args = ["inspect", "--raw", "--jsonl", "-", ...login, ...said];
  const { status, stdout } = await runProgram([...args, "--cookie", "a=1", ...way]);
  expect(status).toBe(0);
  expect(proxy.asked).toMatchObject([{ target: `far.example:${server.port}` }]);
  const records = read(Buffer.from(stdout));
  expect(textsOf(records)).toContain("hi");
  const [request] = records.filter((record) => record.k === "handshake");
  for (const [name, value] of [
    ["X-Key", "2"],
    ["Origin", "https://page.example"],
    ["User-Agent", "me/1"],
    ["Authorization", "Bearer ***"],
  ])
    expect(request?.headers).toContainEqual([name, value]);
  expect(stdout).not.toContain("sekret");
  // Here it takes frames apart, and is no cookie.
  const refused = await runProgram(["inspect", "--raw", "-b", server.url]);
  expect(refused.stderr).toContain("HTTP 401");
});
