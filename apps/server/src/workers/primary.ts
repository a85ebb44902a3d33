import { randomBytes } from "node:crypto";
import { success } from "@wsecho/protocol";
import { createAdminServer } from "../admin.ts";
import { createHolder } from "../holder.ts";
import type { Readiness } from "../options.ts";
import { banner } from "../program/banner.ts";
import { tryToListen } from "../program/listen.ts";
import { createReload } from "../program/reload.ts";
import { end, say } from "../program/say.ts";
import type { ServeParts } from "../program/serve.ts";
import { stopOnSignals } from "../program/signals.ts";
import type { Changes } from "../settings/changes.ts";
import type { Prepared } from "../settings/prepare.ts";
import type { SettingName } from "../settings/table.ts";
import { findStore, usersProblem } from "../store-place.ts";
import type { Store } from "../store/store.ts";
import { keepTls } from "../tls/keep.ts";
import { demoUsers } from "../users.ts";
import type { Orders, SharedUsers } from "./messages.ts";
import { createPoolMetrics } from "./metrics.ts";
import { createPool, type Member } from "./pool.ts";
import { createRelay } from "./relay.ts";

const failed = 1;

/**
 * Serves by several processes until a signal ends them. This one holds no session: it takes
 * connections and hands them out in turn, reads the settings for all, and answers for all at the
 * admin listener.
 */
export async function servePool(
  prepared: Prepared,
  found: Store | null,
  { command, log, prepare, onHangUp }: ServeParts,
): Promise<void> {
  const { settings: first, tls } = prepared;
  // It was there to see that there are users. The workers open it themselves.
  const store = found === null ? null : { location: found.location };
  await found?.close();
  const users = first.demo ? await sharedDemoUsers() : null;

  const settings = createHolder(first);
  const orders = createHolder<Orders>({
    texts: forWorkers(prepared.texts),
    tls: tls?.material ?? null,
  });
  const pool = createPool({
    size: first.workers,
    port: first.port,
    orders: () => ({ ...orders.current(), users, hasStore: store !== null }),
    log,
    async onReady(member) {
      relay.joined(member);
      await tell(member);
    },
    onFeed: (id, message) => relay.take(id, message),
    onGone(member) {
      metrics.gone(member);
      relay.left(member);
    },
    onDead: () => {
      tlsKeeper?.stop();
      void admin?.close();
      end(failed, "all workers died, and every other at once; the log says how");
    },
  });
  const metrics = createPoolMetrics(pool);
  const relay = createRelay(pool.members);
  const place = { host: first["admin-host"], port: first["admin-port"] ?? 0 };
  const admin =
    first["admin-port"] === null
      ? null
      : createAdminServer({
          ...place,
          allowHosts: () => settings.current()["allow-host"] ?? [],
          readiness,
          metrics,
          log,
        });
  let stopping = false;

  async function readiness(): Promise<Readiness> {
    if (stopping) return { ready: false, reason: "the server is shutting down" };
    const members = pool.members();
    const answers = await Promise.all(members.map((member) => member.ask({ about: "readiness" })));
    if (members.length < first.workers)
      return { ready: false, reason: `${members.length} of ${first.workers} workers listen` };
    const silent = answers.findIndex((answer) => answer === undefined);
    if (silent >= 0)
      return { ready: false, reason: `worker ${members[silent]?.number ?? ""} does not answer` };
    return answers.find((answer) => answer?.ready === false) ?? { ready: true };
  }

  /** Resolves when every worker goes by the newest orders. */
  async function spread(): Promise<void> {
    await Promise.all(pool.members().map(tell));
  }

  async function tell(member: Member): Promise<void> {
    const problem = await member.ask({ about: "orders", orders: orders.current() });
    if (problem !== null && problem !== undefined)
      log.error({ worker: member.number, detail: problem }, "a worker kept its old settings");
  }

  // Whatever ends this process ends them.
  process.once("exit", () => pool.kill());
  const listening = await pool.start();
  if (!listening.ok) {
    end(failed, listening.error);
    pool.kill();
    return;
  }
  const adminUrl = admin === null ? success(null) : await tryToListen(() => admin.listen(), place);
  if (!adminUrl.ok) {
    end(failed, adminUrl.error);
    await pool.stop(false);
    return;
  }

  const tlsKeeper =
    tls === null
      ? null
      : keepTls(tls, {
          use: (material) => {
            orders.replace({ ...orders.current(), tls: material });
            void spread();
          },
          log,
        });
  const apply = async (changes: Changes, next: Prepared): Promise<void> => {
    const { needRestart } = changes;
    const before = orders.current();
    if (next.tls !== null && !needRestart.some((name) => name.startsWith("tls-")))
      tlsKeeper?.take(next.tls);
    const texts = new Map(forWorkers(next.texts));
    for (const name of needRestart) {
      const old = before.texts.get(name);
      if (old === undefined) texts.delete(name);
      else texts.set(name, old);
    }
    orders.replace({ ...orders.current(), texts });
    log.setLevel(changes.settings["log-level"]);
    await spread();
  };
  const problem = async ({ changed, settings: next }: Changes): Promise<string | undefined> => {
    if (!changed.includes("allow-anonymous")) return undefined;
    if (store === null) return usersProblem(next, null, command);
    const again = await findStore(next, { command, log });
    if (!again.ok) return again.error.text;
    await again.value?.close();
    return undefined;
  };
  onHangUp(createReload({ settings, prepare, problem, apply, log }));
  // The admin listener says until the end that the server is no longer ready.
  stopOnSignals(async () => {
    stopping = true;
    tlsKeeper?.stop();
    if (!(await pool.stop(settings.current().restarting))) process.exitCode = failed;
    await admin?.close();
  });

  for (const line of banner(first, listening.value, store)) say(line);
  if (adminUrl.value !== null) say(`health and metrics: ${adminUrl.value}/metrics`);
  process.stdout.write(`wsecho-server is ready at ${listening.value.url}\n`);
}

/** Without the file, which they have been read from: a worker would read it again. */
function forWorkers(texts: ReadonlyMap<SettingName, string>): ReadonlyMap<SettingName, string> {
  return new Map([...texts].filter(([name]) => name !== "config"));
}

/** Each process would draw other salts by itself. */
async function sharedDemoUsers(): Promise<SharedUsers> {
  const users = await demoUsers();
  const admin = await users.find("admin");
  if (admin === undefined) throw new Error("the demo has no user");
  const { iterations } = users;
  return { users: [admin], iterations, unknownUserSecret: randomBytes(32) };
}
