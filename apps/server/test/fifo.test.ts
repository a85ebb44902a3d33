import fc from "fast-check";
import { expect, test } from "vitest";
import { createFifo } from "../src/fifo.ts";

test("does as an array does", () => {
  const steps = fc.array(fc.option(fc.integer(), { nil: "shift" as const }));
  fc.assert(
    fc.property(steps, (all) => {
      const fifo = createFifo<number>();
      const array: number[] = [];
      for (const step of all) {
        if (step === "shift") {
          fifo.shift();
          array.shift();
        } else {
          fifo.push(step);
          array.push(step);
        }
        expect([fifo.first(), fifo.length()]).toEqual([array[0], array.length]);
      }
    }),
  );
});
