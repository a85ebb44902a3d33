import { AggregatorRegistry, Counter, Gauge, Registry } from "prom-client";
import type { Metrics, MetricSnapshot } from "../metrics.ts";
import type { Member } from "./pool.ts";

/** The numbers of all workers, added up. */
export interface PoolMetrics extends Pick<Metrics, "contentType" | "text"> {
  /** Keeps what a worker had counted: a counter must not fall when a worker dies. */
  readonly gone: (member: Member) => void;
}

export function createPoolMetrics(pool: {
  readonly members: () => readonly Member[];
  readonly deaths: () => number;
}): PoolMetrics {
  const own = new Registry();
  const registers = [own];
  const last = new Map<number, MetricSnapshot>();
  let kept: MetricSnapshot = [];

  new Gauge({
    name: "wsecho_workers",
    help: "Workers that listen",
    registers,
    collect() {
      this.set(pool.members().length);
    },
  });
  new Counter({
    name: "wsecho_worker_deaths_total",
    help: "Workers that died and were replaced",
    registers,
    collect() {
      this.reset();
      this.inc(pool.deaths());
    },
  });

  return {
    contentType: own.contentType,
    async text() {
      const snapshots = await Promise.all(
        pool.members().map(async (member) => {
          const snapshot = await member.ask({ about: "metrics" });
          // One that died meanwhile has been counted among those.
          if (snapshot === undefined || !pool.members().includes(member))
            return last.get(member.id);
          last.set(member.id, snapshot);
          return snapshot;
        }),
      );
      const known = snapshots.filter((snapshot) => snapshot !== undefined);
      const all = [kept, ...known, await own.getMetricsAsJSON()];
      return sum(all).metrics();
    },
    gone({ id }) {
      const snapshot = last.get(id);
      last.delete(id);
      if (snapshot === undefined) return;
      const counts = snapshot.filter(({ type }) => cumulative.includes(String(type)));
      kept = sum([kept, counts]).getMetricsAsArray() as unknown as MetricSnapshot;
    },
  };
}

/** The kinds that only ever grow. */
const cumulative = ["counter", "histogram"];

/** Each metric says itself how it is put together: most add up, delays are averaged. */
function sum(snapshots: readonly MetricSnapshot[]): Registry {
  return AggregatorRegistry.aggregate([...snapshots]);
}
