import { spawnSync } from "node:child_process";
import { createServer as createTlsServer } from "node:tls";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { exitStatuses } from "../src/exit.ts";
import { eventually } from "./support/eventually.ts";
import { programArguments, runProgram, startProgram } from "./support/program.ts";
import {
  closedPort,
  startArticleServer,
  startBareServer,
  startServer,
  startTcpServer,
  startWebServer,
} from "./support/servers.ts";

const env = { WSECHO_USER: "admin", WSECHO_PASSWORD: "123456" };
const plain = ["-q", "--dialect", "plain"];

describe("status 2: wrong arguments", () => {
  it("is an old Node's, too, which would fail to load the program", () => {
    const [condition = "", main = ""] = programArguments;
    const older = `Object.defineProperty(process.versions, "node", { value: "20.19.0" });`;
    const script = `${older} await import(${JSON.stringify(main)})`;
    const args = [condition, "--input-type=module", "-e", script];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(stderr).toMatch(/^wsecho needs Node 24 or newer; this one is 20.19.0/);
    expect(status).toBe(2);
  });

  it.each([
    [["connect", "--reconect", ":1"], "Did you mean --reconnect?"],
    [["conect", ":1"], "Did you mean connect?"],
    [[], "missing required argument 'url'"],
    [["--dialect", "v2", ":1"], "Allowed choices are v1, plain, auto, none."],
    [["--timeout", "soon", ":1"], "It must be a number of seconds above 0"],
    [["--timeout", "0", ":1"], "It must be a number of seconds above 0"],
    [["ws://127.0.0.1:99999"], "this is not a URL"],
    [["ftp://127.0.0.1/"], "use ws:// or wss://"],
    [["ws://127.0.0.1/#top"], "no #fragment"],
    [["--password", "x", "--password-stdin", ":1"], "cannot be used with"],
  ])("%j", async (args, words) => {
    const { status, stdout, stderr } = await runProgram(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(words);
  });

  it("never repeats a password from a URL that it cannot read", async () => {
    const { status, stderr } = await runProgram(["ws://admin:sekret@host:port"]);
    expect(status).toBe(2);
    expect(stderr).not.toContain("sekret");
  });
});

describe("status 3: no connection", () => {
  it("asks whether the server runs, where nothing listens", async () => {
    const port = await closedPort();
    // localhost may have two addresses, and both refuse.
    for (const url of [`ws://127.0.0.1:${port}`, `ws://localhost:${port}`]) {
      const { status, stderr } = await runProgram([url], { env });
      expect(stderr).toBe(
        `Nothing listens at ${url}. Is the server running? Start one with: wsecho-server --demo\n`,
      );
      expect(status).toBe(3);
    }
  });

  it("says that a host does not exist", async () => {
    // Longer than a label may be, so that no name server has to be asked.
    const { status, stderr } = await runProgram([`ws://${"x".repeat(64)}.invalid`], { env });
    expect(stderr).toContain("is not known (DNS)");
    expect(status).toBe(3);
  });

  it("says that the server hung up", async () => {
    await using server = await startTcpServer((socket) => socket.destroy());
    const { status, stderr } = await runProgram([server.url], { env });
    expect(stderr).toContain("hung up before it answered");
    expect(stderr).toContain("wants wss:// in place of ws://");
    expect(status).toBe(3);
  });
});

describe("status 4: TLS", () => {
  it("suggests ws:// where the server speaks no TLS", async () => {
    await using server = await startWebServer((_request, response) => response.end());
    const { status, stderr } = await runProgram([server.url.replace("ws:", "wss:")], { env });
    expect(stderr).toContain("try ws:// instead of wss://");
    expect(status).toBe(4);
  });

  it("says what the handshake stumbled over", async () => {
    // Without a certificate no handshake comes about.
    const server = createTlsServer({}).listen(0, "127.0.0.1");
    try {
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const { status, stderr } = await runProgram([`wss://127.0.0.1:${port}`], { env });
      expect(stderr).toMatch(
        /TLS with .* failed: .*handshake failure\. .*no version or cipher of TLS/,
      );
      expect(status).toBe(4);
    } finally {
      server.close();
    }
  });
});

describe("status 5: no WebSocket", () => {
  it("leaves the server's example of a fault whole, and hides the rest of the query in it", async () => {
    await using server = await startServer({ faults: true });
    const { stderr } = await runProgram([`${server.url}?fault=delay:2`], { env });
    expect(stderr).toContain("delay: write a time: delay:200ms, at most 5m");
    await using repeating = await startWebServer(({ url }, response) => {
      response.statusCode = 400;
      response.end(`no ${url ?? ""}`);
    });
    const seen = await runProgram([`${repeating.url}/?fault=delay:2&key=pl4nted`], { env });
    expect(seen.stderr).toContain("no /?fault=delay:2&***");
  });

  it("says that a web server is there", async () => {
    await using server = await startWebServer((_request, response) => {
      response.setHeader("content-type", "text/html").end("<h1>It works!</h1>");
    });
    const { status, stdout, stderr } = await runProgram([server.url], { env });
    expect(stderr).toBe(
      `${server.url} refused the WebSocket: HTTP 200 OK. ` +
        "A web server is there, but no WebSocket. Check the path.\n",
    );
    expect({ status, stdout }).toEqual({ status: 5, stdout: "" });
  });

  it("shows what a refusal says, and nothing of it acts on the terminal", async () => {
    await using server = await startWebServer((_request, response) => {
      response.writeHead(404, { "content-type": "text/plain" });
      response.end("no such room\n\x1b]0;owned\x07\u202ered");
    });
    const { status, stderr } = await runProgram([`${server.url}/room`], { env });
    expect(stderr).toBe(
      `${server.url}/room refused the WebSocket: HTTP 404 Not Found. ` +
        "There is no WebSocket at this path. It says: no such room\n  ␛]0;owned␇<U+202E>red\n",
    );
    expect(status).toBe(5);
  });

  it("does not wait for the end of an endless refusal", async () => {
    await using server = await startWebServer((_request, response) => {
      response.writeHead(503, { "content-type": "text/plain" });
      response.write("busy ".repeat(10_000));
    });
    const { status, stderr } = await runProgram([server.url], { env });
    expect(stderr).toContain("HTTP 503 Service Unavailable. The server, or a proxy");
    expect(stderr).toContain("It says: busy busy");
    expect(stderr.length).toBeLessThan(8 * 1024 + 300);
    expect(status).toBe(5);
  });

  it("says where a redirect leads", async () => {
    await using server = await startWebServer((_request, response) => {
      response.writeHead(301, { location: "wss://elsewhere.example/" }).end();
    });
    const { status, stderr } = await runProgram([server.url], { env });
    expect(stderr).toContain("It redirects to wss://elsewhere.example/");
    expect(status).toBe(5);
  });

  it("names the subprotocol that the server wants", async () => {
    await using server = await startServer({ plain: false });
    const { status, stderr } = await runProgram([...plain, server.url], { env });
    expect(stderr).toContain("HTTP 400");
    expect(stderr).toContain("wsecho.v1");
    expect(status).toBe(5);
  });

  it("suggests the plain dialect where the server knows no subprotocol", async () => {
    await using server = await startArticleServer();
    const { status, stderr } = await runProgram(["-u", "admin", server.url], { env });
    expect(stderr).toContain("add --dialect plain");
    expect(status).toBe(5);
  });

  it("stops at a server that only pretends to know v1", async () => {
    await using server = await startBareServer(() => undefined);
    const { status, stderr } = await runProgram(
      ["-u", "admin", "--connect-timeout", "1", server.url],
      { env },
    );
    expect(stderr).toContain("Is it a wsecho server?");
    expect(status).toBe(7);
  });

  it("stops at a server that speaks no HTTP", async () => {
    await using server = await startTcpServer((socket) => socket.write("SSH-2.0-OpenSSH_9.2\r\n"));
    const { status, stderr } = await runProgram([server.url], { env });
    expect(stderr).toContain("did not answer as a WebSocket server");
    expect(status).toBe(5);
  });
});

describe("status 6: the login", () => {
  it("says that the login was refused", async () => {
    await using server = await startServer();
    for (const dialect of ["v1", "plain"]) {
      const { status, stderr } = await runProgram(["--dialect", dialect, server.url], {
        env: { ...env, WSECHO_PASSWORD: "wrong" },
      });
      expect(stderr).toMatch(/^The login was refused.*\. Check the user name and the password\./);
      // Plain does not tell how many are left.
      expect(stderr.includes("more would have been allowed")).toBe(dialect === "v1");
      expect(status).toBe(6);
    }
  });

  it("says how to give a password where nobody can be asked", async () => {
    await using server = await startServer();
    const { status, stderr } = await runProgram([server.url], { input: "hello\n" });
    expect(stderr).toBe(
      "There is no terminal to ask for the login at. Give --user NAME and the password by " +
        "--password-file FILE, --password-stdin or WSECHO_PASSWORD, or a token by --token-file FILE.\n" +
        "Not logged in: the server asks for a login.\n",
    );
    expect(status).toBe(6);
  });

  it("trusts no server that skips the proof", async () => {
    const hello = {
      type: "hello",
      mechanisms: ["scram-sha-256"],
      limits: {
        maxMessageBytes: 1000,
        maxLoginBytes: 1000,
        maxAttempts: 3,
        authTimeoutMs: 1000,
        idleTimeoutMs: 1000,
      },
      features: [],
    };
    await using server = await startBareServer(
      (socket) => {
        socket.send(JSON.stringify(hello));
        socket.on("message", () => socket.send(JSON.stringify({ type: "ok", user: "admin" })));
      },
      { handleProtocols: () => "wsecho.v1" },
    );
    const { status, stdout, stderr } = await runProgram([server.url], { env, input: "secret\n" });
    expect(stderr).toContain("did not prove that it knows the password");
    expect({ status, stdout }).toEqual({ status: 6, stdout: "" });
  });

  it("does not send the password itself over a network without being told to", async () => {
    // This machine again, by an address that does not say so.
    await using server = await startArticleServer();
    const { status, stderr } = await runProgram(
      ["--dialect", "plain", server.url.replace("127.0.0.1", "0.0.0.0")],
      { env },
    );
    expect(stderr).toContain("--allow-insecure-password");
    expect(status).toBe(6);
    expect(server.log).toEqual([]);
  });
});

describe("status 7: time", () => {
  it("gives up on a server that never answers the handshake", async () => {
    await using server = await startTcpServer(() => undefined);
    const { status, stderr } = await runProgram(["--connect-timeout", "0.3", server.url], { env });
    expect(stderr).toContain("did not answer in time");
    expect(status).toBe(7);
  });
});

describe("status 8: a broken connection", () => {
  it("says how many messages are missing when the server vanishes", async () => {
    await using server = await startArticleServer({
      instead: { two: (socket) => socket.terminate() },
    });
    const program = startProgram([...plain, server.url], env);
    program.child.stdin.write("one\n");
    await program.printed("one");
    program.child.stdin.write("two\n");
    // The input stays open: the program has to notice by itself.
    expect(await program.result).toEqual({
      status: 8,
      stdout: "your submit context: one\n",
      stderr:
        "The connection broke without a close (1006). --reconnect comes back by itself.\n" +
        "1 message was lost: sent, but the connection ended before the reply.\n",
    });
  });
});

describe("status 9: the server closes with an error", () => {
  it("says that a message was too big", async () => {
    await using server = await startServer({ limits: { maxMessageBytes: 1000 } });
    const result = await runProgram([...plain, server.url], { input: "x".repeat(2000), env });
    expect(result).toEqual({
      status: 9,
      stdout: "",
      stderr:
        "The server closed with 1009 (message too big).\n" +
        "1 message was lost: sent, but the connection ended before the reply.\n",
    });
  });

  it("says that the server restarts", async () => {
    await using server = await startServer();
    const program = startProgram(["-q", server.url], env);
    program.child.stdin.write("one\n");
    await program.printed("one\n");
    await server.server.close({ restarting: true });
    expect(await program.result).toEqual({
      status: 9,
      stdout: "one\n",
      stderr:
        "The server closed with 1012 (server is restarting). --reconnect comes back by itself.\n",
    });
  });

  it("says why in words that cannot act", async () => {
    await using server = await startArticleServer({
      instead: { bye: (socket) => socket.close(4001, "\x1b[2Jgone\nfor good\u202e") },
    });
    const result = await runProgram([...plain, server.url], { input: "bye\n", env });
    expect(result.stderr).toContain(
      "The server closed with 4001 (a code unknown here), saying “␛[2Jgone␊for good<U+202E>”.",
    );
    expect(result.status).toBe(9);
  });

  it("does not call it a success when the server leaves before the end of the input", async () => {
    await using server = await startArticleServer({
      instead: { two: (socket) => socket.close(1000) },
    });
    const program = startProgram([...plain, server.url], env);
    program.child.stdin.write("one\n");
    await program.printed("one");
    program.child.stdin.write("two\n");
    const { status, stderr } = await program.result;
    expect(stderr).toContain("The server closed with 1000 (normal close).");
    expect(status).toBe(9);
  });
});

describe("signals", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s leaves politely with %i", async (signal, status) => {
    await using server = await startArticleServer();
    const program = startProgram(["--dialect", "plain", server.url], env);
    await program.said("Connected");
    program.child.kill(signal);
    expect((await program.result).status).toBe(status);
    expect(await server.left).toEqual({ code: 1000, reason: "user exit" });
  });

  it("does not wait for a reader that has stopped reading", async () => {
    await using server = await startServer();
    const program = startProgram(["-q", server.url], env);
    program.child.stdout.pause();
    program.child.stdin.write(`${"x".repeat(100_000)}\n`.repeat(20));
    await eventually(() => program.child.stdout.readableLength).toBeGreaterThan(0);
    program.child.kill("SIGTERM");
    await once(program.child, "exit");
    expect(program.child.exitCode).toBe(143);
    program.child.stdout.resume();
    await program.result;
  });

  it("a second one does not wait for the server", async () => {
    await using server = await startArticleServer();
    const program = startProgram(["--dialect", "plain", server.url], env);
    await program.said("Connected");
    for (const socket of server.sockets) socket.pause();
    const [socket] = server.sockets;
    const first = performance.now();
    // Two that come while the program is not running are one for it.
    const signals = setInterval(() => program.child.kill("SIGINT"), 100);
    const { status } = await program.result;
    clearInterval(signals);
    expect(status).toBe(130);
    // The close alone would take three seconds.
    expect(performance.now() - first).toBeLessThan(2000);
    socket?.terminate();
  });
});

describe("the help", () => {
  it("names every status, and goes to stdout", async () => {
    for (const args of [["--help"], ["connect", "--help"]]) {
      const { status, stdout, stderr } = await runProgram(args);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      for (const { status: number, meaning } of Object.values(exitStatuses))
        expect(stdout).toContain(`  ${String(number).padEnd(4)} ${meaning}\n`);
      expect(stdout).toContain("$ wsecho connect ws://127.0.0.1:5678");
    }
  });

  it("gives the version", async () => {
    const { status, stdout } = await runProgram(["--version"]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "0.1.0\n" });
  });
});

describe("status 0: what nobody reads", () => {
  it.each([[["--help"]], [["bench", "--help"]], [["man"]], [["completion", "zsh"]]])(
    "is cut off without a word: %j",
    async (args) => {
      const { child, result } = startProgram(args);
      child.stdout.destroy();
      expect(await result).toMatchObject({ status: 0, stderr: "" });
    },
  );
});
