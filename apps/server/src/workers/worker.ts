import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { createHolder } from "../holder.ts";
import { withFields } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import type { EchoServer, RuleOptions } from "../options.ts";
import { createConsoleLog } from "../program/console-log.ts";
import { tryToListen } from "../program/listen.ts";
import { toServerOptions } from "../program/server-options.ts";
import { keepYoungGeneration } from "../program/young-generation.ts";
import { assembleServer } from "../server.ts";
import { toRuleOptions } from "../settings/rules.ts";
import { resolveSettings } from "../settings/sources.ts";
import type { Settings } from "../settings/table.ts";
import { storePlace } from "../store-place.ts";
import { openStore } from "../store/open.ts";
import type { Store } from "../store/store.ts";
import { createTap, tapParts } from "../tap/tap.ts";
import { isSameMaterial } from "../tls/material.ts";
import type { UserStore } from "../users.ts";
import { createFeedLink } from "./feed-link.ts";
import {
  workerArgument,
  type Answers,
  type FromWorker,
  type Orders,
  type Question,
  type SharedUsers,
  type StartOrders,
  type ToWorker,
} from "./messages.ts";
import { shareRules } from "./shares.ts";

/** One of several processes that share a port: the same server, at the orders of the primary. */
export async function runWorker(worker: Worker): Promise<void> {
  // A terminal sends them to every process of the program; the primary says what to do.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, ignore);
  const [message] = (await tellAndWait({ type: "hello" })) as [ToWorker];
  if (message.type !== "start") throw new Error("the primary gave no orders to start with");
  const { orders } = message;
  try {
    await serve(worker, orders);
  } catch (error) {
    say({ type: "failed", problem: error instanceof Error ? error.message : String(error) });
  }
}

async function serve(worker: Worker, orders: StartOrders): Promise<void> {
  const settings = settingsOf(orders);
  const consoleLog = createConsoleLog(settings["log-level"], process.stderr.isTTY);
  const log = withFields(consoleLog, { worker: orders.number });
  const store = orders.hasStore
    ? await openStore(storePlace(settings), { iterations: settings.iterations, log })
    : null;
  const metrics = settings["admin-port"] === null ? null : createMetrics();
  const rulesOf = (next: Settings): RuleOptions => shareRules(toRuleOptions(next), orders);
  const options = toServerOptions(
    { ...settings, port: orders.port },
    {
      rules: rulesOf(settings),
      tls: orders.tls,
      users: orders.users === null ? null : toStore(orders.users),
      store,
      meter: metrics?.meter ?? null,
      log,
    },
  );
  const tap = createTap(tapParts(options));
  const feed = createFeedLink(tap, (message) => say({ type: "feed", feed: message }));
  const conns = { first: orders.firstConn, step: orders.workers };
  const server = assembleServer(options, { tap: feed.tap, conns });
  const current = createHolder<Orders>(orders);

  function follow(next: Orders): string | null {
    try {
      const { tls } = current.current();
      if (next.tls !== null && tls !== null && !isSameMaterial(next.tls, tls))
        server.setTls(next.tls);
      const nextSettings = settingsOf(next);
      server.setRules(rulesOf(nextSettings));
      consoleLog.setLevel(nextSettings["log-level"]);
      current.replace(next);
      return null;
    } catch (error) {
      return String(error);
    }
  }

  async function answerOf(question: Question): Promise<Answers[Question["about"]]> {
    switch (question.about) {
      case "readiness":
        return server.readiness();
      case "metrics":
        return metrics === null ? [] : metrics.snapshot();
      case "orders":
        return follow(question.orders);
    }
  }

  process.on("message", (message: ToWorker) => {
    switch (message.type) {
      case "ask":
        void answerOf(message.question).then((answer) =>
          say({ type: "answer", id: message.id, answer }),
        );
        return;
      case "feed":
        feed.take(message.feed);
        return;
      case "stop":
        void stop({ worker, server, store, restarting: message.restarting });
        return;
      case "start":
    }
  });

  const listening = await tryToListen(() => server.listen(), settings);
  keepYoungGeneration();
  if (listening.ok) say({ type: "ready", listening: listening.value });
  else say({ type: "failed", problem: listening.error });
}

interface Stopping {
  readonly worker: Worker;
  readonly server: EchoServer;
  readonly store: Store | null;
  readonly restarting: boolean;
}

async function stop({ worker, server, store, restarting }: Stopping): Promise<void> {
  await server.close({ restarting });
  await store?.close();
  // Nothing is left then that keeps the process.
  worker.disconnect();
}

function settingsOf({ texts }: Orders): Settings {
  const settings = resolveSettings(texts, {});
  // The primary has read the same texts.
  if (!settings.ok) throw new Error(settings.error);
  return settings.value;
}

function toStore({ users, iterations, unknownUserSecret }: SharedUsers): UserStore {
  const byName = new Map(users.map((user) => [user.name, user]));
  return { iterations, unknownUserSecret, find: (name) => Promise.resolve(byName.get(name)) };
}

function say(message: FromWorker): void {
  // Without the primary there is nobody to hear it; this process ends with it.
  process.send?.(message, () => undefined);
}

function tellAndWait(message: FromWorker): Promise<unknown[]> {
  const answer = once(process, "message");
  say(message);
  return answer;
}

const ignore = (): void => undefined;

/** Whether this process is a worker of ours, and not of a program that starts servers as its own. */
export function thisWorker(argv: readonly string[]): Worker | undefined {
  return cluster.isWorker && argv[0] === workerArgument ? cluster.worker : undefined;
}
