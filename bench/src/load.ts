import { createHistogram } from "node:perf_hooks";
import type { Socket } from "node:net";
import { comeAndGo, openConnection } from "./connection.ts";
import type { PeerSpec } from "./peer.ts";
import { createTraffic, type Traffic } from "./traffic.ts";

export interface Workload {
  readonly name: string;
  readonly connections: number;
  /** Messages of one connection that wait for their reply at a time. */
  readonly inFlight: number;
  /** Payload bytes of one message. */
  readonly bytes: number;
  /** `logins`: connect, log in and close, over and over. `idle`: stay connected. Default: echo. */
  readonly kind?: "logins" | "idle";
}

/** What the parent sends: one round on one server. */
export interface Order {
  readonly port: number;
  readonly spec: PeerSpec;
  readonly workload: Workload;
  readonly milliseconds: number;
}

export interface Round {
  readonly messages: number;
  readonly seconds: number;
  /** Round trip of a message, microseconds; with several in flight it includes their queueing. */
  readonly p50Us: number;
  readonly p99Us: number;
  /** The longest; a pause of all counts once for each connection here, however long it is. */
  readonly maxUs: number;
}

/**
 * Closed loop: each reply makes room for the next message. Every reply is compared byte for byte.
 *
 * @param until ends the round early
 */
export async function runRound(
  order: Order,
  sockets: readonly Socket[],
  until?: Promise<unknown>,
): Promise<Round> {
  const { spec, workload } = order;
  const histogram = createHistogram();
  const started = performance.now();
  let end = started + order.milliseconds;
  const stop = (): number => (end = started);
  until?.then(stop, stop);
  const counts = await Promise.all(
    sockets.map((socket) =>
      drive(socket, {
        traffic: createTraffic(spec, workload.bytes),
        inFlight: workload.inFlight,
        isOver: (now) => now >= end,
        histogram,
      }),
    ),
  );
  return {
    messages: counts.reduce((sum, count) => sum + count, 0),
    seconds: (performance.now() - started) / 1000,
    p50Us: histogram.percentile(50) / 1000,
    p99Us: histogram.percentile(99) / 1000,
    maxUs: histogram.max / 1000,
  };
}

/** So many come and go at a time. */
async function runLogins({ port, spec, workload, milliseconds }: Order): Promise<Round> {
  const histogram = createHistogram();
  const started = performance.now();
  let count = 0;
  const one = async (): Promise<void> => {
    while (performance.now() - started < milliseconds) {
      const from = performance.now();
      await comeAndGo(port, spec);
      histogram.record(Math.max(1, Math.round((performance.now() - from) * 1e6)));
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: workload.connections }, one));
  return {
    messages: count,
    seconds: (performance.now() - started) / 1000,
    p50Us: histogram.percentile(50) / 1000,
    p99Us: histogram.percentile(99) / 1000,
    maxUs: histogram.max / 1000,
  };
}

/** More connections than that are closed after each round: a process may have so many files only. */
const maxKept = 1000;

const nothing: Round = { messages: 0, seconds: 0, p50Us: 0, p99Us: 0, maxUs: 0 };

interface Drive {
  readonly traffic: Traffic;
  readonly inFlight: number;
  readonly isOver: (now: number) => boolean;
  readonly histogram: ReturnType<typeof createHistogram>;
}

function drive(socket: Socket, { traffic, inFlight, isOver, histogram }: Drive): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sentAt: number[] = [];
  let answered = 0;
  let offset = 0;

  const send = (count: number): void => {
    const now = performance.now();
    for (let i = 0; i < count; i++) sentAt.push(now);
    socket.write(traffic.requests(count));
  };
  const finish = (settle: () => void): void => {
    socket.pause();
    socket.removeAllListeners("data");
    socket.removeAllListeners("close");
    settle();
  };
  const onData = (chunk: Buffer): void => {
    const now = performance.now();
    let completed = 0;
    for (let at = 0; at < chunk.length;) {
      const reply = traffic.reply();
      const length = Math.min(chunk.length - at, reply.length - offset);
      if (chunk.compare(reply, offset, offset + length, at, at + length) !== 0) {
        finish(() => reject(new Error("a reply differs from what was sent")));
        return;
      }
      at += length;
      offset = (offset + length) % reply.length;
      if (offset > 0) continue;
      completed += 1;
      traffic.answered();
    }
    for (const sent of sentAt.splice(0, completed))
      histogram.record(Math.max(1, Math.round((now - sent) * 1e6)));
    answered += completed;
    if (!isOver(now)) {
      if (completed > 0) send(completed);
    } else if (sentAt.length === 0) finish(() => resolve(answered));
  };
  socket.on("data", onData);
  socket.once("close", () =>
    finish(() => reject(new Error("the server closed a connection under load"))),
  );
  socket.resume();
  send(inFlight);
  return promise;
}

/** The child process: connections stay open from round to round. */
async function serve(): Promise<void> {
  const open = new Map<string, readonly Socket[]>();
  process.on("disconnect", () => process.exit());
  process.on("message", (order: Order) => {
    const key = `${order.port}/${order.spec.name}/${order.workload.connections}`;
    const run = async (): Promise<Round> => {
      if (order.workload.kind === "logins") return runLogins(order);
      const sockets = open.get(key) ?? (await openAll(order));
      open.set(key, sockets);
      if (order.workload.kind === "idle") return nothing;
      const round = await runRound(order, sockets);
      if (sockets.length > maxKept) {
        for (const socket of sockets) socket.destroy();
        open.delete(key);
      }
      return round;
    };
    run().then(
      (round) => process.send?.({ round }),
      (error: unknown) => process.send?.({ error: String(error) }),
    );
  });
  await Promise.resolve();
}

async function openAll({ port, spec, workload }: Order): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  // Not all at once: no server's backlog takes thousands.
  while (sockets.length < workload.connections) {
    const count = Math.min(32, workload.connections - sockets.length);
    sockets.push(
      ...(await Promise.all(Array.from({ length: count }, () => openConnection(port, spec)))),
    );
  }
  return sockets;
}

if (process.send !== undefined && import.meta.main) await serve();
