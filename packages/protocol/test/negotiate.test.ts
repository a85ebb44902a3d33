import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { bearerPrefix, negotiate, subprotocol } from "../src/index.ts";

describe("negotiate", () => {
  /** Headers made of what matters, and of anything. */
  const header = fc.oneof(
    fc.string({ unit: "binary", maxLength: 80 }),
    fc
      .array(
        fc.oneof(
          fc.constantFrom(subprotocol, "WSECHO.V1", "chat", "", " ", `${bearerPrefix}YQ`),
          fc.string().map((text) => bearerPrefix + text),
          fc.string(),
        ),
        { maxLength: 5 },
      )
      .map((offers) => offers.join(",")),
  );

  it("[N1, N3] answers every header, and v1 only where the name stands in it", () => {
    fc.assert(
      fc.property(header, fc.boolean(), (value, plain) => {
        const result = negotiate(value, { plain });
        if (!result.ok) {
          expect(result.error).not.toBe("");
          return;
        }
        expect(result.value.dialect).toBe("v1");
        expect(value.split(",").map((offer) => offer.trim())).toContain(subprotocol);
      }),
      { numRuns: 2000 },
    );
  });

  it("[N6] never selects or repeats what stands behind the token's prefix", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w-]{8,40}$/), fc.constantFrom("", "."), (token, end) => {
        const result = negotiate(`${subprotocol}, ${bearerPrefix}${token}${end}`);
        if (result.ok) {
          expect(result.value.bearer).toBe(token);
          expect(result.value.protocol).toBe(subprotocol);
        } else expect(result.error).not.toContain(token);
      }),
    );
  });

  it("takes megabytes of blanks or commas in one pass", () => {
    const long = 2 ** 21;
    // A pattern that backtracks would need hours for these, and so the test's time limit.
    for (const value of [" ".repeat(long), "a ".repeat(long / 2), ",".repeat(long)])
      expect(negotiate(`${subprotocol},${value}`).ok).toBe(false);
  });
});
