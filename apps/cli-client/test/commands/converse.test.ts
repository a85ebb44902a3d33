import { describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import { eventually } from "../support/eventually.ts";
import { logIn, prompted } from "../support/login.ts";
import { programArguments } from "../support/program.ts";
import { openScreen } from "../support/screen.ts";
import { closedPort, startArticleServer, startServer } from "../support/servers.ts";

const plain = ["--dialect", "plain"];

describe("a conversation", () => {
  it("echoes, and leaves at exit with the agreed reason", async () => {
    await using server = await startArticleServer();
    using screen = openScreen(["connect", ...plain, server.url]);
    await logIn(screen);
    screen.type("hello\r");
    await screen.shows("< your submit context: hello");
    screen.type("exit\r");
    expect(await server.left).toEqual({ code: 1000, reason: "user exit" });
    expect(await screen.exit).toBe(0);
    expect(screen.rows()).toEqual([
      "user name: admin",
      "password:",
      `Connected to ${server.url} (plain). Enter sends a line; exit leaves.`,
      "> hello",
      "< your submit context: hello",
      "> exit",
    ]);
    expect(server.log).toEqual(["admin:123456", "hello"]);
  });

  it("logs in by SCRAM unless told otherwise, and leaves at Ctrl-D", async () => {
    await using server = await startServer();
    using screen = openScreen([server.url]);
    await logIn(screen);
    await screen.shows(`Connected to ${server.url} as admin (v1).`);
    screen.type("你好 🎉\r");
    await screen.shows("< 你好 🎉");
    screen.type("\x04");
    expect(await screen.exit).toBe(0);
  });

  it("falls to plain only with --dialect auto", async () => {
    await using server = await startArticleServer();
    using screen = openScreen(["--dialect", "auto", "--user", "admin", server.url]);
    await screen.shows("password:");
    expect(screen.rows()).toEqual(["password:"]);
    screen.type("123456\r");
    await screen.shows("(plain)");
    screen.type("\x04");
    expect(await screen.exit).toBe(0);
    // The first connection was the offer of v1, which this server does not know.
    await eventually(() => server.lefts.at(-1)).toEqual({ code: 1000, reason: "user exit" });
  });

  it("leaves at Ctrl-C with a close, and the draft gone from the screen", async () => {
    await using server = await startArticleServer();
    using screen = openScreen([...plain, server.url]);
    await logIn(screen);
    screen.type("a draft\x03");
    expect(await server.left).toEqual({ code: 1000, reason: "user exit" });
    expect(await screen.exit).toBe(130);
    expect(screen.rows().at(-1)).toContain("Connected");
  });

  it("leaves at once at a second Ctrl-C, though the server says no goodbye", async () => {
    await using server = await startArticleServer();
    using screen = openScreen([...plain, server.url]);
    await logIn(screen);
    const [socket] = server.sockets;
    socket?.pause();
    screen.type("\x03");
    const first = performance.now();
    screen.type("\x03");
    expect(await screen.exit).toBe(130);
    // The close alone would take three seconds.
    expect(performance.now() - first).toBeLessThan(2000);
    socket?.terminate();
  });

  it("answers pings while a person thinks, before and after the login", async () => {
    let pongs = 0;
    await using server = await startArticleServer({
      onConnection: (socket: WebSocket) => {
        socket.on("pong", () => (pongs += 1));
      },
    });
    const answered = async (): Promise<void> => {
      const before = pongs;
      const [socket] = server.sockets;
      for (let ping = 1; ping <= 3; ping += 1) {
        const pong = new Promise((resolve) => socket?.once("pong", resolve));
        socket?.ping();
        await pong;
      }
      expect(pongs).toBe(before + 3);
    };
    using screen = openScreen([...plain, server.url]);
    await screen.shows("user name:");
    await answered();
    screen.type("admin\r");
    await screen.shows("password:");
    await answered();
    screen.type("123456\r");
    await prompted(screen);
    screen.type("a draft");
    await screen.shows("> a draft");
    await answered();
  });

  it("lets no byte of the server drive the terminal", async () => {
    await using server = await startArticleServer({
      instead: {
        attack: (socket) => {
          socket.send("\x1b]0;owned\x07\x1b[2J\x9b1;1Hred\u202e\n< forged");
          socket.send(Buffer.from("\x1b[2J"));
          socket.close(4000, "\x1b[?1049hbye\r\n");
        },
      },
    });
    using screen = openScreen([...plain, server.url], { columns: 120 });
    await logIn(screen);
    screen.type("attack\r");
    expect(await screen.exit).toBe(9);
    expect(screen.rows().slice(3)).toEqual([
      "> attack",
      "< ␛]0;owned␇␛[2J<U+009B>1;1Hred<U+202E>",
      "  < forged",
      "< (4 bytes) 1b5b324a",
      "The server closed with 4000 (a code unknown here), saying “␛[?1049hbye␍␊”.",
      "1 message was lost: sent, but the connection ended before the reply.",
    ]);
    // eslint-disable-next-line no-control-regex -- control sequences are what this is about
    expect(screen.raw()).not.toMatch(/owned\x07|\x1b\[2J|\x1b\[\?1049h/);
  });

  it("says what happened when the server vanishes, and keeps nothing of the prompt", async () => {
    await using server = await startServer();
    using screen = openScreen(["-u", "admin", server.url], { columns: 120 });
    await screen.shows("password:");
    screen.type("123456\r");
    await prompted(screen);
    screen.type("half a dra");
    await screen.shows("> half a dra");
    await server.server.close({ restarting: true });
    expect(await screen.exit).toBe(9);
    expect(screen.rows().slice(-2)).toEqual([
      `Connected to ${server.url} as admin (v1). Enter sends a line; exit leaves.`,
      "The server closed with 1012 (server is restarting). --reconnect comes back by itself.",
    ]);
  });

  it("stops and comes back with the draft, as a shell's jobs do", async () => {
    await using server = await startArticleServer();
    using screen = openScreen([...plain, server.url], {
      command: ["/bin/sh", "-c", 'set -m; "$@"; echo stopped; read answer; fg', "sh"].concat([
        process.execPath,
        ...programArguments,
      ]) as [string, ...string[]],
    });
    await logIn(screen);
    screen.type("draft\x1a");
    await screen.shows("stopped");
    screen.type("\r");
    await screen.until((rows) => rows.at(-1) === "> draft");
    screen.type("\r");
    await screen.shows("< your submit context: draft");
  });
});

describe("a refused login", () => {
  it("is tried again until the server has had enough", async () => {
    await using server = await startServer({ limits: { maxAttempts: 3 } });
    using screen = openScreen([server.url]);
    await screen.shows("user name:");
    screen.type("admin\rwrong\r");
    await screen.shows("2 attempts are left.");
    await screen.until((rows) => rows.at(-1) === "user name [admin]:");
    screen.type("nobody\rwrong\r");
    await screen.shows("1 attempt is left.");
    await screen.until((rows) => rows.at(-1) === "user name [nobody]:");
    screen.type("admin\rwrong\r");
    expect(await screen.exit).toBe(6);
    expect(screen.rows().join("")).toContain(
      "The login was refused. Check the user name and the password.",
    );
  });

  it("is tried again with the right password", async () => {
    for (const dialect of ["v1", "plain"]) {
      await using server = await startServer();
      using screen = openScreen(["--dialect", dialect, server.url], {
        env: { WSECHO_USER: "admin", WSECHO_PASSWORD: "wrong" },
      });
      await screen.until((rows) => rows.at(-1) === "user name [admin]:");
      screen.type("\r123456\r");
      await prompted(screen);
      screen.type("exit\r");
      expect(await screen.exit).toBe(0);
    }
  });
});

describe("a server without patience", () => {
  it("is asked again once the person has answered, and no password is typed into a shell", async () => {
    const logged: string[] = [];
    const note = (_fields: object, message: string): void => void logged.push(message);
    await using server = await startServer({
      // Long enough for a login that does not wait for a person, on a busy machine too.
      limits: { authTimeoutMs: 4000 },
      log: { debug: note, info: note, warn: note, error: note },
    });
    using screen = openScreen([server.url], {
      command: ["/bin/sh", "-c", '"$@"; echo "status $?"; read line', "sh"].concat([
        process.execPath,
        ...programArguments,
      ]) as [string, ...string[]],
    });
    await screen.shows("user name:");
    screen.type("admin\r");
    await screen.shows("password:");
    await eventually(() => logged).toContain("closed");
    expect(screen.rows()).toEqual(["user name: admin", "password:"]);
    screen.type("123456\r");
    await screen.shows("Connected");
    screen.type("exit\r");
    await screen.shows("status 0");
    expect(screen.raw()).not.toContain("123456");
  });

  it("is not asked again when it has had enough attempts", async () => {
    await using server = await startServer({ limits: { maxAttempts: 1 } });
    for (const dialect of ["v1", "plain"]) {
      using screen = openScreen(["--dialect", dialect, server.url]);
      await screen.shows("user name:");
      screen.type("admin\rwrong\r");
      expect(await screen.exit).toBe(6);
    }
  });
});

describe("--reconnect", () => {
  it("logs in again, keeps the draft, and counts what was lost", async () => {
    await using server = await startArticleServer({
      instead: { cut: (socket) => socket.terminate() },
    });
    using screen = openScreen([...plain, "--reconnect", server.url], { columns: 120 });
    await logIn(screen);
    screen.type("cut\rdraft");
    await screen.shows(`Connected again to ${server.url} (plain).`);
    const rows = screen.rows();
    expect(rows).toContain("The connection broke without a close (1006).");
    expect(rows).toContain(
      "So far: 1 message was lost: sent, but the connection ended before the reply.",
    );
    expect(rows.some((row) => /^Trying again in \d+\.\d s\.$/.test(row))).toBe(true);
    await screen.until((seen) => seen.at(-1) === "> draft");
    screen.type("\r");
    await screen.shows("< your submit context: draft");
    expect(server.log.filter((text) => text === "admin:123456")).toHaveLength(2);
    screen.type("exit\r");
    expect(await screen.exit).toBe(0);
  });

  it("asks again when the password has changed meanwhile, and then returns to the draft", async () => {
    let password = "123456";
    await using server = await startArticleServer({
      password: () => password,
      instead: { cut: (socket) => socket.terminate() },
    });
    using screen = openScreen([...plain, "--reconnect", server.url]);
    await logIn(screen);
    password = "changed";
    screen.type("cut\rdraft");
    await screen.until((rows) => rows.at(-1) === "user name [admin]:");
    screen.type("\rchanged\r");
    await screen.shows("Connected again");
    await screen.until((rows) => rows.at(-1) === "> draft");
  });
});

describe("--wait", () => {
  it("waits for a server that is not up yet", async () => {
    const port = await closedPort();
    using screen = openScreen([...plain, "--wait", `ws://127.0.0.1:${port}`]);
    await screen.shows(`No server at ws://127.0.0.1:${port} yet; waiting for one.`);
    await using server = await startArticleServer({ port });
    await logIn(screen);
    expect(server.log).toEqual(["admin:123456"]);
    screen.type("exit\r");
    expect(await screen.exit).toBe(0);
  });

  it("leaves at Ctrl-C meanwhile", async () => {
    using screen = openScreen(["--wait", `ws://127.0.0.1:${await closedPort()}`]);
    await screen.shows("waiting for one");
    screen.type("\x03");
    expect(await screen.exit).toBe(130);
  });
});

describe("what goes where", () => {
  const shell = (script: string, columns = 120): Parameters<typeof openScreen>[1] => ({
    columns,
    command: ["/bin/sh", "-c", script, "sh", process.execPath, ...programArguments],
  });

  it("asks on the terminal while stdout goes to a file, and prints only payload there", async () => {
    await using server = await startArticleServer();
    using screen = openScreen(
      [...plain, server.url],
      shell(
        'file=$(mktemp); "$@" > "$file"; echo "status $?"; sed "s/^/file: /" "$file"; rm "$file"',
      ),
    );
    await screen.shows("user name:");
    screen.type("admin\r");
    await screen.shows("password:");
    // What is typed too early becomes a message, too.
    screen.type("123456\rahead\r");
    await screen.shows("Connected");
    screen.type("one\r");
    await screen.shows("one");
    screen.type("\x04");
    await screen.exit;
    expect(screen.rows()).toEqual([
      "user name: admin",
      "password:",
      `Connected to ${server.url} (plain).`,
      "one",
      "status 0",
      "file: your submit context: ahead",
      "file: your submit context: one",
    ]);
  });

  it("takes no password from a terminal as if it were a pipe", async () => {
    using screen = openScreen(["--password-stdin", ":1"]);
    expect(await screen.exit).toBe(2);
    expect(screen.rows()[0]).toContain("--password-stdin is for a pipe");
  });

  it("uses colour on a terminal, and none with NO_COLOR", async () => {
    await using server = await startArticleServer();
    for (const [env, coloured] of [
      [{}, true],
      [{ NO_COLOR: "1" }, false],
    ] as const) {
      using screen = openScreen([...plain, server.url], { env });
      await logIn(screen);
      screen.type("x\r");
      await screen.shows("< your submit context: x");
      // eslint-disable-next-line no-control-regex -- a colour is a control sequence
      expect(/\x1b\[\d+m/.test(screen.raw())).toBe(coloured);
    }
  });

  it("neutralises what a pipe would get byte for byte, where stdout is a terminal", async () => {
    await using server = await startArticleServer();
    using screen = openScreen(
      ["-q", ...plain, server.url],
      shell(
        'printf "\\033]0;t\\007\\n" | WSECHO_USER=admin WSECHO_PASSWORD=123456 "$@"; echo "status $?"',
      ),
    );
    await screen.exit;
    expect(screen.rows()).toEqual(["your submit context: ␛]0;t␇", "status 0"]);
  });

  it("draws no prompt on a terminal that cannot move its cursor", async () => {
    await using server = await startArticleServer();
    using screen = openScreen([...plain, server.url], {
      env: { TERM: "dumb", WSECHO_USER: "admin", WSECHO_PASSWORD: "123456" },
    });
    await screen.shows("Connected");
    screen.type("hello\r");
    await screen.shows("your submit context: hello");
    expect(screen.raw()).not.toContain("\x1b");
    screen.type("\x04");
    expect(await screen.exit).toBe(0);
  });
});
