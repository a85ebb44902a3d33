import fc from "fast-check";
import { expect, test } from "vitest";
import { OutgoingQueue, type Outgoing } from "../../src/faults/outgoing.ts";

/** Everything that leaves up to `untilMs`, each with when it does, by a clock of the test. */
function play(queue: OutgoingQueue, untilMs: number): (readonly [number, Outgoing])[] {
  const left: (readonly [number, Outgoing])[] = [];
  let now = 0;
  while (queue.dueMs <= untilMs) {
    now = Math.max(now, queue.dueMs);
    const next = queue.take(now);
    if (next === null) throw new Error("it said that something was due");
    left.push([now, next]);
  }
  return left;
}

const pieces = (left: readonly (readonly [number, Outgoing])[]): readonly string[] =>
  left.map(([at, next]) =>
    next.kind === "frame"
      ? `${at} ${next.first ? "first" : "more"}${next.fin ? " fin" : ""} ${next.data.toString("hex")}`
      : `${at} ${next.kind}`,
  );

test("holds each message back for the delay, and not one after the other", () => {
  const queue = new OutgoingQueue({ delayMs: 100 });
  queue.addMessage(Buffer.of(1), false, 0);
  queue.addMessage(Buffer.of(2), true, 30);
  expect(queue.take(99)).toBeNull();
  expect(pieces(play(queue, 1000))).toEqual(["100 first fin 01", "130 first fin 02"]);
  expect(queue.dueMs).toBe(Infinity);
});

test("lets a pong stand between two frames, and a message not", () => {
  const queue = new OutgoingQueue({ fragments: 3, gapMs: 50 });
  queue.addMessage(Buffer.from("abcdef"), false, 0);
  queue.addMessage(Buffer.from("x"), false, 0);
  queue.addPong(Buffer.from("p"), 20);
  expect(pieces(play(queue, 1000))).toEqual([
    "0 first 6162",
    "20 pong",
    "50 more 6364",
    "100 more fin 6566",
    "100 first ",
    "150 more ",
    "200 more fin 78",
  ]);
});

test("keeps the end behind the messages that were there", () => {
  const queue = new OutgoingQueue({ delayMs: 100, fragments: 2 });
  queue.addMessage(Buffer.from("ab"), false, 0);
  queue.addEnd();
  queue.addMessage(Buffer.from("cd"), false, 0);
  expect(pieces(play(queue, 100)).slice(0, 3)).toEqual([
    "100 first 61",
    "100 more fin 62",
    "100 end",
  ]);
});

test("at once gives the rest of a message in one frame, and others whole", () => {
  const queue = new OutgoingQueue({ delayMs: 100, fragments: 4, gapMs: 10 });
  queue.addMessage(Buffer.from("abcd"), false, 0);
  queue.addMessage(Buffer.from("efgh"), false, 0);
  play(queue, 110);
  const left: Outgoing[] = [];
  for (let next = queue.takeAtOnce(); next !== null; next = queue.takeAtOnce()) left.push(next);
  expect(pieces(left.map((next) => [0, next] as const))).toEqual([
    "0 more fin 6364",
    "0 first fin 65666768",
  ]);
  expect(queue.bytes).toBe(0);
});

test("gives every byte once, in exactly so many frames, whatever the sizes and the times", () => {
  const message = fc.record({ data: fc.uint8Array({ maxLength: 40 }), afterMs: fc.nat(30) });
  const faults = fc.record({
    delayMs: fc.integer({ min: 1, max: 100 }),
    fragments: fc.integer({ min: 2, max: 100 }),
    gapMs: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(faults, fc.array(message, { maxLength: 8 }), (asked, messages) => {
      const queue = new OutgoingQueue(asked);
      let now = 0;
      for (const { data, afterMs } of messages) {
        now += afterMs;
        queue.addMessage(Buffer.from(data), true, now);
      }
      const left = play(queue, Number.MAX_VALUE).map(([, next]) => next);
      const got: Buffer[][] = [];
      for (const next of left) {
        if (next.kind !== "frame") throw new Error("nobody asked for that");
        if (next.first) got.push([]);
        got.at(-1)?.push(next.data);
        expect(next.fin).toBe(got.at(-1)?.length === asked.fragments);
      }
      expect(got.map((parts) => Buffer.concat(parts))).toEqual(
        messages.map(({ data }) => Buffer.from(data)),
      );
      expect(queue.bytes).toBe(0);
    }),
  );
});
