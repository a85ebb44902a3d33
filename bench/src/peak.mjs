/** Preloaded: says on stderr, at the end of a process, how much memory it had at most. */
import { writeSync } from "node:fs";

process.on("exit", () => {
  writeSync(2, `peak ${process.resourceUsage().maxRSS} KiB\n`);
});
