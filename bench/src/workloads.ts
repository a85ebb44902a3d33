import type { Workload } from "./load.ts";

const echo = (connections: number, inFlight: number, bytes: number): Workload => ({
  name:
    `${connections} connection${connections === 1 ? "" : "s"}, ` +
    `${inFlight === 1 ? "" : `${inFlight} in flight, `}${sizeText(bytes)}`,
  connections,
  inFlight,
  bytes,
});

function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2 ? `${bytes / 1024} KiB` : `${bytes / 1024 ** 2} MiB`;
}

/** What `pnpm bench` measures. */
export const workloads: readonly Workload[] = [
  echo(1, 1, 32),
  echo(50, 1, 32),
  echo(50, 1, 1024),
  echo(50, 32, 32),
  echo(50, 32, 1024),
  echo(50, 1, 1024 ** 2),
  { name: "connect, log in, close", connections: 8, inFlight: 1, bytes: 0, kind: "logins" },
  { name: "2000 idle connections", connections: 2000, inFlight: 1, bytes: 0, kind: "idle" },
];

/** How cost grows: `pnpm bench --growth`. */
export const growth: readonly Workload[] = [
  ...[1, 10, 100, 1000, 5000, 10_000].map((connections) => echo(connections, 1, 32)),
  ...[32, 1024, 16 * 1024, 64 * 1024, 256 * 1024, 1024 ** 2, 4 * 1024 ** 2, 16 * 1024 ** 2].map(
    (bytes) => echo(4, 1, bytes),
  ),
];
