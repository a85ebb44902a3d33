import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closes, utf8Length } from "../src/index.ts";
import { transitionServer } from "../src/server/index.ts";
import { anyServerEvent, anyServerState } from "./support/arbitrary.ts";
import { freeze } from "./support/freeze.ts";

describe("transitionServer, for any state and any event", () => {
  it("never throws, changes nothing that it was given, and gives the same answer again", () => {
    fc.assert(
      fc.property(anyServerState.map(freeze), anyServerEvent.map(freeze), (state, event) => {
        const step = transitionServer(state, event);
        expect(transitionServer(state, event)).toEqual(step);
      }),
      { numRuns: 3000 },
    );
  });

  it("closes with codes that the table knows and reasons that fit a close frame", () => {
    const codes = new Set<number>(Object.values(closes).map(({ code }) => code));
    fc.assert(
      fc.property(anyServerState, anyServerEvent, (state, event) => {
        for (const effect of transitionServer(state, event)[1]) {
          if (effect.type !== "close") continue;
          expect(codes).toContain(effect.code);
          expect(utf8Length(effect.reason)).toBeLessThanOrEqual(123);
        }
      }),
    );
  });
});
