/**
 * What peers cost that send and never read, and what the other sessions notice of them: of ours, and of
 * an echo on `ws` that stops reading as ours does. Three processes and the system's own work share the
 * cores, so the others are also timed while such a crowd is at another server.
 *
 *     node --conditions=@wsecho/source bench/src/slow-readers.ts --rounds 3
 */
import { loadavg } from "node:os";
import { Command } from "commander";
import type { Round } from "./load.ts";
import { runSlowReaders, type Memory } from "./soak/slow-readers.ts";
import { startControl, startOurs } from "./soak/targets.ts";

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
/** What a crowd sends until it is read no more fills the system's buffers, too: some 4 MiB each. */
const fillMs = (1000 * options.readers * 4.5 * mib) / options.rate;
const slowTimeoutMs = Math.round(fillMs + options.milliseconds + 6000);
const inMib = (bytes: number): string => (bytes / mib).toFixed(0);
const inMs = (us: number): string => (us / 1000).toFixed(2);
const rows = [];
for (let round = 1; round <= Number(rounds); round++)
  for (const start of [startOurs, startControl]) {
    await using server = await start(slowTimeoutMs);
    await using other = await startControl(slowTimeoutMs);
    const { before, elsewhere, calm, waves } = await runSlowReaders(server, other, options);
    for (const [i, { flooding, meanwhile, peak, after, paused, closed }] of waves.entries()) {
      const four: readonly Round[] = [before, elsewhere, flooding, meanwhile];
      const memories: readonly Memory[] = [calm, peak, after];
      const times = ({ p99Us }: Round, than: Round): number =>
        Number((p99Us / than.p99Us).toFixed(2));
      rows.push({
        "": `${round}.${i + 1} ${server.spec.name}`,
        "p99 ms: before, elsewhere, flood, held": four.map(({ p99Us }) => inMs(p99Us)).join(", "),
        "longest, ms": four.map(({ maxUs }) => inMs(maxUs)).join(", "),
        "elsewhere, flood, held / before": [elsewhere, flooding, meanwhile]
          .map((one) => times(one, before))
          .join(", "),
        "flood / elsewhere": times(flooding, elsewhere),
        "flood, s": Number(flooding.seconds.toFixed(1)),
        "buffers, MiB": memories.map(({ externalBytes }) => inMib(externalBytes)).join(" → "),
        "RSS, MiB": memories.map(({ rssBytes }) => inMib(rssBytes)).join(" → "),
        "paused / closed": `${paused} / ${closed}`,
      });
    }
  }
console.table(rows);
console.log(`load average ${loadavg()[0]?.toFixed(1) ?? ""} at the end`);
