import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeClient, utf8Length } from "@wsecho/protocol";
import { isTooBig, messageBytes, payloadBytes } from "../../src/session/payload.ts";

describe("payloadBytes", () => {
  it("counts what a person wrote", () => {
    expect(payloadBytes({ kind: "text", text: "é😀" })).toBe(6);
    expect(payloadBytes({ kind: "binary", data: new Uint8Array(7) })).toBe(7);
  });
});

describe("messageBytes", () => {
  it("counts the JSON around and the escapes within in v1", () => {
    const plain = messageBytes({ kind: "text", text: "ab" }, "v1");
    expect(messageBytes({ kind: "text", text: 'a"' }, "v1")).toBe(plain + 1);
    expect(messageBytes({ kind: "text", text: "a\u0000" }, "v1")).toBe(plain + 5);
  });

  it("counts the bare text in plain, and the bare bytes of binary", () => {
    expect(messageBytes({ kind: "text", text: 'é"' }, "plain")).toBe(3);
    expect(messageBytes({ kind: "binary", data: new Uint8Array(5) }, "v1")).toBe(5);
  });

  it("is never less than what the first million messages take", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 1e6 }), (text, id) => {
        const sent = encodeClient("v1", { type: "submit", id, text }) ?? "";
        expect(messageBytes({ kind: "text", text }, "v1")).toBeGreaterThanOrEqual(utf8Length(sent));
      }),
    );
  });
});

describe("isTooBig", () => {
  it("agrees with the exact count on both sides of the limit", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.integer({ min: 1, max: 500 }),
        (text, limit) => {
          const payload = { kind: "text", text } as const;
          for (const dialect of ["v1", "plain"] as const)
            expect(isTooBig(payload, dialect, limit)).toBe(messageBytes(payload, dialect) > limit);
        },
      ),
    );
  });

  it("lets exactly the limit through", () => {
    const data = new Uint8Array(10);
    expect(isTooBig({ kind: "binary", data }, "v1", 10)).toBe(false);
    expect(isTooBig({ kind: "binary", data }, "v1", 9)).toBe(true);
  });
});
