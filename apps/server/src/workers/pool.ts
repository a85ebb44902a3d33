import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { failure, success, type Result } from "@wsecho/protocol";
import { restartDelayMs, stableMs } from "../backoff.ts";
import type { Log } from "../log.ts";
import type { Listening } from "../options.ts";
import type { FeedOut } from "./feed-messages.ts";
import { workerArgument, type FromWorker, type StartOrders, type ToWorker } from "./messages.ts";
import { createQuestions, tell, type Questions } from "./questions.ts";

/** So many failures in a row, and no other worker that serves: one more would change nothing. */
const maxFailures = 5;

/** A worker numbers so many connections; its successor goes on behind them, so that each has its own. */
const maxConns = 1_000_000;

/** A worker that listens. */
export interface Member extends Questions {
  /** From 1; its successor has the same. */
  readonly number: number;
  /** Its own for ever. */
  readonly id: number;
  readonly tell: (message: ToWorker) => void;
}

export interface PoolParts {
  readonly size: number;
  /** The newest orders; what only one worker gets is added here. */
  readonly orders: () => Omit<StartOrders, "number" | "firstConn" | "workers" | "port">;
  readonly port: number;
  readonly log: Log;
  /** A worker listens, by orders that may be old by now. */
  readonly onReady: (member: Member) => Promise<void>;
  /** Said by the worker of that id. */
  readonly onFeed: (id: number, message: FeedOut) => void;
  /** A worker is gone that had listened. */
  readonly onGone: (member: Member) => void;
  /** There is no worker, and making others is in vain. */
  readonly onDead: () => void;
}

/** So many workers as were asked for, each replaced when it dies. */
export interface Pool {
  /** Once; resolves when all listen, or with what the first said that could not. */
  start(): Promise<Result<Listening, string>>;
  readonly members: () => readonly Member[];
  /** How many have died and were replaced. */
  readonly deaths: () => number;
  /** Resolves when all have answered what they took, and ended; whether each did so well. */
  stop(restarting: boolean): Promise<boolean>;
  /** Ends all at once. */
  kill(): void;
}

export function createPool(parts: PoolParts): Pool {
  const { size, log } = parts;
  const members = new Map<Worker, Member>();
  const alive = new Set<Worker>();
  const timers = new Set<NodeJS.Timeout>();
  const started = Promise.withResolvers<Result<Listening, string>>();
  let port = parts.port;
  let place: Listening | undefined;
  let phase: "starting" | "serving" | "stopping" = "starting";
  /** By number of the worker: ends in a row that came too soon. */
  const failures = new Map<number, number>();
  /** By number of the worker: how many there have been. */
  const born = new Map<number, number>();
  let deaths = 0;

  function fork(number: number): void {
    const worker = cluster.fork();
    const firstConn = number + size * maxConns * (born.get(number) ?? 0);
    born.set(number, (born.get(number) ?? 0) + 1);
    const bornAt = performance.now();
    alive.add(worker);
    worker.on("message", (message: FromWorker) => {
      switch (message.type) {
        case "hello":
          tell(worker, {
            type: "start",
            orders: { ...parts.orders(), number, firstConn, workers: size, port },
          });
          return;
        case "ready":
          void onReady(worker, number, message.listening);
          return;
        case "failed":
          if (phase === "starting") started.resolve(failure(message.problem));
          else log.error({ worker: number, detail: message.problem }, "a worker could not start");
          worker.process.kill("SIGKILL");
          return;
        case "feed":
          parts.onFeed(worker.id, message.feed);
          return;
        case "answer":
      }
    });
    worker.on("error", (error) => log.error({ worker: number, err: error }, "a worker failed"));
    worker.once("exit", (status: number | null, signal: string | null) => {
      alive.delete(worker);
      const member = members.get(worker);
      members.delete(worker);
      if (member !== undefined) parts.onGone(member);
      if (phase === "stopping") return;
      const how = signal === null ? { status } : { signal };
      if (phase === "starting") {
        const problem = `a worker ended before it listened: ${JSON.stringify(how)}`;
        started.resolve(failure(problem));
        return;
      }
      deaths += 1;
      const tooSoon = performance.now() - bornAt < stableMs;
      failures.set(number, tooSoon ? (failures.get(number) ?? 0) + 1 : 0);
      replace(number, how);
    });
  }

  async function onReady(worker: Worker, number: number, listening: Listening): Promise<void> {
    place ??= listening;
    if (listening.port !== place.port) {
      // The port that the system had chosen was given up meanwhile; the next one asks for it by name.
      worker.process.kill("SIGKILL");
      return;
    }
    const say = (message: ToWorker): void => tell(worker, message);
    const member = { number, id: worker.id, tell: say, ...createQuestions(worker) };
    members.set(worker, member);
    await parts.onReady(member);
    if (!members.has(worker)) return;
    log.info({ worker: number, pid: worker.process.pid }, "a worker listens");
    if (phase !== "starting" || members.size < size) return;
    phase = "serving";
    started.resolve(success(place));
  }

  function replace(number: number, how: object): void {
    // The primary gives the port up with the last one; the same has to be asked for then.
    if (members.size === 0 && place !== undefined) port = place.port;
    const inARow = failures.get(number) ?? 0;
    if (members.size === 0 && inARow >= maxFailures) {
      log.error({ worker: number, ...how }, "a worker died, as others did at once; giving up");
      phase = "stopping";
      for (const timer of timers) clearTimeout(timer);
      for (const other of alive) other.process.kill("SIGKILL");
      parts.onDead();
      return;
    }
    const inMs = restartDelayMs(inARow);
    log.error({ worker: number, ...how, inMs }, "a worker died and will be replaced");
    const timer = setTimeout(() => {
      timers.delete(timer);
      fork(number);
    }, inMs);
    timers.add(timer);
  }

  return {
    start() {
      cluster.schedulingPolicy = cluster.SCHED_RR;
      // Without the arguments: they may hold a secret, and the orders hold what they say.
      cluster.setupPrimary({ args: [workerArgument], serialization: "advanced" });
      for (let number = 1; number <= size; number++) fork(number);
      return started.promise;
    },
    members: () => [...members.values()].sort((a, b) => a.number - b.number),
    deaths: () => deaths,
    async stop(restarting) {
      phase = "stopping";
      for (const timer of timers) clearTimeout(timer);
      const ends = [...alive].map(async (worker) => {
        const ended = once(worker, "exit") as Promise<[number | null]>;
        // One that has not started yet has nothing to finish.
        if (members.has(worker)) tell(worker, { type: "stop", restarting });
        else worker.process.kill("SIGKILL");
        const wasMember = members.has(worker);
        const [status] = await ended;
        return status === 0 || !wasMember;
      });
      return (await Promise.all(ends)).every(Boolean);
    },
    kill() {
      for (const worker of alive) worker.process.kill("SIGKILL");
    },
  };
}
