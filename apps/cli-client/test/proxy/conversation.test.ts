import { createRedactor, type MessageRecord } from "@wsecho/wire";
import { describe, expect, it } from "vitest";
import { createConversations } from "../../src/proxy/conversation.ts";

/** What is said of the first message that a client sent, as a capture has it. */
function lacksOf(text: string, reveal = false): readonly string[] {
  const message = { k: "message", conn: 1, dir: "c2s", op: 1, msg: 1, us: 0, frames: [1, 1], text };
  const record = { ...message, len: text.length, lint: [] } as unknown as MessageRecord;
  const conversations = createConversations();
  for (const shown of createRedactor({ reveal }).push(record)) conversations.push(shown);
  return conversations.all().flatMap(({ lacks }) => lacks);
}

const scram = '{"type":"auth","mechanism":"scram-sha-256","data":"n,,n=ada,r=abc"}';
const proof = '{"type":"response","data":"c=biws,r=abc,p=xyz"}';
const password = '{"type":"auth","mechanism":"plain","username":"ada","password":"123456"}';

describe("what of a conversation cannot be said again", () => {
  it.each([["scram-sha-256", scram] as const, ["a proof", proof] as const])(
    "is a login by SCRAM, revealed or not: %s",
    (_, text) => {
      for (const reveal of [false, true])
        expect(lacksOf(text, reveal)).toEqual([expect.stringMatching(/^message 1 .*SCRAM/)]);
    },
  );

  it.each([
    ["a password of v1", password],
    ["a first text, whatever it is", "ada:123456"],
  ])("is what a capture hides, which --reveal keeps: %s", (_, text) => {
    const [said = "", ...more] = lacksOf(text);
    expect(said).toMatch(/message 1 .*--reveal/);
    expect(said).not.toContain("SCRAM");
    expect([...more, ...lacksOf(text, true)]).toEqual([]);
  });
});
