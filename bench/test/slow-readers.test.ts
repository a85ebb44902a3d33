import { describe, expect, it } from "vitest";
import { runSlowReaders } from "../src/soak/slow-readers.ts";
import { startControl, startOurs } from "../src/soak/targets.ts";

const mib = 1024 * 1024;

describe("500 peers that send and never read", () => {
  it(
    "cost a bounded memory, are closed and counted, and no echo of others is lost",
    { timeout: 600_000 },
    async () => {
      await using server = await startOurs(3000);
      await using other = await startControl(3000);
      const readers = 500;
      const { before, elsewhere, calm, waves } = await runSlowReaders(server, other, {
        readers,
        rate: 500 * mib,
        waves: 1,
        others: 10,
        milliseconds: 300,
      });
      for (const { flooding, meanwhile, peak, after, paused, closed } of waves) {
        // The high-water mark of each, and what one read brings.
        expect(peak.externalBytes - calm.externalBytes).toBeLessThan(readers * mib);
        expect(after.externalBytes - calm.externalBytes).toBeLessThan(20 * mib);
        expect(paused).toBeGreaterThanOrEqual(readers);
        expect(closed).toBe(readers);
        // A round rejects where one of its echoes is wrong, or does not come.
        for (const round of [before, elsewhere, flooding, meanwhile])
          expect(round.messages).toBeGreaterThanOrEqual(10);
      }
    },
  );
});
