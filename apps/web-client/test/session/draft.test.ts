import { describe, expect, it } from "vitest";
import { payloadOf } from "../../src/session/draft.ts";
import { base64Of, parseBase64 } from "../../src/text/base64.ts";

describe("a draft", () => {
  it.each([
    ["text", "hi", { kind: "text", text: "hi" }],
    // As it was typed: checked, not changed.
    ["json", ' {"a": 1.0}', { kind: "text", text: ' {"a": 1.0}' }],
    ["hex", "00 ff", { kind: "binary", data: Uint8Array.of(0, 255) }],
    ["base64", "AP8=", { kind: "binary", data: Uint8Array.of(0, 255) }],
    ["base64", "_-8", { kind: "binary", data: Uint8Array.of(255, 239) }],
  ] as const)("in %s is read: %j", (mode, text, payload) =>
    expect(payloadOf({ mode, text }, null)).toEqual({ ok: true, value: payload }),
  );

  it.each([
    ["json", "{", "notJson"],
    ["hex", "0", "oddDigits"],
    ["base64", "A", "notBase64"],
    ["file", "", "noFile"],
  ] as const)("in %s that is none says why: %j", (mode, text, kind) =>
    expect(payloadOf({ mode, text }, null)).toMatchObject({ ok: false, error: { kind } }),
  );

  it("is a file's bytes", () => {
    const data = Uint8Array.of(1, 2);
    expect(payloadOf({ mode: "file", text: "ignored" }, data)).toMatchObject({ value: { data } });
  });
});

describe("Base64", () => {
  it("comes back the same, also where it is long", () => {
    const data = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
    expect(parseBase64(base64Of(data))).toEqual({ ok: true, value: data });
  });
});
