import { once } from "node:events";
import { connect, createServer } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeCertificate } from "@wsecho/testkit/certificates";
import { WebSocket, type ClientOptions } from "ws";
import { eventually } from "../support/eventually.ts";
import { runProgram, startProgram, type Program } from "../support/program.ts";
import { openScreen } from "../support/screen.ts";

interface Peer extends Disposable {
  readonly socket: WebSocket;
  /** What came: texts as they are, bytes as hex. */
  readonly got: readonly string[];
  readonly closed: Promise<string>;
}

async function enter(
  url: string,
  protocols: readonly string[] = [],
  options: ClientOptions = {},
): Promise<Peer> {
  const socket = new WebSocket(url, [...protocols], options);
  const got: string[] = [];
  socket.on("message", (data: Buffer, isBinary) =>
    got.push(isBinary ? data.toString("hex") : data.toString()),
  );
  const closed = new Promise<string>((resolve) => {
    socket.on("close", (code, reason) => resolve(`${code} ${reason.toString()}`.trim()));
  });
  await once(socket, "open");
  return { socket, got, closed, [Symbol.dispose]: () => socket.terminate() };
}

/** Starts `listen` at any port; its end is the test's end. */
async function listen(
  args: readonly string[],
): Promise<Program & { readonly url: string } & Disposable> {
  const program = startProgram(["listen", ...args]);
  await program.said("Listening on ");
  const [, url = ""] = /Listening on (\S+)\./.exec(program.stderr()) ?? [];
  return { ...program, url, [Symbol.dispose]: () => void program.child.kill("SIGKILL") };
}

describe("wsecho listen in a pipe", () => {
  it("sends each line to all who are there, prints what they send and nothing else", async () => {
    using program = await listen([]);
    // The first line waits until somebody is there.
    program.child.stdin.write("early\n");
    using one = await enter(`${program.url}/a?token=secret`, ["chat"], {
      origin: "https://example.org",
    });
    await eventually(() => one.got).toEqual(["early"]);
    using two = await enter(program.url);
    program.child.stdin.end("to both\n");
    await eventually(() => [one.got, two.got]).toEqual([["early", "to both"], ["to both"]]);
    one.socket.send("first");
    await program.printed("first\n");
    two.socket.send(Buffer.of(0x68, 0xff));
    two.socket.send("after\x1b]0;x\x07");
    await program.printed("after");
    two.socket.close(4001, "by\x1b[2Je");
    await program.said("Client 2 closed with 4001 (a code unknown here), saying “by␛[2Je”.");
    program.child.kill("SIGINT");
    const { status, stdout, stderr } = await program.result;
    expect(await one.closed).toBe("1001 server is shutting down");
    expect(status).toBe(130);
    expect(stdout).toBe(`first\nh\ufffd\nafter\x1b]0;x\x07\n`);
    expect(stderr).toMatch(
      /Client 1 from 127\.0\.0\.1:\d+, \/a\?…, subprotocol chat, page of https:\/\/example\.org\./,
    );
    expect(stderr).not.toContain("secret");
  });

  it("writes events with the client's number, and reads them for one of them", async () => {
    using program = await listen(["--json", "--input", "ndjson", "--count", "2"]);
    using one = await enter(program.url);
    using two = await enter(program.url, ["chat"]);
    await program.printed('"subprotocol":"chat"');
    const lines = [
      { type: "message", text: "for two", conn: 2 },
      { type: "message", b64: "AP8=" },
      { type: "ping", text: "p", conn: 1 },
    ];
    program.child.stdin.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    await eventually(() => [one.got, two.got]).toEqual([["00ff"], ["for two", "00ff"]]);
    await program.printed('"type":"pong"');
    one.socket.send("a");
    await program.printed('"text":"a"');
    two.socket.close(1000);
    await program.printed('"code":1000');
    one.socket.send("b");
    const { status, stdout } = await program.result;
    expect(status).toBe(0);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(
      events.map(({ conn, dir = "", type, text = "" }) => [conn, dir, type, text].join(" ").trim()),
    ).toEqual(
      expect.arrayContaining([
        "1  open",
        "2  open",
        "2 out message for two",
        "1 out message",
        "2 out message",
        "1 out ping p",
        "1 in pong p",
        "1 in message a",
        "2 in close",
        "1 in message b",
      ]),
    );
    expect(await one.closed).toBe("1001 server is shutting down");
  });

  it("echoes whatever comes, as what it came", async () => {
    using program = await listen(["--echo"]);
    using peer = await enter(program.url);
    const large = "x".repeat(3_000_000);
    peer.socket.send(large);
    for (let number = 0; number < 500; number += 1) peer.socket.send(`line ${number}`);
    peer.socket.send(Buffer.of(0, 255));
    await eventually(() => peer.got.length).toBe(502);
    expect(peer.got[0]).toBe(large);
    expect(peer.got.slice(1)).toEqual([
      ...Array.from({ length: 500 }, (_, number) => `line ${number}`),
      "00ff",
    ]);
  });

  it.each([
    ["1000", 0],
    ["4001", 9],
    ["1006", 8],
  ])("serves one client with --once, and ends as its close %s says", async (code, status) => {
    using program = await listen(["--once"]);
    using peer = await enter(program.url);
    await expect(enter(program.url)).rejects.toThrow("503");
    if (code === "1006") peer.socket.terminate();
    else peer.socket.close(Number(code));
    expect((await program.result).status).toBe(status);
  });

  it("selects a subprotocol, and turns away who offers none of them", async () => {
    using program = await listen(["-s", "b", "-s", "c"]);
    using peer = await enter(program.url, ["a", "c", "b"]);
    expect(peer.socket.protocol).toBe("b");
    await expect(enter(program.url, ["a"])).rejects.toThrow("400");
    await program.said("was turned away: it offered a.");
  });

  it("answers a handshake that is none, and hangs up", async () => {
    using program = await listen([]);
    const { hostname, port } = new URL(program.url);
    const socket = connect(Number(port), hostname);
    const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 7";
    socket.end(`GET / HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n\r\n`);
    const chunks = (await socket.toArray()) as readonly Buffer[];
    expect(Buffer.concat(chunks).toString()).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\n[^]*Sec-WebSocket-Version: 13\r\n[^]*Sec-WebSocket-Key/,
    );
    await program.said("was turned away: Missing or invalid Sec-WebSocket-Key header.");
  });

  it("says nothing of the subprotocol by which our own client asks what a server speaks", async () => {
    using program = await listen(["--json", "-C", "1"]);
    expect(await runProgram(["send", "-q", program.url, "hello"])).toMatchObject({ status: 0 });
    const { stdout, stderr } = await program.result;
    expect(stdout).toContain('"type":"open"');
    expect(stdout + stderr).not.toContain("subprotocol");
  });

  it("refuses what is too large or too many, and says what it is to a browser", async () => {
    using program = await listen(["--max-size", "10", "--max-connections", "1"]);
    using peer = await enter(program.url);
    await expect(enter(program.url)).rejects.toThrow("503");
    const page = await fetch(program.url.replace("ws:", "http:"));
    expect([page.status, await page.text()]).toEqual([
      426,
      expect.stringContaining("WebSocket server"),
    ]);
    peer.socket.send("eleven long");
    expect(await peer.closed).toMatch(/^1009/);
    await program.said("Client 1: Max payload size exceeded.");
  });

  it("cuts off a client that does not read, and goes on with the others", async () => {
    using program = await listen(["--timeout", "3", "--input", "raw", "--delimiter", "nul"]);
    using deaf = await enter(program.url);
    deaf.socket.pause();
    using other = await enter(program.url);
    // More than the system's own buffers hold.
    const message = Buffer.alloc(12 * 1024 * 1024, "x");
    program.child.stdin.write(
      Buffer.concat([message, Buffer.of(0), message, Buffer.of(0), Buffer.from("end\0")]),
    );
    await eventually(() => other.got.at(-1)).toBe(Buffer.from("end").toString("hex"));
    await program.said("Client 1 reads nothing for 3 s, and is cut off.");
  });

  it("stops at input that is none, and where it cannot listen", async () => {
    using program = await listen(["--input", "hex"]);
    using peer = await enter(program.url);
    program.child.stdin.end("00\nzz\n");
    const { status, stderr } = await program.result;
    expect(status).toBe(2);
    await eventually(() => peer.got).toEqual(["00"]);
    expect(stderr).toContain("Line 2 of the input is no hex. Nothing after it was sent.");
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { readonly port: number };
    const refused = await runProgram(["listen", String(port)]);
    taken.close();
    expect([refused.status, refused.stderr]).toEqual([
      3,
      `Not listening: ws://127.0.0.1:${port} cannot be listened on: the port is taken; take another, or 0 for any that is free.\n`,
    ]);
    expect((await runProgram(["listen", "70000"])).status).toBe(2);
  });

  it("is wss: with a certificate", async () => {
    const directory = await mkdtemp(join(tmpdir(), "wsecho-listen-"));
    try {
      const { cert, key } = await makeCertificate("localhost");
      await writeFile(join(directory, "c.pem"), cert);
      await writeFile(join(directory, "k.pem"), key, { mode: 0o600 });
      using program = await listen([
        "--echo",
        "--cert",
        join(directory, "c.pem"),
        "--key",
        join(directory, "k.pem"),
      ]);
      expect(program.url).toMatch(/^wss:/);
      using peer = await enter(program.url, [], { ca: cert });
      peer.socket.send("secret");
      await eventually(() => peer.got).toEqual(["secret"]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe.each([40, 120])("wsecho listen on a screen of %i columns", (columns) => {
  it("talks to all or to one, shows who says what, and closes", async () => {
    using screen = openScreen(["listen"], { columns });
    await screen.until((rows) => rows.at(-1) === ">");
    const [, url = ""] =
      /Listening on (ws:\/\/127\.0\.0\.1:\d+)\./.exec(screen.rows().join("")) ?? [];
    screen.type("nobody hears\r");
    await screen.shows("nobody is connected");
    using one = await enter(url);
    using two = await enter(url);
    await screen.shows("Client 2 from");
    one.socket.send("hi \x1b[2J");
    await screen.shows("1< hi ␛[2J");
    screen.type("all\r/to 2 two\r/to 3 x\r/to 2 /ping p\r");
    await screen.shows("2< pong p");
    await screen.shows("there is no client 3");
    expect([one.got, two.got]).toEqual([["all"], ["all", "two"]]);
    screen.type("/cl\t\t");
    await screen.until((rows) => rows.some((row) => /\/clients\s+\/close/.test(row)));
    screen.type("ients\r");
    await screen.until((rows) => rows.some((row) => /^ *2 from 127/.test(row)));
    screen.type("/to 1 /headers\r");
    await screen.shows("Sec-WebSocket-Key");
    screen.type("/to 1 /close 4001 bye\r");
    expect(await one.closed).toBe("4001 bye");
    await screen.shows("Client 1 closed with 4001");
    screen.type("/shout\r");
    await screen.shows("there is no /shout");
    screen.type("exit\r");
    expect(await screen.exit).toBe(0);
    expect(await two.closed).toBe("1001 server is shutting down");
  });
});
