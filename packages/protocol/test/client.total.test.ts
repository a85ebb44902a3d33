import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { utf8Length } from "../src/index.ts";
import { transitionClient } from "../src/client/index.ts";
import { anyClientEvent, anyClientState } from "./support/arbitrary.ts";
import { freeze } from "./support/freeze.ts";

describe("transitionClient, for any state and any event", () => {
  it("never throws, changes nothing that it was given, and gives the same answer again", () => {
    fc.assert(
      fc.property(anyClientState.map(freeze), anyClientEvent.map(freeze), (state, event) => {
        const step = transitionClient(state, event);
        expect(transitionClient(state, event)).toEqual(step);
      }),
      { numRuns: 3000 },
    );
  });

  it("closes with reasons that fit a close frame", () => {
    fc.assert(
      fc.property(anyClientState, anyClientEvent, (state, event) => {
        for (const effect of transitionClient(state, event)[1])
          if (effect.type === "close") expect(utf8Length(effect.reason)).toBeLessThanOrEqual(123);
      }),
    );
  });
});
