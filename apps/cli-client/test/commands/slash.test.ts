import { describe, expect, it } from "vitest";
import { readLine } from "../../src/commands/slash.ts";
import { openScreen } from "../support/screen.ts";
import { startBareServer } from "../support/servers.ts";

describe("a line at the prompt", () => {
  it.each([
    ["/close 99", "1000, or 3000 to 4999"],
    ["/close 1006", "1000, or 3000 to 4999"],
    [`/close 4000 ${"é".repeat(62)}`, "holds 123 bytes, this is 124"],
    [`/ping ${"x".repeat(126)}`, "holds 125 bytes, this is 126"],
    ["/bin 0", "needs hex"],
    ["/bin64 *", "needs base64"],
    ["/repeat 0 x", "from 1 to 1000"],
    ["/repeat 1001 x", "from 1 to 1000"],
    ["/file /no/such/file", "cannot be read (ENOENT)"],
    ["/shout", "there is no /shout"],
  ])("%s is refused in words, and throws nothing", (line, words) => {
    const command = readLine(line);
    expect(command.ok ? "" : command.error).toContain(words);
  });

  it("is a text, also behind two slashes", () => {
    for (const [line, text] of [
      ["hello", "hello"],
      ["//help", "/help"],
      [" /help", " /help"],
    ] as const)
      expect(readLine(line)).toEqual({
        ok: true,
        value: { kind: "send", message: { kind: "text", text }, times: 1 },
      });
  });
});

describe.each([40, 120])("slash commands on a screen of %i columns", (columns) => {
  it("ping, send bytes, repeat, tell and close", async () => {
    const closed = Promise.withResolvers<string>();
    await using server = await startBareServer((socket) => {
      socket.on("message", (data: Buffer, isBinary) => socket.send(data, { binary: isBinary }));
      socket.on("close", (code, reason) => closed.resolve(`${code} ${reason.toString()}`));
    });
    using screen = openScreen([server.url], { columns });
    await screen.until((rows) => rows.at(-1) === ">");
    screen.type("/ping p\r");
    await screen.shows("< pong “p” after");
    screen.type("/bin 00ff\r");
    await screen.shows("< (2 bytes) 00ff");
    screen.type("/repeat 2 again\r");
    await screen.until((rows) => rows.filter((row) => row === "< again").length === 2);
    screen.type("/close 99\r");
    await screen.shows("Not sent: /close");
    screen.type("/stats\r");
    await screen.shows("received 3 messages, 12 bytes");
    screen.type("/headers\r");
    await screen.shows("sec-websocket-accept: ");
    screen.type("/close 4001 bye\r");
    expect(await closed.promise).toBe("4001 bye");
    expect(await screen.exit).toBe(0);
  });
});
