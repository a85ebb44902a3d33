import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeEvent } from "@wsecho/protocol/events";
import { describe, expect, it } from "vitest";
import { commandHelp, readLine } from "../../src/commands/slash.ts";
import { logIn, prompted } from "../support/login.ts";
import { openScreen } from "../support/screen.ts";
import { startBareServer, startServer } from "../support/servers.ts";

describe("a line at the prompt", () => {
  it.each([
    ["/close 99", "1000, or 3000 to 4999"],
    ["/close 1006", "1000, or 3000 to 4999"],
    [`/close 4000 ${"é".repeat(62)}`, "holds 123 bytes, this is 124"],
    [`/ping ${"x".repeat(126)}`, "holds 125 bytes, this is 126"],
    ["/bin 0", "needs hex"],
    ["/bin64 *", "needs base64"],
    ["/repeat 0 x", "from 1 to 1000"],
    ["/repeat 1001 x", "from 1 to 1000"],
    ["/file /no/such/file", "cannot be read (ENOENT)"],
    ["/record", "needs a path, or off"],
    ["/expect", "needs a pattern"],
    ["/expect (", "Unterminated group"],
    ["/expect x 0", "above 0, up to 86400"],
    ["/expect x 86401", "above 0, up to 86400"],
    ["/shout", "there is no /shout"],
  ])("%s is refused in words, and throws nothing", (line, words) => {
    const command = readLine(line);
    expect(command.ok ? "" : command.error).toContain(words);
  });

  it.each([
    ["/expect a b", /a b/u, 30],
    ["/expect a b 2.5", /a b/u, 2.5],
    ["/expect \\d 5", /\d/u, 5],
    ["/expect 42", /42/u, 30],
    ["/expect line\\s5", /line\s5/u, 30],
  ])("%s is read as a pattern and its time", (line, pattern, seconds) => {
    expect(readLine(line)).toEqual({ ok: true, value: { kind: "expect", pattern, seconds } });
  });

  it("/help says what a number at the end of /expect is, and how else to write it", () => {
    const [, help = ""] = /(\/expect[^/]+)/.exec(commandHelp) ?? [];
    expect(help).toContain("a number at its end is the seconds");
    expect(help).toContain(String.raw`\s5`);
  });

  it("is a text, also behind two slashes", () => {
    for (const [line, text] of [
      ["hello", "hello"],
      ["//help", "/help"],
      [" /help", " /help"],
    ] as const)
      expect(readLine(line)).toEqual({
        ok: true,
        value: { kind: "send", message: { kind: "text", text }, times: 1 },
      });
  });
});

describe.each([40, 120])("slash commands on a screen of %i columns", (columns) => {
  it("ping, send bytes, repeat, tell and close", async () => {
    const closed = Promise.withResolvers<string>();
    await using server = await startBareServer((socket) => {
      socket.on("message", (data: Buffer, isBinary) => socket.send(data, { binary: isBinary }));
      socket.on("close", (code, reason) => closed.resolve(`${code} ${reason.toString()}`));
    });
    using screen = openScreen([server.url], { columns });
    await screen.until((rows) => rows.at(-1) === ">");
    screen.type("/ping p\r");
    await screen.shows("< pong “p” after");
    screen.type("/bin 00ff\r");
    await screen.shows("< (2 bytes) 00ff");
    screen.type("/repeat 2 again\r");
    await screen.until((rows) => rows.filter((row) => row === "< again").length === 2);
    screen.type("/close 99\r");
    await screen.shows("Not sent: /close");
    screen.type("/stats\r");
    await screen.shows("received 3 messages, 12 bytes");
    screen.type("/headers\r");
    await screen.shows("sec-websocket-accept:");
    screen.type("/help\r");
    // In line with those below it.
    await screen.until((rows) => rows.some((row) => row.startsWith("  /ping ")));
    screen.type("/close 4001 bye\r");
    expect(await closed.promise).toBe("4001 bye");
    expect(await screen.exit).toBe(0);
  });
});

describe("/reconnect", () => {
  it("comes back with -x again, and what is typed meanwhile waits for it", async () => {
    const got: string[] = [];
    let connections = 0;
    await using server = await startBareServer((socket) => {
      connections += 1;
      const mine = connections;
      socket.on("message", (data: Buffer) => {
        got.push(`${mine} ${data.toString()}`);
        socket.send(`heard ${data.toString()}`);
      });
    });
    using screen = openScreen(["-i", "-x", "first", server.url]);
    await screen.shows("< heard first");
    await prompted(screen);
    screen.type("/reconnect\rsecond\r");
    await screen.shows("Connected again to");
    await screen.shows("< heard second");
    expect(got).toEqual(["1 first", "2 first", "2 second"]);
    screen.type("exit\r");
    expect(await screen.exit).toBe(0);
  });

  it("logs in again without asking", async () => {
    const server = await startServer();
    using screen = openScreen([server.url], { columns: 120 });
    await logIn(screen);
    screen.type("/reconnect\r");
    await screen.shows(`Connected again to ${server.url} as admin (v1).`);
    await prompted(screen);
    screen.type("hello\r");
    await screen.shows("< hello");
    await server[Symbol.asyncDispose]();
    expect(await screen.exit).toBe(0);
  });
});

it("/record writes events from then on, into a file of one's own, until off", async () => {
  const directory = await mkdtemp(join(tmpdir(), "wsecho-"));
  await using server = await startBareServer((socket) => {
    socket.on("message", (data: Buffer) => socket.send(`re ${data.toString()}`));
  });
  try {
    const file = join(directory, "talk.ndjson");
    using screen = openScreen([server.url], { columns: 120 });
    await prompted(screen);
    screen.type("before\r");
    await screen.shows("< re before");
    screen.type(`/record ${file}\r`);
    await screen.shows("Recording to");
    screen.type("during\r");
    await screen.shows("< re during");
    screen.type("/record off\r");
    await screen.shows("The recording has ended.");
    screen.type("after\r");
    await screen.shows("< re after");
    screen.type(`/record ${join(directory, "no", "such")}\r`);
    await screen.shows("Not recorded: ENOENT");
    const lines = (await readFile(file, "utf8")).trimEnd().split("\n").map(decodeEvent);
    expect(lines).toMatchObject([
      { ok: true, value: { conn: 1, dir: "out", type: "message", text: "during" } },
      { ok: true, value: { conn: 1, dir: "in", type: "message", text: "re during" } },
    ]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    screen.type("exit\r");
    expect(await screen.exit).toBe(0);
  } finally {
    await rm(directory, { recursive: true });
  }
});

it("/expect says what came in time; what did not makes the end 10", async () => {
  await using server = await startBareServer((socket) => {
    socket.on("message", (data: Buffer, isBinary) => socket.send(data, { binary: isBinary }));
  });
  const talk = async (pattern: string, words: string): Promise<number> => {
    using screen = openScreen([server.url], { columns: 120 });
    await prompted(screen);
    screen.type(`/expect ${pattern}\r`);
    screen.type("hello\r");
    await screen.shows(words);
    screen.type("exit\r");
    return await screen.exit;
  };
  expect(await talk("^hel+o$", "A message matched /^hel+o$/u after")).toBe(0);
  expect(await talk("never 0.2", "No message matched /never/u within 0.2 s.")).toBe(10);
  expect(await talk("never", "< hello")).toBe(10);
});
