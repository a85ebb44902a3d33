/**
 * What peers cost that send and never read, and what the other sessions notice of them.
 *
 *     node --conditions=@wsecho/source bench/src/slow-readers.ts --rounds 3
 */
import { loadavg } from "node:os";
import { Command } from "commander";
import type { Round } from "./load.ts";
import { startSoakServer } from "./soak/server.ts";
import {
  runSlowReaders,
  slowReaderFlags,
  type Memory,
  type SlowReaders,
} from "./soak/slow-readers.ts";

const { rounds, readers, others, ms } = new Command("slow-readers")
  .description("Memory of the server, and p99 of other sessions, beside peers that never read.")
  .option("--rounds <n>", "a new server each", "3")
  .option("--readers <n>", "peers that send and never read", "500")
  .option("--others <n>", "sessions beside them, one message of 1 KiB in flight each", "20")
  .option("--ms <n>", "how long these are timed, before and meanwhile", "4000")
  .parse()
  .opts<{ rounds: string; readers: string; others: string; ms: string }>();

const options = { readers: Number(readers), others: Number(others), milliseconds: Number(ms) };
const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0);
const p99 = (round: Round): string => (round.p99Us / 1000).toFixed(2);
const memories = ({ calm, peak, after }: SlowReaders): Memory[] => [calm, peak, after];
const rows = [];
for (let round = 0; round < Number(rounds); round++) {
  await using server = await startSoakServer([
    ...slowReaderFlags,
    "--slow-timeout",
    `${2 * options.milliseconds + 10_000}ms`,
  ]);
  const run = await runSlowReaders(server, options);
  const { before, flooding, meanwhile } = run;
  rows.push({
    "p99 ms: before, flood, held": [before, flooding, meanwhile].map(p99).join(", "),
    "held / before": Number((meanwhile.p99Us / before.p99Us).toFixed(2)),
    "buffers, MiB": memories(run)
      .map(({ externalBytes }) => mib(externalBytes))
      .join(" → "),
    "RSS, MiB": memories(run)
      .map(({ rssBytes }) => mib(rssBytes))
      .join(" → "),
    "paused / closed": `${run.paused} / ${run.closed}`,
  });
}
console.table(rows);
console.log(`load average ${loadavg()[0]?.toFixed(1) ?? ""} at the end`);
