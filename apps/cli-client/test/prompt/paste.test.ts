import { describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { openScreen } from "../support/screen.ts";
import { startBareServer } from "../support/servers.ts";

describe.each([40, 120])("a message of several lines on a screen of %i columns", (columns) => {
  it("is pasted in one piece, or typed with Alt-Enter, and survives what comes in", async () => {
    const got: string[] = [];
    let say = (_text: string): void => undefined;
    await using server = await startBareServer((socket) => {
      say = (text) => socket.send(text);
      socket.on("message", (data: Buffer) => got.push(data.toString()));
    });
    using screen = openScreen([server.url], { columns });
    await screen.until((rows) => rows.at(-1) === ">");
    expect(screen.raw()).toContain("\x1b[?2004h");
    screen.type('\x1b[200~{\r\n  "a": "\x1b]0;x\x07",\r  "b": 2\n}\n\x1b[201~');
    await screen.shows('{⏎  "a": "]0;x",⏎  "b": 2⏎}');
    for (let count = 0; count < 20; count += 1) say(`incoming ${count}`);
    await screen.shows("< incoming 19");
    await screen.until((rows) => rows.at(-1)?.endsWith('"b": 2⏎}') === true);
    expect(got).toEqual([]);
    screen.type("\r");
    await eventually(() => got).toEqual(['{\n  "a": "]0;x",\n  "b": 2\n}']);
    screen.type("one\x1b\rtwo\r");
    await eventually(() => got.slice(1)).toEqual(["one\ntwo"]);
    screen.type("\x04");
    expect(await screen.exit).toBe(0);
    expect(screen.raw()).toContain("\x1b[?2004l");
  });
});

it("a long paste is sent whole: cut, it would be another message", async () => {
  const lengths: number[] = [];
  await using server = await startBareServer((socket) => {
    socket.on("message", (data: Buffer) => lengths.push(data.byteLength));
  });
  using screen = openScreen([server.url], { columns: 40 });
  await screen.until((rows) => rows.at(-1) === ">");
  screen.type(`\x1b[200~${"x".repeat(150_000)}\x1b[201~\r`);
  await eventually(() => lengths).toEqual([150_000]);
});
