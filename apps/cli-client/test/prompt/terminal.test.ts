import { describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import { logIn, prompted, wrap } from "../support/login.ts";
import { openScreen, type Screen } from "../support/screen.ts";
import { startArticleServer, type ArticleServer } from "../support/servers.ts";

const plain = ["--dialect", "plain"];

function peer(server: ArticleServer): WebSocket {
  const [socket] = server.sockets;
  if (socket === undefined) throw new Error("nobody is connected");
  return socket;
}

/** Waits until the rows after the header are exactly these. */
async function showsExactly(
  screen: Screen,
  header: readonly string[],
  body: readonly string[],
): Promise<void> {
  const wanted = JSON.stringify([...header, ...body]);
  await screen.until((rows) => JSON.stringify(rows) === wanted);
}

/** Until the program knows, too: the system tells it by a signal. */
async function resized(screen: Screen, columns: number): Promise<void> {
  const before = screen.raw().length;
  screen.resize(columns, 24);
  await screen.until(() => screen.raw().length > before);
}

describe.each([40, 120])("a draft on a screen of %i columns", (columns) => {
  // Shorter than a row, up to a row's end, just beyond it, and several rows.
  const lengths = [
    5,
    columns - 3,
    columns - 2,
    columns - 1,
    2 * columns,
    Math.floor(2.5 * columns),
  ];

  it("stays whole while lines come in, wherever it wraps", async () => {
    await using server = await startArticleServer();
    using screen = openScreen([...plain, server.url], { columns });
    await logIn(screen);
    const header = screen.rows().slice(0, -1);
    const body: string[] = [];
    let number = 0;
    const receive = (length: number): void => {
      const text = `${number} `.padEnd(length, "abcdefghij");
      peer(server).send(text);
      body.push(...wrap(`< ${text}`, columns));
      number += 1;
    };
    for (const length of lengths) {
      const draft = Array.from({ length }, (_, index) => "0123456789"[index % 10]).join("");
      const half = Math.floor(length / 2);
      for (const [from, to] of [
        [0, half],
        [half, length],
      ] as const) {
        screen.type(draft.slice(from, to));
        receive(3);
        receive(columns - 2);
        receive(columns * 2);
        await showsExactly(screen, header, [...body, ...wrap(`> ${draft.slice(0, to)}`, columns)]);
      }
      // Nothing is sent, so nothing stays but the empty prompt.
      screen.type("\x15");
      await showsExactly(screen, header, [...body, ">"]);
    }
    screen.type("exit\r");
    expect(await screen.exit).toBe(0);
    expect(server.log).toEqual(["admin:123456"]);
  });

  it("keeps the cursor where it was, in the middle of it", async () => {
    await using server = await startArticleServer();
    using screen = openScreen([...plain, server.url], { columns });
    await logIn(screen);
    const header = screen.rows().slice(0, -1);
    const draft = "x".repeat(columns * 2);
    const left = columns + 5;
    screen.type(draft + "\x1b[D".repeat(left));
    const at = 2 + draft.length - left;
    // What a program writes at once may arrive in pieces, so the cursor is waited for, too.
    const stands = (row: number): Promise<void> =>
      screen.until(() => {
        const cursor = screen.cursor();
        return cursor.row === row + Math.floor(at / columns) && cursor.column === at % columns;
      });
    await stands(header.length);
    peer(server).send("one");
    peer(server).send("two");
    const rows = ["< one", "< two", ...wrap(`> ${draft}`, columns)];
    await showsExactly(screen, header, rows);
    await stands(header.length + 2);
    screen.type("|");
    const typed = draft.slice(0, draft.length - left) + "|" + draft.slice(-left);
    await showsExactly(screen, header, ["< one", "< two", ...wrap(`> ${typed}`, columns)]);
    screen.type("\r");
    await screen.until((seen) => seen.at(-1) === ">");
    expect(server.log.at(-1)).toBe(typed);
  });

  it("survives a flood and a full screen", async () => {
    await using server = await startArticleServer();
    using screen = openScreen([...plain, server.url], { columns, rows: 10 });
    await logIn(screen);
    const header = screen.rows().slice(0, -1);
    const draft = "d".repeat(columns + 10);
    screen.type(draft);
    await screen.shows("d".repeat(10));
    const texts = Array.from({ length: 3000 }, (_, index) => `message ${index}`);
    for (const text of texts) peer(server).send(text);
    const rows = [...texts.map((text) => `< ${text}`), ...wrap(`> ${draft}`, columns)];
    await showsExactly(screen, header, rows);
  });
});

describe("the screen", () => {
  it("draws the draft anew when its width changes", async () => {
    await using server = await startArticleServer();
    using screen = openScreen([...plain, server.url], { columns: 100 });
    await logIn(screen);
    const header = screen.rows().slice(0, -1);
    const draft = "r".repeat(150);
    screen.type(draft);
    await showsExactly(screen, header, wrap(`> ${draft}`, 100));
    await resized(screen, 60);
    peer(server).send("after");
    await screen.shows("< after");
    const narrow = header.flatMap((row) => wrap(row, 60));
    await showsExactly(screen, narrow, ["< after", ...wrap(`> ${draft}`, 60)]);
    await resized(screen, 120);
    peer(server).send("wide");
    await screen.shows("< wide");
    await showsExactly(screen, header, ["< after", "< wide", ...wrap(`> ${draft}`, 120)]);
  });

  it("draws characters of two columns where they are", async () => {
    await using server = await startArticleServer();
    using screen = openScreen([...plain, server.url], { columns: 40 });
    await logIn(screen);
    const header = screen.rows().slice(0, -1);
    screen.type("你".repeat(25));
    peer(server).send("in");
    // 2 columns of prompt and 19 characters fill the first row.
    await showsExactly(screen, header, ["< in", `> ${"你".repeat(19)}`, "你".repeat(6)]);
  });

  it("lets lines wait while the draft is taller than it, and loses none", async () => {
    await using server = await startArticleServer();
    using screen = openScreen([...plain, server.url], { columns: 40, rows: 10 });
    await logIn(screen);
    const header = screen.rows().slice(0, -1);
    const draft = "START".padEnd(40 * 15, "t") + "END";
    screen.type(draft);
    await screen.shows("END");
    for (let number = 0; number < 5; number += 1) peer(server).send(`waiting ${number}`);
    const [socket] = server.sockets;
    const pong = new Promise((resolve) => socket?.once("pong", resolve));
    socket?.ping();
    await pong;
    screen.type("\r");
    const reply = [...wrap(`< your submit context: ${draft}`, 40), ">"];
    const waited = Array.from({ length: 5 }, (_, number) => `< waiting ${number}`);
    await showsExactly(screen, header, [...wrap(`> ${draft}`, 40), ...waited, ...reply]);
  });

  it("keeps what was typed before, but never a password", async () => {
    await using server = await startArticleServer();
    using screen = openScreen([...plain, server.url]);
    await logIn(screen);
    screen.type("first\r");
    await screen.shows("< your submit context: first");
    await prompted(screen);
    screen.type("\x1b[A");
    await screen.until((rows) => rows.at(-1) === "> first");
    // What was erased last is what a yank brings back.
    screen.type("\x15\x19\x19");
    await screen.until((rows) => rows.at(-1) === "> firstfirst");
    screen.type("\x15" + "\x1b[A".repeat(5) + "!");
    await screen.until((rows) => /^> (first)?!$/.test(rows.at(-1) ?? ""));
    expect(screen.raw()).not.toContain("123456");
  });
});

describe("a hidden answer", () => {
  it("shows nothing, and takes back what was mistyped", async () => {
    await using server = await startArticleServer({ password: "sécret🎉" });
    using screen = openScreen([...plain, server.url]);
    await screen.shows("user name:");
    screen.type("admin\r");
    await screen.shows("password:");
    screen.type("nonsense\x15sécrex\x7ft🎉😀\x08\r");
    await prompted(screen);
    expect(server.log).toEqual(["admin:sécret🎉"]);
    expect(screen.rows().slice(0, 2)).toEqual(["user name: admin", "password:"]);
    expect(screen.raw()).not.toMatch(/secre|sécre|nonsense/);
  });

  it("stays hidden when name, password and messages are pasted at once", async () => {
    await using server = await startArticleServer();
    using screen = openScreen([...plain, server.url]);
    await screen.shows("user name:");
    screen.type("admin\r\n123456\r\nhello\r\nagain\r\nexit\r\n");
    expect(await screen.exit).toBe(0);
    expect(server.log).toEqual(["admin:123456", "hello", "again"]);
    expect(screen.raw()).not.toContain("123456");
    // The answers to what was pasted are not lost, though leaving came right behind.
    expect(screen.rows()).toContain("< your submit context: hello");
    expect(screen.rows()).toContain("< your submit context: again");
  });

  it("leaves with 130 at Ctrl-C and gives the terminal back", async () => {
    await using server = await startArticleServer();
    const shell = `stty -a > before; "$@"; status=$?; stty -a > after; cmp before after && exit $status`;
    const { mkdtemp, rm } = await import("node:fs/promises");
    const { tmpdir } = await import("node:os");
    const directory = await mkdtemp(`${tmpdir()}/wsecho-`);
    try {
      const { programArguments } = await import("../support/program.ts");
      using screen = openScreen([...plain, server.url], {
        command: [
          "/bin/sh",
          "-c",
          `cd "${directory}"; ${shell}`,
          "sh",
          process.execPath,
          ...programArguments,
        ],
      });
      await screen.shows("user name:");
      screen.type("admin\r");
      await screen.shows("password:");
      screen.type("12\x03");
      expect(await screen.exit).toBe(130);
      expect((await server.left).reason).toBe("user exit");
      expect(server.log).toEqual([]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it("gives up at Ctrl-D", async () => {
    await using server = await startArticleServer();
    using screen = openScreen([...plain, server.url]);
    await screen.shows("user name:");
    screen.type("\x04");
    expect(await screen.exit).toBe(6);
  });
});
