import fc from "fast-check";
import type { WireRecord } from "@wsecho/wire";
import { describe, expect, it } from "vitest";
import { append, emptyLog, lostIn, trimLog } from "../../src/frames/log.ts";
import { conversation, recordsOf } from "../support/capture.ts";

const records = recordsOf(conversation);
const lost = (count: number): WireRecord => ({
  ...{ k: "note", t: 0, us: 0, conn: 0, at: "server", code: "lost", says: "", count },
});

describe("a log of records", () => {
  it("numbers without gaps and stays within its bounds, whatever comes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.constantFrom(...records), { maxLength: 20 }), { maxLength: 20 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 300, max: 20_000 }),
        (batches, most, bytes) => {
          let log = emptyLog;
          let all = 0;
          for (const batch of batches) {
            log = trimLog(append(log, batch), { records: most, bytes });
            all += batch.length;
            expect(log.kept.length).toBeLessThanOrEqual(most * 1.1);
            expect(log.bytes).toBeLessThanOrEqual(bytes * 1.1);
            expect(log.kept.length + log.dropped).toBe(all);
            log.kept.forEach(({ seq }, i) => expect(seq).toBe(log.dropped + i + 1));
          }
        },
      ),
    );
  });

  it("is the same where nothing has to go", () => {
    const log = append(emptyLog, records);
    expect(trimLog(log)).toBe(log);
    expect(append(log, [])).toBe(log);
  });

  it("adds up what a slow watcher lost", () => {
    expect(lostIn(append(emptyLog, [lost(3), ...records, lost(4)]))).toBe(7);
  });
});
