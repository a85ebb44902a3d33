import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ServerEffect } from "../src/index.ts";
import { echoesFrom, transitionServer } from "../src/server/index.ts";
import { anyServerState, freeServerState } from "./support/arbitrary.ts";
import { binary, json, text } from "./support/samples.ts";

describe("echoesFrom", () => {
  it("allows nothing where the session is not ready, is busy, or is about to end", () => {
    fc.assert(
      fc.property(anyServerState, (state) => {
        const isFree =
          state.kind === "ready" &&
          state.handling === null &&
          state.leaving === null &&
          state.backlog.frames.length === 0;
        expect(echoesFrom(state)).toBe(isFree ? state.lastId : null);
      }),
    );
  });

  it("allows exactly what the machine does with a text that is answered by itself", () => {
    fc.assert(
      fc.property(
        freeServerState,
        fc.integer({ min: 1, max: 9 }),
        fc.string(),
        (state, step, said) => {
          const lastId = echoesFrom(state);
          if (lastId === null) throw new Error("not free");
          const isPlain = state.options.dialect === "plain";
          const id = isPlain ? lastId + 1 : lastId + step;
          const frame = isPlain ? text(said) : json({ type: "submit", id, text: said });
          const [busy, before] = transitionServer(state, { type: "frame", frame });
          const [free, after] = transitionServer(busy, {
            type: "handled",
            reply: { kind: "text", text: said },
          });
          expect(shown([...before, ...after])).toEqual([
            { type: "startTimer", name: "idle", ms: state.options.limits.idleTimeoutMs },
            { type: "handle", submission: { kind: "text", text: said } },
            { type: "send", message: { type: "echo", id, text: said } },
          ]);
          expect(transitionServer(state, { type: "echoed", lastId: id })).toEqual([free, []]);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("allows exactly what the machine does with a binary message that is answered by itself", () => {
    fc.assert(
      fc.property(freeServerState, (state) => {
        expect(echoesFrom(state)).not.toBeNull();
        const frame = binary(1, 2);
        if (frame.type !== "binary") throw new Error("not binary");
        const { data } = frame;
        const [busy, before] = transitionServer(state, { type: "frame", frame });
        const [free, after] = transitionServer(busy, {
          type: "handled",
          reply: { kind: "binary", data },
        });
        expect(shown([...before, ...after])).toEqual([
          { type: "startTimer", name: "idle", ms: state.options.limits.idleTimeoutMs },
          { type: "handle", submission: { kind: "binary", data } },
          { type: "sendBinary", data },
        ]);
        expect(free).toEqual(state);
      }),
    );
  });
});

/** While a message is in hand and others wait, input is paused; here it never leaves the step. */
function shown(effects: readonly ServerEffect[]): readonly ServerEffect[] {
  return effects.filter(({ type }) => type !== "pauseInput" && type !== "resumeInput");
}
