import type { MessageRecord } from "@wsecho/wire";
import { expect, it } from "vitest";
import { createDesk } from "../../src/proxy/desk.ts";
import type { Passage, Proxy } from "../../src/proxy/proxy.ts";
import { createRulebook } from "../../src/proxy/rulebook.ts";

const record = {
  k: "message",
  dir: "s2c",
  op: 1,
  len: 4,
  text: "held",
} as unknown as MessageRecord;

it("forgets what was held of a connection that has ended", () => {
  const passage = { to: "there" } as Passage;
  const passages = new Map([1, 2].map((conn) => [conn, passage]));
  const said: string[] = [];
  const desk = createDesk({
    proxy: { passages } as unknown as Proxy,
    rulebook: createRulebook([]),
    reveal: true,
    say: (text) => said.push(text),
    onQuit: () => undefined,
  });
  for (const conn of [1, 2]) desk.held({ id: conn, conn, record });
  const [first, second] = said.splice(0);
  desk.line("list");
  expect(said.splice(0, 2)).toEqual([first, second]);
  passages.clear();
  said.length = 0;
  desk.line("drop all");
  expect(said).toEqual(["nothing is held"]);
});
