/**
 * What peers cost that send and never read, and what the other sessions notice of them.
 *
 *     node --conditions=@wsecho/source bench/src/slow-readers.ts --rounds 3
 */
import { loadavg } from "node:os";
import { Command } from "commander";
import type { Round } from "./load.ts";
import { startSoakServer } from "./soak/server.ts";
import { runSlowReaders, slowReaderFlags, type Memory } from "./soak/slow-readers.ts";

const mib = 1024 * 1024;

const { rounds, waves, readers, rate, others, ms } = new Command("slow-readers")
  .description("Memory of the server, and p99 of other sessions, beside peers that never read.")
  .option("--rounds <n>", "a new server each", "3")
  .option("--waves <n>", "crowds that one server has to bear", "2")
  .option("--readers <n>", "peers of a crowd, which send and never read", "500")
  .option("--rate <MiB>", "what a crowd sends in a second, until it is read no more", "500")
  .option("--others <n>", "sessions beside them, one message of 1 KiB in flight each", "20")
  .option("--ms <n>", "how long these are timed, before and while a crowd is held", "4000")
  .parse()
  .opts<Record<"rounds" | "waves" | "readers" | "rate" | "others" | "ms", string>>();

const options = {
  readers: Number(readers),
  rate: Number(rate) * mib,
  waves: Number(waves),
  others: Number(others),
  milliseconds: Number(ms),
};
const inMib = (bytes: number): string => (bytes / mib).toFixed(0);
const p99 = (round: Round): string => (round.p99Us / 1000).toFixed(2);
const rows = [];
for (let round = 1; round <= Number(rounds); round++) {
  await using server = await startSoakServer([
    ...slowReaderFlags,
    "--slow-timeout",
    `${2 * options.milliseconds + 10_000}ms`,
  ]);
  const { before, calm, waves } = await runSlowReaders(server, options);
  for (const [i, wave] of waves.entries()) {
    const { flooding, meanwhile, peak, after } = wave;
    const memories: readonly Memory[] = [calm, peak, after];
    rows.push({
      "round.wave": `${round}.${i + 1}`,
      "p99 ms: before, flood, held": [before, flooding, meanwhile].map(p99).join(", "),
      "flood / before": Number((flooding.p99Us / before.p99Us).toFixed(2)),
      "flood, s": Number(flooding.seconds.toFixed(1)),
      "buffers, MiB": memories.map(({ externalBytes }) => inMib(externalBytes)).join(" → "),
      "RSS, MiB": memories.map(({ rssBytes }) => inMib(rssBytes)).join(" → "),
      "paused / closed": `${wave.paused} / ${wave.closed}`,
    });
  }
}
console.table(rows);
console.log(`load average ${loadavg()[0]?.toFixed(1) ?? ""} at the end`);
