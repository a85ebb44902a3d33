import { describe, expect, it } from "vitest";
import type { Payload } from "@wsecho/protocol";
import { checkEcho } from "../../src/session/echo-check.ts";

const text = (value: string): Payload => ({ kind: "text", text: value });
const binary = (...bytes: number[]): Payload => ({ kind: "binary", data: new Uint8Array(bytes) });
const identical = { kind: "identical" };

describe("checkEcho", () => {
  it("finds equal payloads identical", () => {
    expect(checkEcho(text("héllo 😀"), text("héllo 😀"))).toEqual(identical);
    expect(checkEcho(binary(1, 2), binary(1, 2))).toEqual(identical);
    expect(checkEcho(text(""), text(""))).toEqual(identical);
    expect(checkEcho(binary(), binary())).toEqual(identical);
  });

  it("counts bytes of UTF-8, not characters", () => {
    expect(checkEcho(text("éa"), text("éb"))).toEqual({ kind: "differs", atByte: 2 });
  });

  it("finds what is missing and what is too much", () => {
    expect(checkEcho(text("abc"), text("ab"))).toEqual({ kind: "differs", atByte: 2 });
    expect(checkEcho(binary(1), binary(1, 0))).toEqual({ kind: "differs", atByte: 1 });
  });

  it("compares what went over the wire: a lone surrogate went as U+FFFD", () => {
    expect(checkEcho(text("a\ud800"), text("a\ufffd"))).toEqual(identical);
  });

  it("finds text and binary different from the start", () => {
    expect(checkEcho(text(""), binary())).toEqual({ kind: "differs", atByte: 0 });
  });
});
