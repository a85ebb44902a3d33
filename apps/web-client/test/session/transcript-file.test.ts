import { describe, expect, it } from "vitest";
import { readTranscript, toHar, toJsonLines } from "../../src/session/transcript-file.ts";
import {
  draftOf,
  emptyTranscript,
  type Entry,
  type NewEntry,
} from "../../src/session/transcript.ts";

const bytes = Uint8Array.of(0, 255, 10);
const some: readonly NewEntry[] = [
  { kind: "loggedIn", at: 1000, user: "ada" },
  {
    ...{ kind: "sent", at: 1001, id: 1, fate: { kind: "echoed" } },
    ...{ payload: { kind: "text", text: "a\n\u2028\ud800<b>" }, bytes: 10 },
  },
  {
    ...{ kind: "received", at: 1002, payload: { kind: "binary", data: bytes }, bytes: 3 },
    echo: { id: 1, rttMs: 1.5, check: { kind: "differs", atByte: 0 } },
  },
  { kind: "closed", at: 1003, code: 4401, reason: "over", by: "server" },
];
const entriesOf = (list: readonly NewEntry[]): readonly Entry[] => {
  const draft = draftOf(emptyTranscript);
  list.forEach(draft.append);
  return draft.finish().entries;
};

describe("a transcript as JSON Lines", () => {
  it("comes back, one line an entry, and says what it skipped", () => {
    const lines = toJsonLines(entriesOf(some));
    expect(lines.trimEnd().split("\n")).toHaveLength(4);
    const read = readTranscript(`${lines}\nnot json\n{"v":1}\n`);
    expect(read).toMatchObject({ skipped: 2, firstSkipped: 6 });
    expect(read?.entries).toMatchObject([
      { kind: "loggedIn", at: 1000, user: "ada" },
      { kind: "sent", at: 1001, payload: { text: "a\n\u2028\ud800<b>" } },
      {
        ...{ kind: "received", at: 1002, payload: { data: bytes }, bytes: 3 },
        echo: { rttMs: 1.5, check: { kind: "differs", atByte: 0 } },
      },
      { kind: "closed", code: 4401, reason: "over", by: "server" },
    ]);
  });

  it.each(["", "\n\n", "hello", "[]", '{"log": 1}', '{"log":{"entries":[{}]}}'])(
    "is not %j",
    (text) => expect(readTranscript(text)).toBeNull(),
  );
});

describe("a transcript as HAR", () => {
  it("skips a message of a time that no calendar has", () => {
    const messages = [1, 1e20].map((time) => ({ type: "receive", time, opcode: 1, data: "a" }));
    const har = JSON.stringify({ log: { entries: [{ _webSocketMessages: messages }] } });
    expect(readTranscript(har)).toMatchObject({ entries: [{ at: 1000 }], skipped: 1 });
  });

  it("has the messages as browsers write them, and no secret of the address", () => {
    const har = toHar(entriesOf(some), "wss://example.org/?token=s3cret&room=1");
    expect(har).not.toContain("s3cret");
    expect(JSON.parse(har)).toMatchObject({
      log: {
        entries: [
          {
            _resourceType: "websocket",
            request: { url: "wss://example.org/?room=1" },
            _webSocketMessages: [
              { type: "send", time: 1.001, opcode: 1 },
              { type: "receive", time: 1.002, opcode: 2, data: "AP8K" },
            ],
          },
        ],
      },
    });
    expect(readTranscript(har)?.entries).toMatchObject([
      { kind: "sent", at: 1001 },
      { kind: "received", at: 1002, payload: { data: bytes }, echo: null, foreign: true },
    ]);
  });
});
