/**
 * Preloaded into every measured server (`node --import`): answers over the IPC channel how much
 * CPU time the process has used. So even the real `wsecho-server` is measured unchanged, and finer
 * than the 10 ms ticks of /proc.
 */
process.on("message", (message) => {
  if (message !== "usage" && message !== "memory") return;
  // What could be collected is not what a connection costs.
  if (message === "memory") for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuUs: user + system, rssBytes: process.memoryUsage.rss() });
});
process.channel?.unref();

export interface Usage {
  /** User and system time of all threads, microseconds. */
  readonly cpuUs: number;
  readonly rssBytes: number;
}
