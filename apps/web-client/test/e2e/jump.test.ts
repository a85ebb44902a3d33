import { describe, expect, it } from "vitest";
import { useSite } from "../support/fixture.ts";
import { watch } from "../support/watch.ts";
import { importFile } from "../support/page.ts";

const site = useSite();

const line = (i: number, lines: number): string =>
  JSON.stringify({
    ...{ v: 1, t: new Date(1e12 + i).toISOString(), type: "message", dir: "s2c" },
    text: `message ${i}${"\nmore".repeat(lines)}`,
  });

describe("a jump to rows that were never drawn", () => {
  it("shows them in the next frame from edge to edge, though others are much higher", async () => {
    const page = await site.openSession();
    // The list begins at its end, so that it measures high ones first.
    const lines = Array.from({ length: 3000 }, (_, i) => line(i, i < 2950 ? i % 2 : 5));
    await importFile(page, "rows.jsonl", lines.join("\n"));
    await page.getByText("message 2999").waitFor();

    const list = page.getByRole("region", { name: "Transcript" });
    const height = await list.evaluate(({ scrollHeight }) => scrollHeight);
    for (const part of [0.5, 0.2, 0.75, 0.74, 0.6, 0.61, 0.1]) {
      const { empty, elements } = await list.evaluate(watch, { to: part * height });
      expect(empty).toEqual([0]);
      expect(elements).toBeLessThan(400);
    }
  });
});
