import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeEvent, encodeEvent, type EventLine } from "../../src/events/index.ts";

const event: fc.Arbitrary<EventLine> = fc.record(
  {
    t: fc.nat(),
    conn: fc.integer({ min: 1 }),
    dir: fc.constantFrom("in", "out"),
    type: fc.constant("message" as const),
    text: fc.string({ unit: "binary" }),
    bytes: fc.nat(),
    rttMs: fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => value + 0),
  },
  { requiredKeys: ["type", "text"] },
);

describe("event lines", () => {
  it("[E1, E3] come back as they were, on one line each", () => {
    fc.assert(
      fc.property(event, (given) => {
        const line = encodeEvent(given);
        expect(line).not.toContain("\n");
        expect(decodeEvent(line)).toEqual({ ok: true, value: { v: 1, ...given } });
      }),
    );
  });

  it("[E1, E2] may be as short as a message by hand, and may hold more than is known", () => {
    expect(decodeEvent('{"type":"message","b64":"AP8=","more":1}')).toEqual({
      ok: true,
      value: { type: "message", b64: "AP8=" },
    });
    expect(decodeEvent('{"type":"close","code":4001,"reason":"bye"}').ok).toBe(true);
  });

  it.each([
    ["nonsense", "must be JSON"],
    ["[]", "must be an object"],
    ['{"type":"shout"}', "event.type"],
    ['{"type":"message"}', "text or b64"],
    ['{"type":"message","text":"a","b64":"YQ=="}', "not both"],
    ['{"type":"message","b64":"a secret"}', "must be base64"],
    ['{"type":"ping","dir":"up"}', "event.dir"],
    ['{"type":"pong","rttMs":-1}', "event.rttMs"],
    ['{"v":2,"type":"ping"}', "event.v"],
  ])("[E1, E2, E3] say what is wrong with %s, and repeat nothing of it", (line, words) => {
    const decoded = decodeEvent(line);
    expect(decoded.ok).toBe(false);
    if (decoded.ok) return;
    expect(decoded.error).toContain(words);
    expect(decoded.error).not.toContain("secret");
  });
});
