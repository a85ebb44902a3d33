import { describe, expect, it } from "vitest";
import { startSoakServer } from "../src/soak/server.ts";
import { runSlowReaders, slowReaderFlags } from "../src/soak/slow-readers.ts";

const mib = 1024 * 1024;

describe("500 peers that send and never read", () => {
  it(
    "cost a bounded memory, are closed and counted, and no echo of others is lost",
    { timeout: 120_000 },
    async () => {
      await using server = await startSoakServer([...slowReaderFlags, "--slow-timeout", "3s"]);
      const readers = 500;
      const run = await runSlowReaders(server, { readers, others: 10, milliseconds: 300 });
      const { calm, peak, after } = run;
      // The high-water mark of each, and what one read brings.
      expect(peak.externalBytes - calm.externalBytes).toBeLessThan(readers * mib);
      expect(after.externalBytes - calm.externalBytes).toBeLessThan(20 * mib);
      expect(run.paused).toBeGreaterThanOrEqual(readers);
      expect(run.closed).toBe(readers);
      // A round rejects where one of its echoes is wrong, or does not come.
      for (const round of [run.before, run.flooding, run.meanwhile])
        expect(round.messages).toBeGreaterThanOrEqual(10);
    },
  );
});
