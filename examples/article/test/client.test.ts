import { describe, expect, it } from "vitest";
import { articleClient, runProgram, startArticle, startOurs } from "./support/servers.ts";

const typed = ["admin:wrong", "admin:123456", "hello", "", "a:b", "exit", ""].join("\n");

describe("the article's terminal client", () => {
  it.each([
    ["the article's server", startArticle],
    ["our server", startOurs],
  ])("logs in at %s, talks and leaves", async (_name, start) => {
    await using server = await start();
    const { status, stdout, stderr } = await runProgram([articleClient, server.url], typed);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout.split("\n")).toEqual([
      "username:password? sorry, the username or password is wrong, please submit again",
      "username:password? congratulation, you have connect with server\r",
      "now, you can do something else",
      "your context? your submit context: hello",
      "your context? your submit context: ",
      "your context? your submit context: a:b",
      "your context? goodbye",
      "",
    ]);
  });
});
