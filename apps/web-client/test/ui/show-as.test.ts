import { describe, expect, it } from "vitest";
import { showPayload } from "../../src/ui/show-as.ts";

describe("a payload shown as something else", () => {
  it("is no more of a long one than anybody is shown: all of it as hex would hold the page up", async () => {
    const payload = { kind: "text", text: "x".repeat(1024 * 1024) } as const;
    const shown = await showPayload(payload, "hex");
    if (!shown.ok) throw new Error(shown.error);
    // What is cut has to be seen to be cut.
    expect(shown.value.length).toBeGreaterThan(64 * 1024);
    expect(shown.value.length).toBeLessThan(128 * 1024);
  });
});
