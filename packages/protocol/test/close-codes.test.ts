import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { closes, maxReasonBytes, retryAfterClose, utf8Length } from "../src/index.ts";

const entries = Object.entries(closes);

describe("closes", () => {
  it.each(entries)("[C1, C5] %s has a code that may be sent and a reason that fits", (_, close) => {
    // RFC 6455 section 7.4: these may stand in a frame; 1004 to 1006 and 1015 never do.
    expect([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013]).toEqual(
      close.code < 3000
        ? expect.arrayContaining([close.code])
        : expect.not.arrayContaining([close.code]),
    );
    if (close.code >= 3000) expect(Math.floor(close.code / 100)).toBe(44);
    expect(utf8Length(close.reason)).toBeLessThanOrEqual(maxReasonBytes);
    expect(close.reason).toMatch(/^[ -~]*$/);
  });

  it("[C1] tells its entries apart by code and reason", () => {
    const keys = entries.map(([, { code, reason }]) => `${code} ${reason}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("retryAfterClose", () => {
  it.each(entries)("[C6] says what the table says of %s", (_, { code, reason, retry }) => {
    expect(retryAfterClose(code, reason)).toBe(retry);
  });

  it("[C6] answers for every number and reason", () => {
    fc.assert(
      fc.property(fc.double(), fc.string(), (code, reason) => {
        expect(["never", "later", "credentials"]).toContain(retryAfterClose(code, reason));
      }),
    );
  });

  it("[C6] stops at an unknown code unless it mirrors an HTTP 5xx", () => {
    const known = new Set<number>([...entries.map(([, { code }]) => code), 1005, 1006, 1014]);
    for (let code = 0; code <= 5100; code++) {
      if (known.has(code)) continue;
      expect(retryAfterClose(code)).toBe(code >= 4500 && code <= 4599 ? "later" : "never");
    }
  });
});
