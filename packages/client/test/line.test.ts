import fc from "fast-check";
import { expect, it } from "vitest";
import { createLine } from "../src/line.ts";

it("a line behaves as an array from whose middle items may leave", () => {
  const step = fc.oneof(
    fc.constant("push" as const),
    fc.constant("shift" as const),
    fc.nat(30).map((leave) => ({ leave })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const line = createLine<number>();
      const leaves: (() => void)[] = [];
      let model: number[] = [];
      for (const action of steps) {
        if (action === "push") {
          model.push(leaves.length);
          leaves.push(line.push(leaves.length));
        } else if (action === "shift") {
          expect(line.shift()).toBe(model.shift());
        } else {
          leaves[action.leave]?.();
          model = model.filter((item) => item !== action.leave);
        }
        expect(line.size()).toBe(model.length);
        expect(line.first()).toBe(model[0]);
      }
      while (model.length > 0) expect(line.shift()).toBe(model.shift());
      expect(line.shift()).toBeUndefined();
    }),
  );
});
