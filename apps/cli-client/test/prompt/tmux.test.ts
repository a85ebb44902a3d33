import { describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { hasTmux, openTmux } from "../support/tmux.ts";
import { startBareServer } from "../support/servers.ts";

// Where there is no tmux, the same is seen on an emulated screen: terminal.test.ts, paste.test.ts.
describe.runIf(hasTmux).each([40, 120])("in tmux, %i columns wide", (columns) => {
  it("keeps a long draft through a flood, takes a paste as one message, searches, completes", async () => {
    const got: string[] = [];
    let say = (_text: string): void => undefined;
    await using server = await startBareServer((socket) => {
      say = (text) => socket.send(text);
      socket.on("message", (data: Buffer) => got.push(data.toString()));
    });
    await using tmux = await openTmux([server.url], { columns });
    const lines = eventually(tmux.lines);
    const shows = (last: string): Promise<void> =>
      eventually(async () => (await tmux.lines()).at(-1)).toBe(last);
    await shows(">");

    const draft = `${"0123456789".repeat(Math.ceil(columns / 5))}你好🎉end`;
    await tmux.type(draft);
    await shows(`> ${draft}`);
    for (let number = 0; number < 500; number += 1) say(`incoming ${number}`);
    const where = `Connected to ${server.url}. Enter`;
    const what = "sends a line; exit leaves.";
    await lines.toEqual([
      // Broken between words where it does not fit.
      ...(columns < 80 ? [where, `  ${what}`] : [`${where} ${what}`]),
      ...Array.from({ length: 500 }, (_, number) => `< incoming ${number}`),
      `> ${draft}`,
    ]);
    expect(got).toEqual([]);
    await tmux.press("Enter");
    await eventually(() => got).toEqual([draft]);

    await tmux.paste('{\n "a": 1\n}');
    await shows('> {⏎ "a": 1⏎}');
    await tmux.press("Enter");
    await tmux.type("one");
    await tmux.press("M-Enter");
    await tmux.type("two");
    await tmux.press("Enter");
    await eventually(() => got.slice(1)).toEqual(['{\n "a": 1\n}', "one\ntwo"]);

    await tmux.press("C-r");
    await tmux.type('"a"');
    await shows('(search: "a") {⏎ "a": 1⏎}');
    say("in between");
    await shows('(search: "a") {⏎ "a": 1⏎}');
    await tmux.press("Enter");
    await eventually(() => got.slice(3)).toEqual(['{\n "a": 1\n}']);
    await tmux.type("/st");
    await tmux.press("Tab", "Enter");
    await eventually(async () => (await tmux.lines()).join("\n")).toContain("sent 4 messages");
    expect(await tmux.lines()).toContain("< in between");
  });
});
