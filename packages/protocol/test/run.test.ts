import { describe, expect, it } from "vitest";
import { runMachine, type Machine } from "../src/index.ts";

type Event = string;
type Effect = string;

/** Counts events and turns each into the effects that `plan` names. */
function machine(
  plan: Readonly<Record<string, readonly Effect[]>>,
  perform: (effect: Effect, dispatch: (event: Event) => void) => void,
): Machine<readonly string[], Event> {
  return runMachine<readonly string[], Event, Effect>(
    [],
    (seen, event) => [[...seen, event], plan[event] ?? []],
    perform,
  );
}

describe("runMachine", () => {
  it("performs the effects of an event in order, before dispatch returns", () => {
    const done: string[] = [];
    const { dispatch, state } = machine({ go: ["a", "b"] }, (effect) => done.push(effect));
    dispatch("go");
    expect(done).toEqual(["a", "b"]);
    expect(state()).toEqual(["go"]);
  });

  it("lets an event that an effect raises wait until the effects before it are done", () => {
    const done: string[] = [];
    const { dispatch, state } = machine(
      { go: ["a", "b"], next: ["c"], last: ["d"] },
      (effect, raise) => {
        done.push(effect);
        if (effect === "a") {
          raise("next");
          raise("last");
        }
      },
    );
    dispatch("go");
    expect(done).toEqual(["a", "b", "c", "d"]);
    expect(state()).toEqual(["go", "next", "last"]);
  });

  it("has moved on before its effects are performed", () => {
    let seen: readonly string[] = [];
    const { dispatch, state } = machine({ go: ["look"] }, () => (seen = state()));
    dispatch("go");
    expect(seen).toEqual(["go"]);
  });

  it("takes an event of any value, also undefined", () => {
    const { dispatch, state } = runMachine<number, undefined, never>(
      0,
      (count) => [count + 1, []],
      () => undefined,
    );
    dispatch(undefined);
    expect(state()).toBe(1);
  });

  it("performs the other effects and events although one throws, then passes the error on", () => {
    const done: string[] = [];
    const { dispatch, state } = machine({ go: ["a", "bad", "b"], next: ["c"] }, (effect, raise) => {
      if (effect === "a") raise("next");
      if (effect === "bad") throw new Error("a programmer's error");
      done.push(effect);
    });
    expect(() => dispatch("go")).toThrow("a programmer's error");
    // A close and its deadline often follow a send: they must not be lost with it.
    expect(done).toEqual(["a", "b", "c"]);
    expect(state()).toEqual(["go", "next"]);
    dispatch("next");
    expect(done).toEqual(["a", "b", "c", "c"]);
  });

  it("passes the first of several errors on", () => {
    const { dispatch } = machine({ go: ["1", "2"] }, (effect) => {
      throw new Error(`error ${effect}`);
    });
    expect(() => dispatch("go")).toThrow("error 1");
  });

  it("keeps its state when the transition throws, and goes on with the next event", () => {
    const { dispatch, state } = runMachine<number, string, never>(
      0,
      (count, event) => {
        if (event === "bad") throw new Error("not total");
        return [count + 1, []];
      },
      () => undefined,
    );
    expect(() => dispatch("bad")).toThrow("not total");
    dispatch("good");
    expect(state()).toBe(1);
  });

  it("takes many events that one effect raises without slowing down", () => {
    const { dispatch, state } = runMachine<number, "burst" | "one", "raise">(
      0,
      (count, event) => [count + 1, event === "burst" ? ["raise"] : []],
      (_effect, raise) => {
        for (let i = 0; i < 200_000; i++) raise("one");
      },
    );
    dispatch("burst");
    expect(state()).toBe(200_001);
  });
});
