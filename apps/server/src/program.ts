import { lookup } from "node:dns/promises";
import { failure, success, type Result } from "@wsecho/protocol";
import { createAdminServer, type AdminServer } from "./admin.ts";
import { commandNames, runCommand } from "./commands/program.ts";
import { createConsoleLog } from "./console-log.ts";
import { readFlags } from "./flags.ts";
import { isLoopbackAddress } from "./loopback.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import type { EchoServer, Listening } from "./options.ts";
import { createServer } from "./server.ts";
import { toLimits, type Settings } from "./settings.ts";
import { findStore } from "./store-place.ts";
import type { Store } from "./store/store.ts";
import { resolveSettings, strangeVariables, type Environment } from "./sources.ts";
import { readTls, watchTls, type TlsFiles, type TlsMaterial } from "./tls.ts";
import { demoUsers } from "./users.ts";

const usage = 2;
const failed = 1;

/** Runs `wsecho-server`; sets `process.exitCode` and leaves the end to the empty event loop. */
export async function runProgram(argv: readonly string[], env: Environment): Promise<void> {
  // A reader that has gone away is no reason to stop serving.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

  if (commandNames.includes(argv[0] ?? "")) {
    await runCommand(argv, env);
    return;
  }
  const flags = readFlags(argv);
  if (!flags.ok) {
    end(usage, `${flags.error}\nAll flags: wsecho-server --help`);
    return;
  }
  if (flags.value.kind === "print") {
    process.stdout.write(flags.value.text);
    return;
  }
  for (const warning of strangeVariables(env)) say(warning);
  const settings = resolveSettings(flags.value.given, env);
  if (!settings.ok) {
    end(usage, `${settings.error}\nAll settings: wsecho-server --help`);
    return;
  }
  const problem = await policyProblem(settings.value);
  if (problem !== undefined) {
    end(usage, problem);
    return;
  }
  const tls = await findTls(settings.value);
  if (!tls.ok) {
    end(usage, tls.error);
    return;
  }
  if (settings.value["check-config"]) {
    process.stdout.write("wsecho-server: the settings are right\n");
    return;
  }
  const store = await findStore(settings.value, commandName(env));
  if (!store.ok) {
    end(store.error.status, store.error.text);
    return;
  }
  await serve(settings.value, store.value, tls.value);
}

async function serve(settings: Settings, store: Store | null, tls: FoundTls | null): Promise<void> {
  const { host, port } = settings;
  const lifetimeMs = settings["login-lifetime"];
  const metrics = settings["admin-port"] === null ? null : createMetrics();
  const log = createConsoleLog(settings["log-level"], process.stderr.isTTY);
  const server = createServer({
    host,
    port,
    limits: toLimits(settings),
    plain: !settings["no-plain"],
    allowAnonymous: settings["allow-anonymous"],
    log,
    ...(tls === null ? {} : { tls: tls.material }),
    ...(settings.demo ? { users: await demoUsers() } : {}),
    ...(store === null ? {} : { store }),
    ...(metrics === null ? {} : { meter: metrics.meter }),
    ...(lifetimeMs === null ? {} : { loginLifetimeMs: lifetimeMs }),
    ...(settings["allow-origin"] === null ? {} : { allowOrigins: settings["allow-origin"] }),
    ...(settings["allow-host"] === null ? {} : { allowHosts: settings["allow-host"] }),
    ...(settings["trust-proxy"] === null ? {} : { trustProxy: settings["trust-proxy"] }),
    ...(settings["web-root"] === null ? {} : { webRoot: settings["web-root"] }),
  });
  const admin = metrics === null ? null : adminServer(settings, server, metrics);
  const listening = await start(() => server.listen(), settings);
  if (!listening.ok) {
    end(failed, listening.error);
    await store?.close();
    return;
  }
  const adminUrl =
    admin === null ? success(null) : await start(() => admin.listen(), adminPlace(settings));
  if (!adminUrl.ok) {
    end(failed, adminUrl.error);
    await server.close();
    await store?.close();
    return;
  }
  const use = (material: TlsMaterial): void => server.setTls(material);
  const reloader = tls === null ? null : watchTls(tls.files, tls.material, { use, log });
  // Without TLS there is nothing to read again, which is no reason to end, as SIGHUP else would.
  process.on("SIGHUP", () => reloader?.reload());
  // The admin listener says until the end that the server is no longer ready.
  stopOnSignals(async () => {
    reloader?.stop();
    await server.close();
    await Promise.all([admin?.close(), store?.close()]);
  });
  process.stderr.write(banner(settings, listening.value, store));
  if (adminUrl.value !== null) say(`health and metrics: ${adminUrl.value}/metrics`);
  process.stdout.write(`wsecho-server is ready at ${listening.value.url}\n`);
}

interface FoundTls {
  readonly files: TlsFiles;
  readonly material: TlsMaterial;
}

async function findTls(settings: Settings): Promise<Result<FoundTls | null, string>> {
  const { "tls-cert": cert, "tls-key": key } = settings;
  if (cert === null && key === null) return success(null);
  if (cert === null) return failure("--tls-key needs --tls-cert beside it");
  if (key === null) return failure("--tls-cert needs --tls-key beside it");
  const files = { cert, key };
  const material = await readTls(files);
  return material.ok ? success({ files, material: material.value }) : material;
}

type Place = Pick<Settings, "host" | "port">;

function adminPlace(settings: Settings): Place {
  return { host: settings["admin-host"], port: settings["admin-port"] ?? 0 };
}

function adminServer(settings: Settings, server: EchoServer, metrics: Metrics): AdminServer {
  return createAdminServer({
    ...adminPlace(settings),
    allowHosts: settings["allow-host"] ?? [],
    readiness: () => server.readiness(),
    metrics,
  });
}

/** Combinations that must not start, and what to type instead. */
async function policyProblem(settings: Settings): Promise<string | undefined> {
  const { host, demo, data, database } = settings;
  if (!demo) return undefined;
  if (data !== null || database !== null)
    return (
      "--demo has one user of its own and keeps nothing.\n" +
      `Leave ${data === null ? "--database" : "--data"} out, or leave --demo out.`
    );
  const loopback = await isLoopback(host);
  if (!loopback.ok) return loopback.error;
  return loopback.value
    ? undefined
    : `--demo has a password that everybody knows, so it listens on this machine only.\n` +
        `Leave --host ${host} out, or leave --demo out.`;
}

/** What was typed: in the workspace the program is a script of pnpm's. */
function commandName(env: Environment): string {
  return env["npm_lifecycle_event"] === "wsecho-server" ? "pnpm wsecho-server" : "wsecho-server";
}

/** Every address that the name stands for must be one of this machine's own. */
async function isLoopback(host: string): Promise<Result<boolean, string>> {
  try {
    const addresses = await lookup(host, { all: true });
    return success(addresses.every(({ address }) => isLoopbackAddress(address)));
  } catch {
    return failure(`--host ${host} is no address of this machine; leave it out for 127.0.0.1`);
  }
}

async function start<T>(listen: () => Promise<T>, place: Place): Promise<Result<T, string>> {
  try {
    return success(await listen());
  } catch (error) {
    return failure(listenProblem(error, place));
  }
}

function listenProblem(error: unknown, { host, port }: Place): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  switch (code) {
    case "EADDRINUSE":
      return (
        `port ${port} on ${host} is in use: another program, perhaps another wsecho-server, ` +
        `listens there.\nStop it, or take another port; --port 0 takes any that is free.`
      );
    case "EACCES":
      return `port ${port} needs more rights than this user has; take one from 1024: --port 5678`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is no address of this machine; leave --host out for 127.0.0.1`;
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

const exitStatus = { SIGINT: 130, SIGTERM: 143 } as const;

function stopOnSignals(close: () => Promise<void>): void {
  let stopping = false;
  const stop = (signal: keyof typeof exitStatus): void => {
    // Somebody who asks twice does not want to wait.
    if (stopping) process.exit(exitStatus[signal]);
    stopping = true;
    say("stopping; once more ends it at once");
    void close();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

function banner(settings: Settings, { url, httpUrl }: Listening, store: Store | null): string {
  const lines = [`page: ${httpUrl}/   session: ${url}   pure echo: ${url}/echo`];
  if (settings.demo) {
    lines.push(
      "WARNING: --demo lets anybody on this machine log in as admin with the password 123456.",
      "Do not use it for anything but a first look.",
    );
  } else if (store === null) lines.push("There are no users: only /echo answers.");
  else lines.push(`users: ${store.location}`);
  if (settings["allow-anonymous"])
    lines.push("WARNING: /echo is open to everybody, without login.");
  return lines.map((line) => `wsecho-server: ${line}\n`).join("");
}

function say(text: string): void {
  process.stderr.write(`wsecho-server: ${text}\n`);
}

function end(status: number, text: string): void {
  say(text);
  process.exitCode = status;
}
