import cluster from "node:cluster";
import { commandNames, runCommand } from "../commands/program.ts";
import { readFlags } from "../settings/flags.ts";
import { prepare } from "../settings/prepare.ts";
import { strangeVariables, type Environment } from "../settings/sources.ts";
import { findStore } from "../store-place.ts";
import { servePool } from "../workers/primary.ts";
import { runWorker, thisWorker } from "../workers/worker.ts";
import { createConsoleLog } from "./console-log.ts";
import { catchHangUps } from "./hang-ups.ts";
import { end, say } from "./say.ts";
import { hideSecrets } from "./secrets.ts";
import { serve } from "./serve.ts";

const usage = 2;

/** Runs `wsecho-server`; sets `process.exitCode` and leaves the end to the empty event loop. */
export async function runProgram(argv: readonly string[], env: Environment): Promise<void> {
  // A reader that has gone away is no reason to stop serving.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

  if (commandNames.includes(argv[0] ?? "")) {
    await runCommand(argv, env);
    return;
  }
  const worker = thisWorker(argv);
  if (worker !== undefined) {
    await runWorker(worker);
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
  const { given } = flags.value;
  const onHangUp = catchHangUps();
  hideSecrets(given);
  for (const warning of strangeVariables(env)) say(warning);
  const prepared = await prepare(given, env);
  if (!prepared.ok) {
    end(usage, `${prepared.error}\nAll settings: wsecho-server --help`);
    return;
  }
  const { settings } = prepared.value;
  if (settings.workers > 1 && !cluster.isPrimary) {
    end(usage, "--workers: this process is a worker of another program; leave it out here");
    return;
  }
  if (settings["check-config"]) {
    process.stdout.write("wsecho-server: the settings are right\n");
    return;
  }
  const command = commandName(env);
  const log = createConsoleLog(settings["log-level"], process.stderr.isTTY);
  const store = await findStore(settings, { command, log });
  if (!store.ok) {
    end(store.error.status, store.error.text);
    return;
  }
  const run = settings.workers > 1 ? servePool : serve;
  await run(prepared.value, store.value, {
    command,
    log,
    prepare: () => prepare(given, env),
    onHangUp,
  });
}

/** What was typed: in the workspace the program is a script of pnpm's. */
function commandName(env: Environment): string {
  return env["npm_lifecycle_event"] === "wsecho-server" ? "pnpm wsecho-server" : "wsecho-server";
}
