import { expect, test } from "vitest";
import type { Entry, Order } from "../../src/tap/messages.ts";
import { createTape } from "../../src/tap/tape.ts";

type Posted = Extract<Order, { readonly type: "tape" }>;

const sizeOf = (entry: Entry): number => {
  if (entry.type === "bytes") return entry.length;
  return entry.type === "missing" ? entry.count : 0;
};

test("bytes for which there is no room are counted in their place, and later ones go on", () => {
  const posted: Posted[] = [];
  let missed = 0;
  const tape = createTape(
    (order) => posted.push(order),
    (bytes) => (missed += bytes),
  );
  const chunk = new Uint8Array(1024 * 1024).fill(7);
  // Nobody gives a tape back: what may be in hand is used up.
  for (let i = 0; i < 50; i++) tape.add(1, i % 2 === 0 ? "c2s" : "s2c", chunk);
  tape.flush();
  expect(missed).toBeGreaterThan(0);
  const inHand = posted.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
  expect(inHand).toBeLessThanOrEqual(32 * 1024 * 1024);
  expect(inHand + missed).toBe(50 * chunk.length);
  for (const { bytes } of posted) tape.giveBack(bytes);
  tape.add(1, "c2s", chunk);
  tape.flush();
  expect(posted.at(-1)?.entries).toMatchObject([{ type: "bytes", length: chunk.length }]);
  // Each direction lost some, told once in the tape in which it was.
  const entries = posted.flatMap((order) => order.entries);
  expect(entries.reduce((sum, entry) => sum + sizeOf(entry), 0)).toBe(51 * chunk.length);
  const gaps = entries.filter((entry) => entry.type === "missing");
  expect(new Set(gaps.map(({ dir }) => dir))).toEqual(new Set(["c2s", "s2c"]));
});

test("is a copy, for whoever owns the bytes unmasks them in place", () => {
  const posted: Posted[] = [];
  const tape = createTape(
    (order) => posted.push(order),
    () => expect.unreachable("there is room"),
  );
  const bytes = Uint8Array.of(1, 2, 3);
  tape.add(1, "c2s", bytes);
  bytes.fill(0);
  tape.flush();
  expect([...new Uint8Array(posted[0]?.bytes ?? new ArrayBuffer(0), 0, 3)]).toEqual([1, 2, 3]);
});
