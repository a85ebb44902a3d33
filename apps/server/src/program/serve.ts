import { success, type Result } from "@wsecho/protocol";
import { createAdminServer, type AdminServer } from "../admin.ts";
import { createHolder, type Holder } from "../holder.ts";
import type { Log } from "../log.ts";
import { createMetrics, type Metrics } from "../metrics.ts";
import type { EchoServer } from "../options.ts";
import { createServer } from "../server.ts";
import type { Changes } from "../settings/changes.ts";
import type { Prepared } from "../settings/prepare.ts";
import { toRuleOptions } from "../settings/rules.ts";
import type { Settings } from "../settings/table.ts";
import { usersProblem } from "../store-place.ts";
import type { Store } from "../store/store.ts";
import { keepTls } from "../tls/keep.ts";
import { demoUsers } from "../users.ts";
import { banner } from "./banner.ts";
import type { ConsoleLog } from "./console-log.ts";
import type { HangUps } from "./hang-ups.ts";
import { tryToListen, type Place } from "./listen.ts";
import { createReload } from "./reload.ts";
import { end, say } from "./say.ts";
import { toServerOptions } from "./server-options.ts";
import { stopOnSignals } from "./signals.ts";
import { keepYoungGeneration } from "./young-generation.ts";

const failed = 1;

export interface ServeParts {
  /** How the program was called. */
  readonly command: string;
  readonly log: ConsoleLog;
  /** Reads and checks the settings again. */
  readonly prepare: () => Promise<Result<Prepared, string>>;
  readonly onHangUp: HangUps;
}

/** Serves until a signal ends it. */
export async function serve(
  { settings: first, tls }: Prepared,
  store: Store | null,
  { command, log, prepare, onHangUp }: ServeParts,
): Promise<void> {
  const settings = createHolder(first);
  const metrics = first["admin-port"] === null ? null : createMetrics();
  const options = toServerOptions(first, {
    rules: toRuleOptions(first),
    tls: tls?.material ?? null,
    users: first.demo ? await demoUsers() : null,
    store,
    meter: metrics?.meter ?? null,
    log,
  });
  const server = createServer(options);
  const admin = metrics === null ? null : adminServer(settings, server, { metrics, log });
  const listening = await tryToListen(() => server.listen(), first);
  if (!listening.ok) {
    end(failed, listening.error);
    await store?.close();
    return;
  }
  const adminUrl =
    admin === null ? success(null) : await tryToListen(() => admin.listen(), adminPlace(first));
  if (!adminUrl.ok) {
    end(failed, adminUrl.error);
    await server.close();
    await store?.close();
    return;
  }

  const tlsKeeper =
    tls === null ? null : keepTls(tls, { use: (material) => server.setTls(material), log });
  const apply = ({ settings: next, needRestart }: Changes, prepared: Prepared): void => {
    // First what could yet fail.
    if (prepared.tls !== null && !needRestart.some((name) => name.startsWith("tls-")))
      tlsKeeper?.take(prepared.tls);
    server.setRules(toRuleOptions(next));
    log.setLevel(next["log-level"]);
  };
  const problem = async ({ changed, settings: next }: Changes): Promise<string | undefined> =>
    changed.includes("allow-anonymous") ? usersProblem(next, store, command) : undefined;
  onHangUp(createReload({ settings, prepare, problem, apply, log }));
  // The admin listener says until the end that the server is no longer ready.
  stopOnSignals(async () => {
    tlsKeeper?.stop();
    await server.close({ restarting: settings.current().restarting });
    await Promise.all([admin?.close(), store?.close()]);
  });

  keepYoungGeneration();
  for (const line of banner(first, listening.value, store)) say(line);
  if (adminUrl.value !== null) say(`health and metrics: ${adminUrl.value}/metrics`);
  process.stdout.write(`wsecho-server is ready at ${listening.value.url}\n`);
}

function adminPlace(settings: Settings): Place {
  return { host: settings["admin-host"], port: settings["admin-port"] ?? 0 };
}

function adminServer(
  settings: Holder<Settings>,
  server: EchoServer,
  parts: { readonly metrics: Metrics; readonly log: Log },
): AdminServer {
  return createAdminServer({
    ...adminPlace(settings.current()),
    allowHosts: () => settings.current()["allow-host"] ?? [],
    readiness: () => server.readiness(),
    ...parts,
  });
}
