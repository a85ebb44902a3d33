import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ServerEffect } from "../src/index.ts";
import { echoesFrom, transitionServer } from "../src/server/index.ts";
import { anyServerState } from "./support/arbitrary.ts";
import { binary, json, text } from "./support/samples.ts";

const quick = anyServerState
  .map((state) => ({ state, lastId: echoesFrom(state) }))
  .filter(({ lastId }) => lastId !== null);

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
      fc.property(quick, fc.integer({ min: 1, max: 9 }), fc.string(), (given, step, said) => {
        const { state, lastId } = given;
        if (state.kind !== "ready" || lastId === null) throw new Error("not ready");
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
      }),
      { numRuns: 1000 },
    );
  });

  it("allows exactly what the machine does with a binary message that is answered by itself", () => {
    fc.assert(
      fc.property(quick, ({ state }) => {
        if (state.kind !== "ready") throw new Error("not ready");
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
