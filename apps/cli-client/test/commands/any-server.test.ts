import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeEvent, type EventLine } from "@wsecho/protocol/events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import { eventually } from "../support/eventually.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { openScreen } from "../support/screen.ts";
import { startBareServer, startServer, startWebServer } from "../support/servers.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "wsecho-"));
});
afterAll(() => rm(directory, { recursive: true }));

const echo = (socket: WebSocket): void => {
  socket.on("message", (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }));
};

function eventsOf(stdout: string): readonly EventLine[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => {
      const event = decodeEvent(line);
      if (!event.ok) throw new Error(event.error);
      return event.value;
    });
}

describe("a server that is not ours", () => {
  it.each([
    ["selects what is offered first", {}],
    ["selects nothing", { handleProtocols: () => false as const }],
  ])("and %s gets messages as they are, on the first connection", async (_, options) => {
    let connections = 0;
    await using server = await startBareServer((socket) => {
      connections += 1;
      echo(socket);
    }, options);
    const input = Array.from({ length: 50_000 }, (_line, index) => `line ${index}\n`).join("");
    const result = await runProgram(["-C", "50000", server.url], { input });
    expect(result.stderr).toBe(`Connected to ${server.url}.\n`);
    expect({ same: result.stdout === input, status: result.status }).toEqual({
      same: true,
      status: 0,
    });
    expect(connections).toBe(1);
  });

  it("gets nothing of a login that only the environment has, and none is waited for", async () => {
    const got: (string | undefined)[] = [];
    await using server = await startBareServer(
      (socket) => {
        socket.on("message", (data: Buffer) => got.push(data.toString()));
        echo(socket);
      },
      {
        verifyClient: ({ req }, done) => {
          got.push(req.headers.authorization);
          done(true);
        },
      },
    );
    for (const env of [
      { WSECHO_PASSWORD: "sekret" },
      { WSECHO_USER: "ada", WSECHO_PASSWORD: "sekret" },
      { WSECHO_TOKEN: "sekret" },
    ]) {
      // A login would be waited for as long.
      const args = ["send", "--connect-timeout", "600", "-1", server.url, "hello"];
      expect(await runProgram(args, { env: { ...env } })).toEqual({
        status: 0,
        stdout: "hello\n",
        stderr:
          `Connected to ${server.url}.\nThe login in the environment was not used, for this server ` +
          "knows none of wsecho's. --dialect plain logs in as the article's programs do, --auth at the handshake.\n",
      });
      expect(got.splice(0)).toEqual([undefined, "hello"]);
    }
  });

  it("and refuses whoever offers a subprotocol is asked again without", async () => {
    await using server = await startBareServer(echo, {
      verifyClient: ({ req }, done) =>
        done(req.headers["sec-websocket-protocol"] === undefined, 400, "no subprotocols here"),
    });
    const result = await runProgram(["send", "-q", "-1", server.url, "hello"]);
    expect(result).toEqual({ status: 0, stdout: "hello\n", stderr: "" });
  });

  it("and refuses both times tells what was wrong the second time", async () => {
    await using server = await startServer();
    const { status, stderr } = await runProgram(["send", "-1", `${server.url}/echo`, "hello"]);
    expect(stderr).toMatch(/HTTP 401 Unauthorized\. .*It wants a login at the handshake/s);
    expect(stderr).not.toContain("HTTP 400");
    expect(status).toBe(5);
  });

  it("may be told what to speak", async () => {
    const offered: (string | undefined)[] = [];
    await using server = await startBareServer(echo, {
      handleProtocols: (names, request) => {
        offered.push(request.headers["sec-websocket-protocol"]);
        return names.values().next().value ?? false;
      },
    });
    const args = ["send", "-q", "-1", "-s", "chat.v2", "-s", "chat.v1", server.url, "hi"];
    expect(await runProgram(args)).toEqual({ status: 0, stdout: "hi\n", stderr: "" });
    expect(offered).toEqual(["chat.v2,chat.v1"]);
    const wrong = await runProgram(["-s", "chat.v2", "-u", "ada", server.url]);
    expect(wrong.status).toBe(2);
  });

  it("of wsecho is logged in to at the handshake by --auth-file", async () => {
    await using server = await startServer();
    const file = join(directory, "auth");
    await writeFile(file, "admin:123456\n", { mode: 0o600 });
    for (const url of [server.url, `${server.url}/echo`]) {
      const result = await runProgram(["send", "-q", "-1", "--auth-file", file, url, "hello"]);
      expect(result).toEqual({ status: 0, stdout: "hello\n", stderr: "" });
    }
    const open = await runProgram(["send", "-1", "--auth", "admin:123456", server.url, "x"]);
    expect(open).toMatchObject({ status: 0, stdout: "x\n" });
    expect(open.stderr).toContain("can be read by others in the process list");
    expect(open.stderr).not.toContain("123456");
  });
});

describe("the end of the input", () => {
  it("waits until the server was quiet for --eof-wait", async () => {
    await using server = await startBareServer((socket) => {
      socket.on("message", () => {
        for (const delay of [0, 250, 500]) setTimeout(() => socket.send(`after ${delay}`), delay);
      });
    });
    const result = await runProgram(["-q", "--eof-wait", "2", server.url], { input: "go\n" });
    expect(result).toEqual({ status: 0, stdout: "after 0\nafter 250\nafter 500\n", stderr: "" });
  });

  it("says how many messages came where fewer did than it sent", async () => {
    await using server = await startBareServer((socket) => {
      socket.once("message", (data) => socket.send(data, { binary: false }));
    });
    const run = (...args: readonly string[]) =>
      runProgram(["--eof-wait", "1", ...args, server.url], { input: "one\ntwo\nthree\n" });
    const { status, stdout, stderr } = await run();
    expect([status, stdout]).toEqual([0, "one\n"]);
    expect(stderr).toContain("Left after 1 s of silence: 3 sent, 1 came. --eof-wait waits longer.");
    expect((await run("-q")).stderr).toBe("");
  });

  it("waits for the server's close with --eof-wait -1", async () => {
    await using server = await startBareServer((socket) => {
      socket.on("message", () => {
        setTimeout(() => {
          socket.send("late");
          socket.close(1000);
        }, 300);
      });
    });
    const result = await runProgram(["--eof-wait", "-1", "-q", server.url], { input: "go\n" });
    expect(result).toMatchObject({ status: 0, stdout: "late\n" });
  });

  it("leaves at -C messages without waiting for the end of the input", async () => {
    await using server = await startBareServer(echo);
    const program = startProgram(["-q", "-C", "2", server.url]);
    program.child.stdin.write("one\ntwo\nthree\n");
    expect(await program.result).toMatchObject({ status: 0, stdout: "one\ntwo\n" });
  });

  it("is no concern of -x, unless -i says so", async () => {
    await using server = await startBareServer(echo);
    const alone = startProgram(["-q", "-x", "a", "-x", "@@b", "-C", "2", server.url]);
    expect(await alone.result).toMatchObject({ status: 0, stdout: "a\n@b\n" });
    const both = await runProgram(["-q", "-x", "a", "-i", "-C", "2", server.url], { input: "b\n" });
    expect(both).toMatchObject({ status: 0, stdout: "a\nb\n" });
  });
});

describe("-x @FILE", () => {
  it("sends what the file holds, as text where it is UTF-8, @- the input", async () => {
    const got: string[] = [];
    await using server = await startBareServer((socket) => {
      socket.on("message", (data: Buffer, isBinary) => {
        got.push(`${isBinary ? "b" : "t"}:${data.toString("latin1")}`);
        socket.send("ok");
      });
    });
    const text = join(directory, "text");
    const bytes = join(directory, "bytes");
    await writeFile(text, "two\nlines\n");
    await writeFile(bytes, Buffer.of(0, 0xff));
    const args = ["-q", "-C", "3", "-x", `@${text}`, "-x", `@${bytes}`, "-x", "@-", server.url];
    expect((await runProgram(args, { input: "from stdin" })).status).toBe(0);
    expect(got).toEqual(["t:two\nlines\n", "b:\x00\xff", "t:from stdin"]);
    const absent = await runProgram(["-x", "@/no/such/file", server.url]);
    expect(absent.status).toBe(2);
    expect(absent.stderr).toContain("cannot be read (ENOENT)");
  });
});

describe("a success that was asked for and did not come", () => {
  it("is 7 where messages are missing, 9 where the server left before", async () => {
    await using silent = await startBareServer(() => undefined);
    const late = await runProgram(["send", "-1", "-W", "0.2", silent.url, "x"]);
    expect(late.status).toBe(7);
    expect(late.stderr).toContain("Only 0 of 1 messages came.");
    await using leaving = await startBareServer((socket) => socket.close(1000));
    expect((await runProgram(["send", "-1", leaving.url, "x"])).status).toBe(9);
  });

  it("is 10 where no message matched --expect", async () => {
    await using server = await startBareServer(echo);
    const args = ["send", "-q", "--expect", "^b", "--expect", "c$"];
    expect((await runProgram([...args, server.url, "a", "bc", "abc"])).status).toBe(0);
    const failed = await runProgram([...args, "-W", "0.2", server.url, "a", "c"]);
    expect(failed.status).toBe(10);
    expect(failed.stderr).toContain("No message matched the expected /^b/u.");
  });

  it("is 9 for the server's own close codes, unless --ok-close allows them", async () => {
    await using server = await startBareServer((socket) => socket.close(4001, "bye\x1b[2J"));
    const refused = await runProgram([server.url]);
    expect(refused.status).toBe(9);
    expect(refused.stderr).toContain("4001 (a code unknown here), saying “bye␛[2J”");
    const fine = await runProgram(["-q", "--ok-close", "4001", server.url]);
    expect(fine).toEqual({ status: 0, stdout: "", stderr: "" });
  });

  it("is 8 where a link is found dead", async () => {
    await using server = await startBareServer((socket) => socket.pause(), { autoPong: false });
    const args = ["--ping-interval", "0.1", "--ping-timeout", "0.2", "--eof-wait", "-1"];
    const { status, stderr } = await runProgram([...args, server.url]);
    expect(status).toBe(8);
    expect(stderr).toContain("No pong for 0.2 s: the link is dead.");
  });
});

describe("--json", () => {
  it("[E4] tells everything, and what it told can be sent again", async () => {
    const got: string[] = [];
    await using server = await startBareServer((socket) => {
      socket.on("message", (data: Buffer, isBinary) => {
        got.push(`${isBinary ? "b" : "t"}:${data.toString("latin1")}`);
        socket.send(data, { binary: isBinary });
      });
      socket.on("ping", (data) => got.push(`ping:${data.toString()}`));
    });
    const input =
      '{"type":"message","text":"one\\ntwo"}\n\n{"type":"message","b64":"AP8="}\n{"type":"ping","text":"p"}\n';
    const args = ["-q", "--json", "--input", "ndjson", "-C", "2", server.url];
    const first = await runProgram(args, { input });
    expect(first.stderr).toBe("");
    const told = eventsOf(first.stdout).map(({ type, dir, text, b64, bytes, conn }) =>
      [conn, dir, type, text ?? b64, bytes].join(" "),
    );
    expect(told[0]).toBe("1  open  ");
    expect(told).toEqual(
      expect.arrayContaining([
        "1 out message one\ntwo 7",
        "1 in message one\ntwo 7",
        "1 out message AP8= 2",
        "1 in message AP8= 2",
      ]),
    );
    const echoed = eventsOf(first.stdout).find(
      ({ dir, type }) => dir === "in" && type === "message",
    );
    expect(echoed?.rttMs).toBeGreaterThanOrEqual(0);
    const before = got.filter((each) => !each.startsWith("ping"));
    const again = await runProgram(args, { input: first.stdout });
    expect(again.status).toBe(0);
    expect(got.filter((each) => !each.startsWith("ping"))).toEqual([...before, ...before]);
  });

  it("goes to a file that only its owner can read with --record", async () => {
    await using server = await startServer();
    const file = join(directory, "record.ndjson");
    const env = { WSECHO_USER: "admin", WSECHO_PASSWORD: "123456" };
    const args = ["-q", "--record", file, server.url];
    expect(await runProgram(args, { input: "hi\n", env })).toMatchObject({ stdout: "hi\n" });
    const text = await readFile(file, "utf8");
    expect(eventsOf(text).map(({ dir, text: payload }) => `${dir ?? ""} ${payload ?? ""}`)).toEqual(
      expect.arrayContaining(["out hi", "in hi"]),
    );
    expect(text).not.toContain("123456");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });
});

describe("--input", () => {
  it.each([
    [["--input", "hex"], "00 ff\n0x4142\n", ["b:\x00\xff", "b:AB"]],
    [["--input", "base64"], "AP8=\n", ["b:\x00\xff"]],
    [["--input", "raw"], "a\nb\n", ["b:a\nb\n"]],
    [["--input", "json"], '{"a":1}\n\n[2]\n', ['t:{"a":1}', "t:[2]"]],
    [["--delimiter", "nul"], "a\nb\0c", ["t:a\nb", "t:c"]],
    [["--delimiter", "none"], "a\nb\n", ["t:a\nb\n"]],
    [["--binary"], "a\n", ["b:a"]],
  ])("%j", async (args, input, expected) => {
    const got: string[] = [];
    await using server = await startBareServer((socket) => {
      socket.on("message", (data: Buffer, isBinary) => {
        got.push(`${isBinary ? "b" : "t"}:${data.toString("latin1")}`);
        socket.send("ok");
      });
    });
    const count = String(expected.length);
    const { status } = await runProgram(["-q", "-C", count, ...args, server.url], { input });
    expect({ status, got }).toEqual({ status: 0, got: expected });
  });

  it.each([
    ["base64", (data: Buffer) => data.toString("base64")],
    ["ndjson", (data: Buffer) => JSON.stringify({ type: "message", b64: data.toString("base64") })],
    ["ndjson", (data: Buffer) => JSON.stringify({ type: "message", text: data.toString() })],
  ])("%s may be longer than the message of --max-size bytes in it", async (kind, encode) => {
    await using server = await startBareServer(echo);
    const args = ["-q", "--input", kind, "--max-size", "5000", "-C", "1", server.url];
    const { status, stderr } = await runProgram(args, { input: encode(Buffer.alloc(5000)) });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  it("that is not what it should be stops there, and says so", async () => {
    await using server = await startBareServer(echo);
    for (const [kind, input, words] of [
      ["hex", "00\nxyz\n", "Line 2 of the input is no hex"],
      ["json", "{\n", "Line 1 of the input is no JSON"],
      ["ndjson", '{"type":"shout"}\n', "Line 1 of the input: event.type must be"],
      ["ndjson", '{"type":"close","code":1006}\n', "1 of the input: a close code that may be sent"],
      ["ndjson", `{"type":"ping","text":"${"é".repeat(63)}"}\n`, "holds 125 bytes, this is 126"],
    ] as const) {
      const args = ["--eof-wait", "0", "--input", kind, server.url];
      const { status, stderr } = await runProgram(args, { input });
      expect(stderr).toContain(words);
      expect(status).toBe(2);
    }
  });
});

describe("how messages are shown", () => {
  it.each([
    [["--pretty"], '{"a":[1]}', '{\n  "a": [\n    1\n  ]\n}\n'],
    [
      ["--pretty"],
      '{"b":12345678901234567890,"a":1.0,"a":[]}',
      '{\n  "b": 12345678901234567890,\n  "a": 1.0,\n  "a": []\n}\n',
    ],
    [["--filter", "$.a[*].b"], '{"a":[{"b":"x"},{"b":2}]}', "x\n2\n"],
    [["--filter", "a.b"], '{"a":{"b":{"c":1}}}', '{"c":1}\n'],
    [["-F", "%n:%k:%b:%p\\t%%%x"], "é", "1:text:2:é\t%c3a9\n"],
    [["--binary", "--binary-display", "hex"], "AB", "4142\n"],
    [["--binary", "--binary-display", "base64"], "AB", "QUI=\n"],
    [
      ["--binary", "--binary-display", "hexdump"],
      "0123456789abcdef!",
      "17 bytes\n" +
        "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n" +
        "00000010  21                                                |!|\n",
    ],
  ])("%j", async (args, message, stdout) => {
    await using server = await startBareServer(echo);
    const result = await runProgram(["send", "-q", "-1", ...args, server.url, message]);
    expect(result).toEqual({ status: 0, stdout, stderr: "" });
  });

  it("has time and round trip before it where that is asked for", async () => {
    await using server = await startBareServer(echo);
    const shown = async (...args: readonly string[]): Promise<string> =>
      (await runProgram(["send", "-q", "-1", ...args, server.url, "x"])).stdout;
    expect(await shown("-t")).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z x\n$/);
    expect(await shown("--timestamps=delta", "--rtt")).toMatch(/^\+\d+\.\d{3} \(\d+\.\d ms\) x\n$/);
    expect(await shown("-t=rel")).toMatch(/^\d+\.\d{3} x\n$/);
  });

  it("is the newest only with --watch, and acts on the terminal with --raw alone", async () => {
    await using server = await startBareServer((socket) => {
      socket.send("old");
      socket.send("new \x1b[31mred");
    });
    using watching = openScreen(["--watch", "-C", "2", server.url]);
    await watching.until((rows) => rows.at(-1) === "new ␛[31mred");
    expect(await watching.exit).toBe(0);
    // The screen was cleared between the two.
    expect(watching.raw()).toContain("\x1b[H\x1b[2Jold\r\n\x1b[H\x1b[2Jnew");
    using raw = openScreen(["--raw", "-C", "2", server.url]);
    expect(await raw.exit).toBe(0);
    expect(raw.raw()).toContain("new \x1b[31mred");
    const piped = await runProgram(["-q", "--watch", "-C", "2", server.url]);
    expect(piped.stdout).toBe("old\nnew \x1b[31mred\n");
  });

  it("says which pings and pongs come with --show-control", async () => {
    await using server = await startBareServer((socket) => {
      socket.ping("are you there\x1b");
      socket.on("pong", () => socket.send("thanks"));
    });
    const { stderr } = await runProgram(["-1", "--show-control", server.url]);
    expect(stderr).toContain("< ping “are you there␛”");
  });
});

describe("--reconnect", () => {
  it("says -x again and goes on, but not after 1008, and not for ever", async () => {
    const got: string[] = [];
    let connections = 0;
    await using server = await startBareServer((socket) => {
      connections += 1;
      const mine = connections;
      socket.on("message", (data: Buffer) => {
        got.push(data.toString());
        if (data.toString() === "cut" && mine === 1) socket.terminate();
        else socket.send(data, { binary: false });
      });
    });
    const args = ["-q", "--reconnect=5", "-i", "-x", "hello", "-C", "3", server.url];
    const program = startProgram(args);
    await program.printed("hello\n");
    program.child.stdin.write("cut\n");
    await eventually(() => got.filter((each) => each === "hello").length).toBe(2);
    program.child.stdin.write("more\n");
    expect(await program.result).toMatchObject({ status: 0, stdout: "hello\nhello\nmore\n" });
    await using strict = await startBareServer((socket) => socket.close(1008));
    expect((await runProgram(["--reconnect", strict.url])).status).toBe(9);
  });
});

describe("a dead link", () => {
  it("is no error where --reconnect finds another", async () => {
    let connections = 0;
    await using server = await startBareServer(
      (socket) => {
        connections += 1;
        if (connections === 1) socket.pause();
        else socket.send("back");
      },
      { autoPong: false },
    );
    const args = ["--reconnect", "--ping-interval", "0.1", "--ping-timeout", "0.2", "-C", "1"];
    const { status, stdout, stderr } = await runProgram(["--eof-wait", "-1", ...args, server.url]);
    expect(stderr).toContain("No pong for 0.2 s: the link is dead.");
    expect({ status, stdout }).toEqual({ status: 0, stdout: "back\n" });
  });
});

describe("a refused handshake", () => {
  it("shows status, what the headers tell, body and a hint, and nothing of it acts", async () => {
    await using server = await startWebServer((_request, response) => {
      response.writeHead(401, {
        "content-type": "text/plain",
        "www-authenticate": 'Basic realm="\x9bx"',
        server: "test",
      });
      response.end("who\x1b[2J?");
    });
    const { status, stderr } = await runProgram([server.url]);
    expect(stderr).toBe(
      `${server.url} refused the WebSocket: HTTP 401 Unauthorized. It says: who␛[2J? ` +
        "It wants a login at the handshake: --auth NAME asks for a password, -H @FILE sends a header.\n" +
        '  www-authenticate: Basic realm="<U+009B>x"\n  server: test\n',
    );
    expect(status).toBe(5);
  });

  it("of 400 leaves the reason to the server, where it gives one", async () => {
    await using ours = await startServer({ faults: true });
    const wrong = await runProgram([`${ours.url}/?fault=wrong`]);
    expect(wrong.stderr).toContain(
      `${ours.url}?fault=wrong refused the WebSocket: HTTP 400 Bad Request. It says: no fault has this name`,
    );
    expect(wrong.stderr).not.toContain("--dialect");
    await using silent = await startWebServer((_request, response) =>
      response.writeHead(400).end(),
    );
    const { stderr } = await runProgram([silent.url]);
    expect(stderr).toContain("It did not like the request; perhaps the --dialect.");
  });
});
