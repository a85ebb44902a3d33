import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startArticle, startOurs, type Running } from "./support/servers.ts";
import { talk, type Said, type Segments } from "./support/talk.ts";

const accepted = "congratulation, you have connect with server\r\nnow, you can do something else";
const refused = "sorry, the username or password is wrong, please submit again";
const right = "admin:123456";

/** What a plain client says at once, and what each of its messages is answered. */
const conversations: readonly (readonly [string, readonly Said[], readonly Said[]])[] = [
  [
    "a wrong password, then the right one",
    ["admin:1", right, "x"],
    [refused, accepted, "your submit context: x"],
  ],
  ["a text without a colon first", ["hello", right], [refused, accepted]],
  ["an empty text first", ["", right], [refused, accepted]],
  ["a binary message first", [Buffer.from(right), right], [refused, accepted]],
  ["a password with a colon too many", ["admin:123456:7", right], [refused, accepted]],
  [
    "texts before the verdict",
    [right, "a", "b", "c"],
    [accepted, ...["a", "b", "c"].map((t) => `your submit context: ${t}`)],
  ],
  [
    "an empty text",
    [right, "", "y"],
    [accepted, "your submit context: ", "your submit context: y"],
  ],
  [
    "a text with colons, line breaks and emoji",
    [right, "a:b\r\n🙂"],
    [accepted, "your submit context: a:b\r\n🙂"],
  ],
  [
    "a binary message",
    [right, Buffer.of(0, 255, 1), "z"],
    [accepted, Buffer.of(0, 255, 1), "your submit context: z"],
  ],
];

describe.each([
  ["the article's server", startArticle],
  ["our server", startOurs],
])("%s", (_name, start) => {
  let server: Running;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  describe.each<Segments>(["as written", "one segment", "byte by byte"])("%s", (segments) => {
    it.each(conversations)("answers %s", async (_what, said, answers) => {
      expect(await talk(server.url, said, { segments })).toEqual(answers);
    });
  });
});

describe("our server", () => {
  it("lets a password contain colons, where the article's split cuts it short", async () => {
    await using server = await startOurs();
    expect(await talk(server.url, ["colon:a:b:c"])).toEqual([accepted]);
  });

  it("says nothing until the client speaks", async () => {
    await using server = await startOurs();
    // The first thing that arrives is the answer, so nothing came before it.
    expect(await talk(server.url, ["nobody:nothing"])).toEqual([refused]);
  });
});
