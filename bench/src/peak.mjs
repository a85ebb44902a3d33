/** Preloaded: says on stderr, at the end of a process, what it took of memory and of the processor. */
import { writeSync } from "node:fs";

process.on("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeSync(2, `peak ${maxRSS} KiB, ${userCPUTime + systemCPUTime} µs\n`);
});
