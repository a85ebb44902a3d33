import { createJsonlReader, type WireRecord } from "@wsecho/wire";
import { expect, test } from "vitest";
import type { Entry, Scope } from "../../src/tap/messages.ts";
import { createReader } from "../../src/tap/reader.ts";
import { frame, text } from "../support/raw.ts";
import { textsOf } from "../support/feed.ts";

/** A reader, and what its watches got. Bytes are of connection 1, which is under way. */
function makeReader() {
  const got = new Map<number, WireRecord[]>();
  const reader = createReader({
    recorder: null,
    send(watch, bytes) {
      const records = got.get(watch) ?? [];
      got.set(watch, records);
      const lines = createJsonlReader({
        emit: (record) => records.push(record),
        problem: ({ says }) => expect.unreachable(says),
      });
      lines.push(Buffer.from(bytes).toString());
      reader.take({ type: "taken", watch, bytes: bytes.length });
    },
  });
  let time = 1_795_327_200_000_000;
  const say = (entry: object, bytes: Uint8Array = new Uint8Array()): void =>
    reader.take({
      type: "tape",
      entries: [{ conn: 1, time: ++time, ...entry } as Entry],
      bytes: Uint8Array.from(bytes).buffer,
    });
  return {
    watch: (watch: number, scope: Scope) => reader.take({ type: "watch", watch, scope }),
    say,
    open: () =>
      say({
        type: "open",
        whose: { session: "s", user: null },
        dialect: "v1",
        start: "frames",
      }),
    read: (bytes: Buffer) => say({ type: "bytes", dir: "c2s", length: bytes.length }, bytes),
    got: (watch: number): readonly WireRecord[] => {
      reader.flush();
      return got.get(watch) ?? [];
    },
  };
}

const lostIn = (records: readonly WireRecord[]): readonly number[] =>
  records.flatMap((record) =>
    record.k === "note" && record.code === "lost" ? [record.count ?? 0] : [],
  );

test("what came before a login goes to its owner, in order, and to nobody else", () => {
  const { open, watch, read, say, got } = makeReader();
  watch(1, { kind: "user", user: "ada" });
  watch(2, { kind: "user", user: "bob" });
  watch(3, { kind: "all" });
  open();
  read(text('{"type":"ping"}'));
  expect(got(1)).toEqual([]);
  expect(textsOf(got(3), "c2s")).toEqual(['{"type":"ping"}']);
  say({ type: "login", user: "ada" });
  read(text('{"type":"pong"}'));
  expect(textsOf(got(1), "c2s")).toEqual(['{"type":"ping"}', '{"type":"pong"}']);
  expect(textsOf(got(3), "c2s")).toEqual(['{"type":"ping"}', '{"type":"pong"}']);
  expect(got(2)).toEqual([]);
});

test("who never logs in leaves nothing behind", () => {
  const { open, watch, read, say, got } = makeReader();
  watch(1, { kind: "user", user: "ada" });
  open();
  read(text("who am I?"));
  say({ type: "end", how: "closed" });
  expect(got(1)).toEqual([]);
});

test("what waits for a login is bounded, and what did not fit is counted", () => {
  const { open, watch, read, say, got } = makeReader();
  watch(1, { kind: "user", user: "ada" });
  open();
  for (let i = 0; i < 2000; i++) read(frame(0x82, Buffer.alloc(100, i)));
  say({ type: "login", user: "ada" });
  const records = got(1);
  const [lost = 0] = lostIn(records);
  expect(lost).toBeGreaterThan(0);
  // A frame and a message each.
  const shown = records.filter((record) => record.k !== "note");
  expect(shown.length + lost).toBe(4000);
});

test("bytes that nobody could look at are said to be missing", () => {
  const { open, watch, read, say, got } = makeReader();
  watch(1, { kind: "all" });
  open();
  read(text("before").subarray(0, 5));
  say({ type: "missing", dir: "c2s", count: 1000 });
  read(Buffer.concat(["one", "two", "three"].map((word) => text(word))));
  const notes = got(1).flatMap((record) => (record.k === "note" ? [record.code] : []));
  expect(notes).toContain("gap");
  expect(textsOf(got(1), "c2s").slice(-3)).toHaveLength(3);
});
