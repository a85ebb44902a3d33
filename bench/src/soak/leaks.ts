import type { Remains } from "./probe.ts";

/** What a heap may differ by after the same work: code that was compiled later, caches that filled. */
const noiseBytes = 6 * 1024 * 1024;
const noiseShare = 0.1;

/** Differences that are no noise. Both after a garbage collection, with nobody connected. */
export function leaksBetween(before: Remains, after: Remains): readonly string[] {
  const leaks: string[] = [];
  for (const key of ["heapBytes", "externalBytes"] as const) {
    const grown = after[key] - before[key];
    if (grown > Math.max(noiseBytes, before[key] * noiseShare))
      leaks.push(`${key} grew from ${mebi(before[key])} to ${mebi(after[key])}`);
  }
  // Timers and threads of the idle server come and go by ones; those of sessions by hundreds.
  for (const [kind, count] of Object.entries(after.handles)) {
    const had = before.handles[kind] ?? 0;
    if (count > had + 3) leaks.push(`${kind} from ${had} to ${count}`);
  }
  return leaks;
}

export function mebi(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
