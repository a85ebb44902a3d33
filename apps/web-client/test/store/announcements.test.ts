import { describe, expect, it } from "vitest";
import type { PageEvent } from "../../src/session/view.ts";
import { announce } from "../../src/store/announcements.ts";
import { translateFrom } from "../../src/words/catalogue.ts";
import { en } from "../../src/words/en.ts";

/** What somebody hears who listens to one event. */
const heard = (event: PageEvent): readonly string[] => {
  const said: string[] = [];
  const say = (words: string): void => void said.push(words);
  announce([{ at: 0, event }], { say, count: say }, translateFrom(en));
  return said;
};

describe("a screen reader hears", () => {
  const payload = { kind: "text", text: "hi" } as const;
  const refused = { kind: "refused", code: 1011, message: "no" } as const;

  it.each<readonly [PageEvent, string]>([
    [{ type: "settled", id: 1, outcome: { kind: "echoed", payload }, rttMs: 1 }, "Received: hi"],
    [{ type: "settled", id: 1, outcome: refused, rttMs: null }, "refused 1011"],
    [{ type: "neverSent", payload }, "not sent"],
    [{ type: "serverError", code: 4400, message: "what?" }, "Server error 4400: what?"],
    [{ type: "problem", detail: "too big" }, "Problem: too big"],
  ])("of %j", (event, words) => expect(heard(event)).toEqual([words]));

  it("nothing of what is said otherwise: a loss by the close, a login on its way by the form", () => {
    expect(heard({ type: "settled", id: 1, outcome: { kind: "lost" }, rttMs: null })).toEqual([]);
    expect(heard({ type: "status", status: { kind: "greeting", dialect: "v1" } })).toEqual([]);
  });
});
