/**
 * Preloaded into the server of a soak, which is otherwise unchanged: collects garbage when told to,
 * and says what is left. Without a collection a heap's size tells nothing.
 */
import cluster from "node:cluster";

process.on("message", (message) => {
  if (message !== "remains") return;
  // Twice: what the first one's finalizers let go is collected by the second.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, rss, external } = process.memoryUsage();
  const handles: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) handles[name] = (handles[name] ?? 0) + 1;
  process.send?.({ heapBytes: heapUsed, externalBytes: external, rssBytes: rss, handles });
});
// The channel of a worker (--workers) is its primary's, and keeps it alive.
if (cluster.isPrimary) process.channel?.unref();

export interface Remains {
  readonly heapBytes: number;
  /** Buffers among them. */
  readonly externalBytes: number;
  readonly rssBytes: number;
  /** What keeps the process busy, by kind. */
  readonly handles: Readonly<Record<string, number>>;
}
