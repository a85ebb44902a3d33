import { describe, expect, it } from "vitest";
import { framesOf, messageOf } from "../../src/frames/links.ts";
import { append, emptyLog, trimLog, type Kept } from "../../src/frames/log.ts";
import { down, handshake, recordsOf, up } from "../support/capture.ts";

const pieces = [
  ...handshake,
  down("one, ", { fin: 0 }),
  up("meanwhile"),
  down("ping", { op: 9 }),
  down("two", { op: 0 }),
];
// Two connections with the same numbers, one after the other.
const log = append(append(emptyLog, recordsOf(pieces)), recordsOf(pieces, 2));
const framesIn = (kept: readonly Kept[]) =>
  kept.flatMap((entry) => (entry.record.k === "frame" ? [{ ...entry, record: entry.record }] : []));
const messagesIn = (kept: readonly Kept[]) =>
  kept.flatMap((entry) =>
    entry.record.k === "message" ? [{ ...entry, record: entry.record }] : [],
  );

describe("messages and their frames", () => {
  it("lead to each other, also with others between", () => {
    const messages = messagesIn(log.kept);
    expect(messages).toHaveLength(4);
    for (const message of messages) {
      const frames = framesOf(log.kept, message);
      expect(frames).toHaveLength(message.record.parts);
      for (const frame of frames) {
        expect(frame.record.conn).toBe(message.record.conn);
        expect(messageOf(log.kept, frame)).toEqual(message);
      }
    }
  });

  it("have none where the frame is a control frame, or the message is not near", () => {
    const [first, , ping] = framesIn(log.kept);
    if (first === undefined || ping === undefined) throw new Error("no frames");
    expect(messageOf(log.kept, ping)).toBeUndefined();
    expect(messageOf(log.kept, first, 2)).toBeUndefined();
  });

  it("are found by what is left after the oldest went", () => {
    const trimmed = trimLog(log, { records: 4, bytes: Infinity }).kept;
    const [message] = messagesIn(trimmed).filter(({ record }) => record.parts === 2);
    if (message === undefined) throw new Error("no message");
    expect(framesOf(trimmed, message).length).toBeLessThan(2);
    const [gone] = framesIn(log.kept);
    if (gone === undefined) throw new Error("no frame");
    expect(messageOf(trimmed, gone)).toBeUndefined();
  });
});
