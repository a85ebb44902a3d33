import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyQueue, fromArray, push, shift, toArray, type Queue } from "../src/queue.ts";

describe("Queue", () => {
  it("behaves like an array whose front is taken and whose end is added to", () => {
    const steps = fc.array(fc.oneof(fc.nat(), fc.constant("shift" as const)));
    fc.assert(
      fc.property(steps, (all) => {
        let queue: Queue<number> = emptyQueue;
        const model: number[] = [];
        for (const step of all) {
          queue = step === "shift" ? shift(queue) : push(queue, step);
          if (step === "shift") model.shift();
          else model.push(step);
          expect(queue.front?.value).toBe(model[0]);
          expect(queue).toHaveLength(model.length);
          expect(toArray(queue)).toEqual(model);
        }
      }),
    );
  });

  it("shares what it holds, so that a step does not cost more where more is held", () => {
    const queue = fromArray([1, 2, 3]);
    expect(push(queue, 4).front).toBe(queue.front);
    expect(push(queue, 4).back?.next).toBe(queue.back);
    const turned = shift(queue);
    expect(shift(turned).front).toBe(turned.front?.next);
  });

  it("leaves what it was made from as it was", () => {
    const queue = fromArray([1, 2, 3]);
    push(shift(queue), 4);
    shift(shift(queue));
    expect(toArray(queue)).toEqual([1, 2, 3]);
  });
});
