import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fairShare } from "../../src/store/fair-share.ts";

const sizes = fc.array(fc.nat(1000), { minLength: 1, maxLength: 10 });
const sum = (list: readonly number[]): number => list.reduce((all, one) => all + one, 0);

describe("a fair share", () => {
  it("keeps all together within the room, and takes nothing from who holds little", () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 10, max: 4000 }), (held, room) => {
        const share = fairShare(held, room);
        expect(sum(held.map((size) => Math.min(size, share)))).toBeLessThanOrEqual(room);
        // Nobody gives way below an equal part, and none is wasted while somebody wants it.
        expect(share).toBeGreaterThanOrEqual(Math.floor(room / held.length));
        if (sum(held) > room)
          expect(sum(held.map((size) => Math.min(size, share + 1)))).toBeGreaterThan(room - 1);
        else expect(share).toBe(room);
      }),
    );
  });

  it("lets a large one have what small ones leave", () => {
    expect(fairShare([10, 20, 900], 300)).toBe(270);
    expect(fairShare([500, 500], 300)).toBe(150);
    expect(fairShare([500], 300)).toBe(300);
  });
});
