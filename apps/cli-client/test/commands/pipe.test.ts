import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { startArticleServer, startBareServer, startServer } from "../support/servers.ts";

const env = { WSECHO_USER: "admin", WSECHO_PASSWORD: "123456" };

describe("piped input", () => {
  it("sends each line and prints each reply, and nothing else, on stdout", async () => {
    await using server = await startServer();
    const result = await runProgram(["connect", server.url], {
      input: "hello\n\n  spaces  \nexit\ncarriage\r\n\u{feff}bom\n你好 🎉\nno line feed at the end",
      env,
    });
    expect(result).toEqual({
      status: 0,
      stdout:
        "hello\n\n  spaces  \nexit\ncarriage\r\n\u{feff}bom\n你好 🎉\nno line feed at the end\n",
      stderr: `Connected to ${server.url} as admin (v1).\n`,
    });
  });

  it("prints what a plain server sent, prefix and all, and leaves with the agreed reason", async () => {
    await using server = await startArticleServer();
    const result = await runProgram(["--dialect", "plain", "-q", server.url], {
      input: "one\ntwo\n",
      env,
    });
    expect(result).toEqual({
      status: 0,
      stdout: "your submit context: one\nyour submit context: two\n",
      stderr: "",
    });
    expect(await server.left).toEqual({ code: 1000, reason: "user exit" });
  });

  it("gets 50,000 replies to 50,000 lines, in order", async () => {
    await using server = await startServer();
    const input = Array.from({ length: 50_000 }, (_, index) => `line ${index}\n`).join("");
    const result = await runProgram(["-q", server.url], { input, env });
    expect(result.stderr).toBe("");
    expect(result.status).toBe(0);
    expect(result.stdout === input).toBe(true);
  });

  it("waits at the end for replies that take their time", async () => {
    await using server = await startServer({
      onMessage: async (message) => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        return message.kind === "text" ? message.text : message.data;
      },
    });
    const result = await runProgram(["-q", server.url], { input: "one\ntwo\n", env });
    expect(result).toEqual({ status: 0, stdout: "one\ntwo\n", stderr: "" });
  });

  it("keeps the bytes of a reply as they are", async () => {
    await using server = await startServer();
    const input = "\x1b]0;title\x07 \x9b31m \u202e \x00 \x7f\n";
    const result = await runProgram(["-q", server.url], { input, env });
    expect(result).toEqual({ status: 0, stdout: input, stderr: "" });
  });

  it("keeps what was piped in before the connection is open", async () => {
    await using server = await startArticleServer({ onConnection: (socket) => socket.pause() });
    const program = startProgram(["--dialect", "plain", "-q", server.url], env);
    program.child.stdin.end("early\n");
    await once(program.child.stdin, "finish");
    await eventually(() => server.sockets.size).toBe(1);
    for (const socket of server.sockets) socket.resume();
    expect(await program.result).toEqual({
      status: 0,
      stdout: "your submit context: early\n",
      stderr: "",
    });
  });

  it("sends a line as soon as it is there, without waiting for the end", async () => {
    await using server = await startServer();
    const program = startProgram(["-q", server.url], env);
    program.child.stdin.write("first\n");
    await program.printed("first\n");
    program.child.stdin.write("second\n");
    await program.printed("second\n");
    program.child.stdin.end();
    expect((await program.result).status).toBe(0);
  });

  it("reads no faster than its reader, whose slowness is nobody's silence", async () => {
    let received = 0;
    await using server = await startServer({
      onMessage: (message) => {
        received += 1;
        return message.kind === "text" ? message.text : message.data;
      },
    });
    const program = startProgram(["-q", "--timeout", "1", server.url], env);
    program.child.stdout.pause();
    const line = `${"x".repeat(1023)}\n`;
    const total = 8_000;
    for (let sent = 0; sent < total; sent += 1) program.child.stdin.write(line);
    program.child.stdin.end();
    // Longer than --timeout: a reader that takes its time is no silence of the server.
    await eventually(() => received).toBeGreaterThan(0);
    await steady(() => received, 1200);
    expect(received).toBeLessThan(total / 2);
    expect(program.child.stdin.writableLength).toBeGreaterThan(0);
    program.child.stdout.resume();
    const result = await program.result;
    expect({ ...result, stdout: result.stdout.length }).toEqual({
      status: 0,
      stdout: total * line.length,
      stderr: "",
    });
  });

  it("loses nothing of what a server sends unasked, however slow the reader", async () => {
    const unasked = Array.from({ length: 5000 }, (_, index) => `${index} ${"x".repeat(1000)}`);
    await using server = await startArticleServer({
      instead: {
        flood: (socket) => {
          for (const text of unasked) socket.send(text);
          socket.send("your submit context: flood");
        },
      },
    });
    const args = ["-q", "--dialect", "plain", "--timeout", "1", server.url];
    const program = startProgram(args, env);
    program.child.stdin.write("one\n");
    await program.printed("context: one\n");
    program.child.stdout.pause();
    program.child.stdin.end("flood\n");
    await eventually(() => server.log.at(-1)).toBe("flood");
    // Longer than --timeout.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    program.child.stdout.resume();
    const { status, stdout, stderr } = await program.result;
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toBe(
      ["your submit context: one", ...unasked, "your submit context: flood", ""].join("\n"),
    );
  });

  it("takes what a server says unasked for a sign of life while a reply is owed", async () => {
    await using server = await startArticleServer({
      instead: {
        think: (socket) => {
          let spoken = 0;
          const talk = setInterval(() => {
            spoken += 1;
            if (spoken === 16) clearInterval(talk);
            socket.send(spoken === 16 ? "your submit context: think" : `thinking ${spoken}`);
          }, 100);
        },
      },
    });
    const args = ["-q", "--dialect", "plain", "--timeout", "1", server.url];
    const { status, stdout, stderr } = await runProgram(args, { env, input: "think\n" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.split("\n").slice(-3)).toEqual(["thinking 15", "your submit context: think", ""]);
  });

  it("leaves quietly when nobody reads its output any more", async () => {
    await using server = await startServer();
    const program = startProgram(["-q", server.url], env);
    program.child.stdin.write("one\n");
    await program.printed("one\n");
    program.child.stdout.destroy();
    // It learns of the closed pipe at its next write.
    program.child.stdin.write("two\n");
    expect(await program.result).toEqual({ status: 0, stdout: "one\n", stderr: "" });
  });

  it("works with no input at all", async () => {
    await using server = await startServer();
    expect(await runProgram(["-q", server.url], { env })).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
    });
  });

  it("answers pings while it waits for input", async () => {
    const pongs = Promise.withResolvers<undefined>();
    await using server = await startArticleServer({
      onConnection: (socket) => {
        let count = 0;
        socket.on("pong", () => {
          count += 1;
          if (count === 3) pongs.resolve(undefined);
          else socket.ping();
        });
        socket.ping();
      },
    });
    const program = startProgram(["--dialect", "plain", server.url], env);
    await program.said("Connected");
    await pongs.promise;
    program.child.stdin.end();
    expect((await program.result).status).toBe(0);
  });
});

describe("piped input with --reconnect", () => {
  it("goes on after a cut, and ends with what was lost", async () => {
    await using server = await startArticleServer({
      instead: { cut: (socket) => socket.terminate() },
    });
    const program = startProgram(["--dialect", "plain", "--reconnect", server.url], env);
    program.child.stdin.write("one\n");
    await program.printed("context: one\n");
    program.child.stdin.write("cut\n");
    await program.said("Connected again");
    program.child.stdin.end("two\n");
    const { status, stdout, stderr } = await program.result;
    expect(stdout).toBe("your submit context: one\nyour submit context: two\n");
    expect(stderr).toMatch(
      /1 message was lost: sent, but the connection ended before the reply\.\n$/,
    );
    expect(status).toBe(9);
  });

  it("comes back to a server that restarts, by SCRAM", async () => {
    const first = await startServer();
    const program = startProgram(["--reconnect", first.url], env);
    program.child.stdin.write("one\n");
    await program.printed("one\n");
    await first.server.close({ restarting: true });
    await program.said("The server closed with 1012 (server is restarting)");
    await using second = await startServer({ port: first.port });
    program.child.stdin.end("two\n");
    const { status, stdout } = await program.result;
    expect(second.port).toBe(first.port);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "one\ntwo\n" });
  });
});

describe("input that cannot be sent", () => {
  it("stops at a line that is not UTF-8, after the replies to the others", async () => {
    await using server = await startServer();
    const input = Buffer.concat([
      Buffer.from("good\n"),
      Buffer.of(0xff, 10),
      Buffer.from("after\n"),
    ]);
    const result = await runProgram(["-q", server.url], { input, env });
    expect(result).toEqual({
      status: 2,
      stdout: "good\n",
      stderr:
        "Line 2 of the input is not valid UTF-8, so it is no text. Nothing after it was sent.\n",
    });
  });

  it("says when a line is larger than the server takes", async () => {
    await using server = await startServer({ limits: { maxMessageBytes: 1000 } });
    const input = `good\n${"x".repeat(2000)}\nafter\n`;
    const result = await runProgram(["-q", server.url], { input, env });
    expect(result.status).toBe(2);
    expect(result.stdout).toBe("good\n");
    expect(result.stderr).toMatch(/2\d\d\d bytes and the server allows 1000.*Nothing after it/);
  });
});

describe("a password for piped messages", () => {
  it("comes from the first line of the input", async () => {
    await using server = await startServer();
    const result = await runProgram(["-q", "-u", "admin", "--password-stdin", server.url], {
      input: "123456\nhello\n",
    });
    expect(result).toEqual({ status: 0, stdout: "hello\n", stderr: "" });
  });

  it("comes from a file", async () => {
    await using server = await startServer();
    const directory = await mkdtemp(join(tmpdir(), "wsecho-"));
    try {
      const file = join(directory, "password");
      await writeFile(file, "123456\r\nsecond line\n", { mode: 0o600 });
      const args = ["-q", "-u", "admin", "--password-file", file, server.url];
      expect(await runProgram(args, { input: "hi\n" })).toEqual({
        status: 0,
        stdout: "hi\n",
        stderr: "",
      });
      const missing = await runProgram(["--password-file", join(directory, "no"), server.url]);
      expect(missing.status).toBe(2);
      expect(missing.stderr).toContain("cannot be read (ENOENT)");
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it("works in the URL and as an option, with a warning that does not repeat it", async () => {
    await using server = await startArticleServer({ password: "sec:ret" });
    const url = server.url.replace("//", "//admin:sec%3Aret@");
    for (const args of [[url], ["-u", "admin", "--password", "sec:ret", server.url]]) {
      const result = await runProgram(["--dialect", "plain", ...args], { input: "hi\n" });
      expect(result.stdout).toBe("your submit context: hi\n");
      expect(result.status).toBe(0);
      expect(result.stderr).toContain("can be read by others in the process list");
      expect(result.stderr).toContain(`Connected to ${server.url} (plain).`);
      expect(result.stderr).not.toContain("sec");
    }
  });

  it.runIf(process.platform === "linux")("leaves the process list at once", async () => {
    await using server = await startArticleServer({ password: "sekret" });
    const program = startProgram(
      ["--dialect", "plain", "-u", "admin", "--password", "sekret", server.url],
      {},
    );
    await program.said("Connected");
    const { readFile } = await import("node:fs/promises");
    expect(await readFile(`/proc/${program.child.pid ?? 0}/cmdline`, "utf8")).not.toContain(
      "sekret",
    );
    program.child.stdin.end();
    await program.result;
  });
});

describe("replies that do not come", () => {
  it("are counted after --timeout, with status 7", async () => {
    await using server = await startBareServer((socket) => {
      let first = true;
      socket.on("message", () => {
        if (first)
          socket.send(
            "congratulation, you have connect with server\r\nnow, you can do something else",
          );
        first = false;
      });
    });
    const result = await runProgram(["-q", "--dialect", "plain", "--timeout", "0.3", server.url], {
      input: "one\ntwo\n",
      env,
    });
    expect(result.status).toBe(7);
    expect(result.stdout).toBe("");
    expect(result.stderr).toBe(
      "2 replies are missing after 0.3 s of silence; --timeout allows more.\n" +
        "2 messages were lost: sent, but the connection ended before the reply.\n",
    );
  });
});

/** Resolves when `read` has not changed for `ms`. */
async function steady(read: () => number, ms: number): Promise<void> {
  let last = -1;
  while (read() !== last) {
    last = read();
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}
