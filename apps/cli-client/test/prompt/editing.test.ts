import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { openScreen, type Screen } from "../support/screen.ts";
import { startBareServer } from "../support/servers.ts";

const prompt = (text: string) => (rows: readonly string[]) => rows.at(-1) === `> ${text}`.trimEnd();

async function talk(steps: (screen: Screen) => Promise<void>): Promise<readonly string[]> {
  const got: string[] = [];
  await using server = await startBareServer((socket) => {
    socket.on("message", (data: Buffer) => got.push(data.toString()));
  });
  using screen = openScreen([server.url]);
  await screen.until(prompt(""));
  await steps(screen);
  screen.type("\x15\x0bover\r");
  await eventually(() => got.at(-1)).toBe("over");
  return got.slice(0, -1);
}

describe("the keys of a line", () => {
  it.each([
    // Ctrl-A, Ctrl-E, Home, End.
    ["b\x01a\x05d\x1b[H<\x1b[F>", "<abd>"],
    // Ctrl-W, Ctrl-Y; Alt-Y; Alt-B, Alt-F, Alt-D; Ctrl-K.
    ["one two\x17\x19\x19", "one twotwo"],
    ["one\x15two\x15\x19\x1by!", "one!"],
    ["one two\x1bb\x1bd2", "one 2"],
    ["one two\x01\x1bf2", "one 2two"],
    ["one two\x01\x1bf\x0b", "one "],
    // Undo takes back the deletion.
    ["one two\x15\x1f", "one two"],
    // A person's characters, whatever they are made of.
    ["a👩‍👩‍👧\x7f!", "a!"],
    ["e\u0301x\x1b[D\x1b[D>", ">e\u0301x"],
    ["👍🏽🇪🇺\x01\x1b[3~", "🇪🇺"],
    // A tab in a text is a tab.
    ["a\tb", "a\tb"],
  ])("%j makes %j", async (keys, text) => {
    const sent = await talk((screen) => {
      screen.type(`${keys}\r`);
      return Promise.resolve();
    });
    expect(sent).toEqual([text]);
  });

  it("Ctrl-L clears the screen and keeps the draft", async () => {
    await talk(async (screen) => {
      screen.type("draft");
      await screen.until(prompt("draft"));
      screen.type("\x0c");
      await screen.until((rows) => rows.length === 1 && prompt("draft")(rows));
    });
  });
});

it("a line may be longer than the 4096 bytes that a terminal's own editing takes", async () => {
  const line = "0123456789".repeat(600);
  const sent = await talk(async (screen) => {
    // As fast as it is drawn: a pseudo-terminal holds no more than those bytes either.
    for (let at = 0; at < line.length; at += 1000) {
      screen.type(line.slice(at, at + 1000));
      await screen.until((rows) => rows.join("").length >= at + 1000);
    }
    screen.type("\r");
  });
  expect(sent).toEqual([line]);
});

it("the prompt is there again at once, also where no server answers", async () => {
  await talk(async (screen) => {
    screen.type("one\rtwo\r");
    await screen.until((rows) => rows.slice(1).join() === "> one,> two,>");
  });
});

describe("Ctrl-R", () => {
  it("finds older and newer lines, whatever their case, and sends what was found", async () => {
    const sent = await talk(async (screen) => {
      for (const line of ["alpha one", "beta", "Alpha two", "gamma"]) screen.type(`${line}\r`);
      screen.type("\x12alpha");
      await screen.until((rows) => rows.at(-1) === "(search: alpha) Alpha two");
      screen.type("\x12");
      await screen.until((rows) => rows.at(-1) === "(search: alpha) alpha one");
      screen.type("\x12");
      await screen.until((rows) => rows.at(-1) === "(not found: alpha) alpha one");
      screen.type("\x13");
      await screen.until((rows) => rows.at(-1) === "(search: alpha) Alpha two");
      screen.type("\x7f\x7f\x7f\x7f\x7fbet");
      await screen.until((rows) => rows.at(-1) === "(search: bet) beta");
      screen.type("\r");
      await screen.until(prompt(""));
      // The words are remembered, and a key that moves ends the search where the words stand.
      screen.type("\x12\x12");
      await screen.until((rows) => rows.at(-1) === "(search: bet) beta");
      screen.type("\x05!");
      await screen.until(prompt("beta!"));
      screen.type("\x15draft\x12gam\x07");
      await screen.until(prompt("draft"));
    });
    expect(sent).toEqual(["alpha one", "beta", "Alpha two", "gamma", "beta"]);
  });
});

it("Ctrl-C leaves a search first, with the draft as it was, and then the program", async () => {
  await using server = await startBareServer(() => undefined);
  using screen = openScreen([server.url]);
  await screen.until(prompt(""));
  screen.type("older\rdraft\x12old");
  await screen.until((rows) => rows.at(-1) === "(search: old) older");
  screen.type("\x03");
  await screen.until(prompt("draft"));
  // Typed ahead: the search begins and ends before the second Ctrl-C.
  screen.type("\x12old\x03!");
  await screen.until(prompt("draft!"));
  screen.type("\x03");
  expect(await screen.exit).toBe(130);
});

describe("Tab", () => {
  it("completes commands, close codes and paths, and lists what is not decided", async () => {
    const directory = await mkdtemp(join(tmpdir(), "wsecho-tab-"));
    try {
      await mkdir(join(directory, "folder"));
      await writeFile(join(directory, "folder", "message.txt"), "from a file");
      await writeFile(join(directory, "folder", ".hidden"), "");
      await writeFile(join(directory, "folder", "ugly\x1b[2J"), "");
      const sent = await talk(async (screen) => {
        screen.type("/p\t\t");
        await screen.until((rows) => rows.some((row) => /\/ping\s+\/pong/.test(row)));
        screen.type("\x15/fi\t");
        await screen.until(prompt("/file"));
        screen.type(`${directory}/fo\t`);
        await screen.until((rows) => rows.join("").endsWith("/folder/"));
        screen.type("\t");
        await screen.until((rows) => rows.join("").endsWith("/folder/message.txt"));
        screen.type("\r\x15/cl\t440\t\t");
        await screen.until((rows) => rows.some((row) => /^4400\s+4401\s+4403/.test(row)));
        await screen.until(prompt("/close 440"));
      });
      expect(sent).toEqual(["from a file"]);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
