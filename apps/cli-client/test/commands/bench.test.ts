import { describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import type { BenchResult } from "../../src/bench/result.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { openScreen } from "../support/screen.ts";
import { closedPort, startBareServer, startServer, startWebServer } from "../support/servers.ts";

const env = { WSECHO_USER: "admin", WSECHO_PASSWORD: "123456" };

/** A bench of a second or less, whose result is read. */
const bench = async (args: readonly string[], environment: Record<string, string> = {}) => {
  const { status, stdout, stderr } = await runProgram(["bench", "--json", ...args], {
    env: environment,
  });
  const result = stdout === "" ? null : (JSON.parse(stdout) as BenchResult);
  return { status, stderr, result };
};
const echo = (socket: WebSocket): void => {
  socket.on("message", (data, binary) => socket.send(data as Buffer, { binary }));
};

describe("a bench", () => {
  it.each([
    ["v1", []],
    ["v1", ["--binary"]],
    ["plain", []],
    ["plain", ["--binary"]],
  ])("logs in and has every echo compared: %s %j", async (dialect, more) => {
    await using server = await startServer();
    const args = ["--dialect", dialect, "-c", "3", "--in-flight", "4", "-n", "300", ...more];
    const { status, result, stderr } = await bench([...args, server.url], env);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(result).toMatchObject({
      loop: "closed",
      connections: { asked: 3, opened: 3 },
      sent: 300,
      echoed: 300,
      failures: {},
    });
    expect(result?.latencyMs?.p50).toBeGreaterThan(0);
  });

  it("takes the password from the input where that is asked for, as connect does", async () => {
    await using server = await startServer();
    for (const option of [["--password-stdin"], ["--password-file", "-"]]) {
      const args = ["bench", "--json", "-u", "admin", ...option, "-n", "5", server.url];
      const { status, stdout } = await runProgram(args, { input: "123456\n" });
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ echoed: 5 });
    }
  });

  it("takes a server that asks for no login as it is, and shows a table", async () => {
    await using server = await startBareServer(echo);
    const args = ["bench", "--size", "0", "-n", "10", server.url];
    const { status, stdout } = await runProgram(args);
    expect(status).toBe(0);
    expect(stdout).toContain("10 sent, 10 echoed byte for byte, nothing lost or out of order");
  });

  it("gives no stranger a login that only the environment has, and says so", async () => {
    const offers: (string | undefined)[] = [];
    await using server = await startBareServer(echo, {
      verifyClient: ({ req }, done) => {
        offers.push(req.headers["sec-websocket-protocol"]);
        done(true);
      },
      handleProtocols: () => false,
    });
    for (const environment of [env, { WSECHO_USER: "ada" }, { WSECHO_TOKEN: "sekret" }]) {
      const { status, result, stderr } = await bench(["-n", "5", server.url], environment);
      expect(stderr).toContain("The login in the environment was not used");
      expect({ status, result }).toMatchObject({ status: 0, result: { sent: 5, echoed: 5 } });
      // It was asked once what it is, and then talked to.
      expect(offers.splice(0)).toEqual(["wsecho.none,wsecho.v1", undefined]);
    }
    await using ours = await startServer();
    expect((await bench(["-n", "5", ours.url], env)).result).toMatchObject({ echoed: 5 });
  });

  it("sends headers and a login with each handshake", async () => {
    await using server = await startBareServer(echo, {
      verifyClient: ({ req: { headers } }, done) =>
        done(headers["x-key"] === "2" && headers.authorization === "Bearer sekret", 401),
    });
    const login = ["--auth", "sekret", "--auth-type", "bearer", "-n", "4", "-c", "2", server.url];
    expect((await bench(["-H", "X-Key: 2", ...login])).result).toMatchObject({ echoed: 4 });
    expect((await bench(login)).result?.failures).toEqual({ "HTTP 401": 2 });
  });

  it.each([
    ["refuses the handshake", 5, (url: string) => [url], { verifyClient: () => false }],
    ["is no WebSocket's", 4, (url: string) => [url.replace("ws:", "wss:")], {}],
  ] as const)(
    "that reaches no server that echoes ends as a connection would: it %s",
    async (_, status, argsOf, options) => {
      await using server = await startBareServer(echo, options);
      const args = ["bench", "-n", "1", ...argsOf(server.url)];
      const ended = await runProgram(args);
      expect(ended.status).toBe(status);
      expect(ended.stderr).toContain(`wsecho doctor ${argsOf(server.url)[0]} looks for the reason`);
    },
  );

  it("makes messages by a template, and compares each byte of their echoes", async () => {
    const heard: string[] = [];
    await using server = await startBareServer((socket) =>
      socket.on("message", (data: Buffer) => {
        const text = data.toString();
        heard.push(text);
        socket.send(text.startsWith('{"n":3,') ? text.replace("ü", "u") : text);
      }),
    );
    const template = '{"n":{{n}},"of":{{connection}},"r":"{{random}}","ü":1}';
    const args = ["-n", "5", "--in-flight", "5", "--timeout", "1", "--template", template];
    const { result, status } = await bench([...args, "-c", "1", server.url]);
    expect(heard[4]).toMatch(/^\{"n":4,"of":0,"r":"[\da-f]{8}","ü":1\}$/);
    expect(result).toMatchObject({ sent: 5, echoed: 4, corrupt: 1, lost: 1, sizeBytes: 36 });
    expect(status).toBe(9);
    const wrong = await bench(["--template", "{{m}}", server.url]);
    expect(wrong.stderr).toContain("--template: {{m}} is none of {{n}}");
    expect(wrong.status).toBe(2);
    await using ours = await startServer();
    const binary = await bench(["-n", "5", "--binary", "--template", "ü{{n}}", ours.url], env);
    expect(binary.result).toMatchObject({ echoed: 5, sizeBytes: 3 });
  });

  it.each([["none"], ["v1"]])("has slow readers, counted apart: %s", async (dialect) => {
    await using stranger = await startBareServer(echo);
    await using ours = await startServer();
    const url = dialect === "none" ? stranger.url : ours.url;
    const args = ["--dialect", dialect, "-c", "4", "--slow-readers", "50", "--rate", "40"];
    const { result, status } = await bench([...args, "-d", "1.5", url], env);
    const slow = result?.slowReaders;
    expect(result).toMatchObject({ connections: { asked: 4, opened: 4 }, sent: 30, echoed: 30 });
    expect(slow).toMatchObject({
      connections: { asked: 2, opened: 2 },
      sent: 30,
      echoed: 30,
      failures: {},
    });
    // Nothing was read for the first second.
    expect(slow?.latencyMs?.max).toBeGreaterThan(900);
    expect(status).toBe(0);
    const table = await runProgram(["bench", ...args, "-n", "8", url], { env });
    expect(table.stdout).toContain(
      "slow readers, counted apart: 2 of 2 opened\nmessages    4 sent",
    );
    const none = await bench(["--slow-readers", "10", url], env);
    expect(none.stderr).toContain("10 % of 1 connections is none");
  });

  it("counts what is lost, doubled, out of order and altered", async () => {
    await using server = await startBareServer((socket) => {
      let n = 0;
      let held = "";
      socket.on("message", (data: Buffer) => {
        const text = data.toString();
        n += 1;
        if (n === 1) return;
        if (n === 2) held = text;
        else if (n === 3) [text, held, held, `${text}!`].forEach((each) => socket.send(each));
        else socket.send(text);
      });
    });
    const args = ["--in-flight", "4", "-n", "4", "--timeout", "1", server.url];
    const { status, result, stderr } = await bench(args);
    expect(result).toMatchObject({ sent: 4, echoed: 3, lost: 1, doubled: 1, corrupt: 1 });
    expect(result?.reordered).toBeGreaterThan(0);
    expect(stderr).toContain("Not every message had its echo.");
    expect(status).toBe(9);
  });

  it("with a rate counts from when a message was due, so that a stall cannot hide", async () => {
    await using server = await startBareServer((socket) => {
      let stalled = false;
      socket.on("message", (data: Buffer) => {
        if (!stalled) {
          stalled = true;
          socket.pause();
          setTimeout(() => socket.resume(), 400);
        }
        socket.send(data.toString());
      });
    });
    const args = ["--rate", "200", "-d", "0.8", "--fail-if", "mean>20ms", server.url];
    const { status, result, stderr } = await bench(args);
    expect(result).toMatchObject({ loop: "open", sent: 160, echoed: 160 });
    // Half of the messages were due while it stood still, though only one was asked first.
    expect(result?.latencyMs?.max).toBeGreaterThan(300);
    expect(stderr).toContain("Failed: mean>20ms: it was");
    expect(status).toBe(10);
  });

  it("shows on a terminal how it goes, and leaves nothing of that behind", async () => {
    await using server = await startBareServer(echo);
    using screen = openScreen(["bench", "-n", "100", "--rate", "50", server.url], { columns: 100 });
    await screen.until((rows) =>
      rows.some((row) => /^sending \d+\.\d s: \d+ echoes, \d+\/s, p99 \d+\.\d+ ms$/.test(row)),
    );
    expect(await screen.exit).toBe(0);
    expect(screen.rows().join("\n")).toContain("100 echoed byte for byte");
    expect(screen.rows().join("\n")).not.toContain("echoes,");
  });

  it("counts failures by their kind", async () => {
    await using refusing = await startWebServer((_request, response) => {
      response.writeHead(503).end();
    });
    const refused = await bench(["-c", "3", "--fail-if", "failures>9", refusing.url]);
    expect(refused).toMatchObject({ status: 5, result: { failures: { "HTTP 503": 3 } } });
    const nobody = await bench([`ws://127.0.0.1:${await closedPort()}`]);
    expect(nobody).toMatchObject({ status: 3, result: { failures: { ECONNREFUSED: 1 } } });
    await using closing = await startBareServer((socket) => {
      socket.on("message", () => socket.close(1011));
    });
    const closed = await bench(["-n", "5", closing.url]);
    expect(closed).toMatchObject({
      status: 9,
      result: { lost: 1, failures: { "closed 1011": 1 } },
    });
    await using server = await startServer();
    const login = await bench([server.url], { ...env, WSECHO_PASSWORD: "wrong" });
    expect(login).toMatchObject({ status: 6, result: { failures: { "login refused": 1 } } });
  });

  it("says why our server closes on whoever did not log in", async () => {
    await using server = await startServer();
    const { status, result } = await bench(["-c", "2", "--in-flight", "8", "-n", "20", server.url]);
    expect(result?.failures).toEqual({ "closed 4429 (too many login attempts)": 2 });
    expect(status).toBe(9);
  });

  it("opens connections as fast as the ramp says, and no faster", async () => {
    const times: number[] = [];
    await using server = await startBareServer((socket) => {
      times.push(performance.now());
      echo(socket);
    });
    const began = performance.now();
    const { result } = await bench(["-c", "3", "--ramp", "2", "-n", "3", server.url]);
    expect(result?.connections.opened).toBe(3);
    // Two steps of half a second, counted from before the program began: each connection, the first
    // too, may only come later than its time.
    expect((times.at(-1) ?? 0) - began).toBeGreaterThan(990);
  });

  it("shows what it has at Ctrl-C", async () => {
    const talking = Promise.withResolvers<undefined>();
    await using server = await startBareServer((socket) => {
      echo(socket);
      socket.once("message", () => talking.resolve(undefined));
    });
    const { child, result } = startProgram(["bench", "-d", "60", "--json", server.url]);
    await talking.promise;
    child.kill("SIGINT");
    const { status, stdout } = await result;
    expect(JSON.parse(stdout)).toMatchObject({ lost: 0, connections: { opened: 1 } });
    expect(status).toBe(130);
  });

  it.each([
    [["--fail-if", "p99>1"], "needs a unit of time"],
    [["-c", "0"], "whole number from 1"],
    [["--dialect", "v1"], "to log in, give --user NAME"],
  ])("refuses %j", async (args, words) => {
    const { status, stderr } = await bench([...args, ":1"]);
    expect(stderr).toContain(words);
    expect(status).toBe(2);
  });
});
