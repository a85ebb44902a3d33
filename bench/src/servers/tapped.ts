import { createServer, demoUsers } from "@wsecho/server";

/** Our server for `tap.ts`, which asks for the CPU time of the sessions' thread, too. */
const [, , record] = process.argv;
const server = createServer({
  users: await demoUsers(),
  port: 0,
  webRoot: null,
  limits: { pingIntervalMs: 3_600_000 },
  ...(record === undefined ? {} : { record: { folder: record, totalBytes: 256 * 1024 * 1024 } }),
});
process.on("message", () => {
  const all = process.cpuUsage();
  const own = process.threadCpuUsage();
  process.send?.({ allUs: all.user + all.system, ownUs: own.user + own.system });
});
process.on("disconnect", () => process.exit());
process.send?.({ url: (await server.listen()).url });

export interface TapUsage {
  /** User and system time of all threads; µs. */
  readonly allUs: number;
  /** Of the thread that has the sessions. */
  readonly ownUs: number;
}
