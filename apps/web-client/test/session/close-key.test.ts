import { describe, expect, it } from "vitest";
import { closes } from "@wsecho/protocol";
import { closeKey } from "../../src/session/close-key.ts";

describe("closeKey", () => {
  it("finds every entry of the protocol's table by its code and reason", () => {
    for (const [name, { code, reason }] of Object.entries(closes))
      expect(closeKey(code, reason)).toBe(name);
  });

  it("takes a code's first entry where the reason is another", () => {
    expect(closeKey(1000, "bye")).toBe("normal");
    expect(closeKey(4401, "")).toBe("notAuthenticated");
  });

  it.each([
    [1005, "noCode"],
    [1006, "abnormal"],
    [1010, "missingExtension"],
    [1014, "badGateway"],
    [1015, "unknown"],
    [3000, "registered"],
    [3999, "registered"],
    [4000, "private"],
    [4500, "serviceError"],
    [4599, "serviceError"],
    [4600, "private"],
    [5000, "unknown"],
  ])("has words for %d, which the table does not hold", (code, key) =>
    expect(closeKey(code, "")).toBe(key),
  );
});
