import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMessages } from "../../src/bench/message.ts";
import { createAwaited, createTally } from "../../src/bench/tally.ts";

describe("messages", () => {
  it("have their size, say their number and differ from connection to connection", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 9, max: 3000 }),
        fc.integer({ min: 0, max: 62 }),
        fc.nat(),
        (size, connection, n) => {
          const messages = createMessages(size, connection);
          const text = messages.make(n);
          expect(Buffer.byteLength(text)).toBe(size);
          expect(messages.numberOf(text)).toBe(n);
          expect(createMessages(size, connection + 1).numberOf(text)).toBeNull();
        },
      ),
    );
  });

  it("of any size come back the same", () => {
    for (let size = 0; size < 9; size++)
      expect(createMessages(size, 0).make(35)).toHaveLength(size);
  });
});

/** One connection on which `sent` messages wait for their echo. */
const waiting = (sent: number) => {
  const tally = createTally();
  const messages = createMessages(20, 0);
  const awaited = createAwaited(tally, messages);
  for (let n = 0; n < sent; n++) awaited.sent(n, n * 1000);
  return {
    tally,
    awaited,
    receive: (n: number, now = 1e6) => awaited.received(messages.make(n), now),
  };
};

describe("what is awaited", () => {
  it("is echoed in order, and timed from when it was due", () => {
    const { tally, awaited, receive } = waiting(2);
    expect([receive(0, 5_000_000), receive(1, 5_001_000)]).toEqual([true, true]);
    expect(tally).toMatchObject({ sent: 2, echoed: 2, reordered: 0, doubled: 0, corrupt: 0 });
    expect(tally.latency.count).toBe(2);
    expect(tally.latency.max).toBeGreaterThanOrEqual(5_000_000);
    expect(awaited.count()).toBe(0);
  });

  it("may come in another order, which is told", () => {
    const { tally, receive } = waiting(3);
    for (const n of [1, 0, 2]) receive(n);
    expect(tally).toMatchObject({ echoed: 3, reordered: 1, lost: 0 });
  });

  it("may come twice, or as something else", () => {
    const { tally, awaited, receive } = waiting(2);
    receive(0);
    expect(receive(0)).toBe(false);
    expect(awaited.received("00000001 and not what was sent", 1)).toBe(false);
    awaited.end();
    expect(tally).toMatchObject({ echoed: 1, doubled: 1, corrupt: 1, lost: 1 });
  });

  it("is lost once where its echo comes after the end", () => {
    const { tally, awaited, receive } = waiting(1);
    awaited.end();
    expect(receive(0)).toBe(false);
    expect(tally).toMatchObject({ sent: 1, echoed: 0, lost: 1, doubled: 0 });
  });

  it("is lost where the server refuses it", () => {
    const { tally, awaited } = waiting(2);
    awaited.refused(createMessages(20, 0).make(1));
    expect(tally.lost).toBe(1);
    expect(awaited.count()).toBe(1);
  });
});
