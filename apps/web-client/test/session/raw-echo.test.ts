import { describe, expect, it } from "vitest";
import type { Payload } from "@wsecho/protocol";
import { createRawEcho } from "../../src/session/raw-echo.ts";

const text = (words: string): Payload => ({ kind: "text", text: words });

describe("the echo of a server without ids", () => {
  it("is the oldest message that is the same byte by byte, and passes those before it", () => {
    const echo = createRawEcho();
    for (const [i, words] of ["a", "b", "a"].entries()) echo.sent(i, text(words), i);
    expect(echo.answered(text("b"), 10)).toEqual({ id: 1, rttMs: 9, passed: [0] });
    expect(echo.answered(text("a"), 12)).toEqual({ id: 2, rttMs: 10, passed: [] });
    expect(echo.answered(text("a"), 13)).toBeNull();
  });

  it("is none where only the kind is another, and forgets what nobody answers", () => {
    const echo = createRawEcho();
    echo.sent(0, { kind: "binary", data: Uint8Array.of(97) }, 0);
    expect(echo.answered(text("a"), 1)).toBeNull();
    const forgotten = Array.from({ length: 100 }, (_, i) => echo.sent(i + 1, text("x"), 0)).flat();
    expect(forgotten).toEqual(Array.from({ length: 37 }, (_, i) => i));
  });
});
