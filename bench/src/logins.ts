/**
 * What a login costs the server, what it tells somebody with a stopwatch, and how soon a user is
 * shut out, with both stores:
 *
 *     node --conditions=@wsecho/source bench/src/logins.ts --help
 */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { createVerifier } from "@wsecho/protocol/scram";
import { openStore, type StorePlace } from "@wsecho/server";
import { startPostgres } from "@wsecho/testkit/postgres";
import {
  byToken,
  crypto,
  iterations,
  logInByPlain,
  logInByScram,
  password,
  user,
} from "./logins/client.ts";
import { measureCost, type Way } from "./logins/cost.ts";
import { measureRevocation } from "./logins/revocation.ts";
import { measureTiming, type Samples } from "./logins/timing.ts";
import { canPin } from "./cores.ts";
import { startPeer } from "./peer.ts";
import { areaUnderCurve, median, quantile, spread } from "./statistics.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const fromSource = "--conditions=@wsecho/source";

interface Options {
  readonly rounds: string;
  readonly guesses: string;
  readonly plainGuesses: string;
  readonly revocations: string;
  readonly postgres: boolean;
}

const options = new Command("logins")
  .description("Cost, timing and revocation of logins, of the server's process alone.")
  .option("--rounds <n>", "rounds of the cost; medians are shown", "7")
  .option("--guesses <n>", "SCRAM guesses, of known and of unknown users each", "400")
  .option("--plain-guesses <n>", "the same of plain, each of which takes long", "40")
  .option("--revocations <n>", "users that are disabled, one after the other", "20")
  .option("--no-postgres", "SQLite alone")
  .parse()
  .opts<Options>();

const folder = await mkdtemp(join(tmpdir(), "wsecho-logins-"));
try {
  await report("SQLite", { data: folder });
} finally {
  await rm(folder, { recursive: true });
}
if (options.postgres) {
  await using postgres = await startPostgres();
  await report("PostgreSQL", { database: postgres.url });
}
if (!canPin) console.error("cores could not be pinned: server and clients disturbed each other");

async function report(name: string, place: StorePlace): Promise<void> {
  await using store = await openStore(place, { iterations });
  const salt = new Uint8Array(randomBytes(16));
  const verifier = await createVerifier(crypto, password, { salt, iterations });
  if (!verifier.ok) throw new Error(verifier.error.message);
  await store.users.add({ name: user, verifier: verifier.value });
  const script = here("./servers/store.ts");
  const args = [fromSource, script, JSON.stringify(place)];
  const peer = await startPeer({ name, runtime: "node", args, language: "v1", prefix: "" });
  const url = `ws://127.0.0.1:${peer.port}`;
  try {
    console.log(`\n${name}, ${iterations} iterations`);
    const ways: readonly Way[] = [
      { name: "connection alone", logIn: null, logins: 300 },
      { name: "token", logIn: byToken(issueToken(place)), logins: 300 },
      { name: "SCRAM", logIn: logInByScram, logins: 300 },
      { name: "plain", logIn: logInByPlain, logins: 5 },
    ];
    showCosts(await measureCost(peer, ways, Number(options.rounds)));
    const { guesses, plainGuesses } = options;
    const timing = await measureTiming(url, Number(guesses), Number(plainGuesses));
    for (const [what, samples] of timing) showTiming(what, samples);
    const rounds = Number(options.revocations);
    const delays = await measureRevocation(url, store, logInByScram, rounds);
    console.log(`from disabling to the end of the session: ${line(delays, 0)}`);
  } finally {
    await peer.stop();
  }
}

/** As an operator gets one. */
function issueToken(place: StorePlace): string {
  const main = here("../../apps/server/src/main.ts");
  const where = Object.entries(place).map(([flag, value]) => `--${flag}=${String(value)}`);
  const args = [fromSource, main, "tokens", "issue", user, ...where];
  return execFileSync(process.execPath, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}

function showCosts(costs: ReadonlyMap<string, readonly number[]>): void {
  const base = median(costs.get("connection alone") ?? []);
  const login = median(costs.get("SCRAM") ?? []) - base;
  console.log("CPU of the server's process, median of rounds; without the connection: of SCRAM's");
  for (const [way, values] of costs) {
    const own = median(values) - base;
    const share =
      own === 0 ? "" : `  ${own.toFixed(3).padStart(8)} ms  x${(own / login).toFixed(2)}`;
    const noise = `± ${(spread(values) * 100).toFixed(0)} %`;
    console.log(`  ${way.padEnd(16)} ${median(values).toFixed(3).padStart(8)} ms ${noise}${share}`);
  }
}

function showTiming(what: string, { known, unknown }: Samples): void {
  const auc = areaUnderCurve(known, unknown).toFixed(3);
  console.log(`${what}, ${known.length} each; a known user is the slower one in ${auc} of pairs`);
  console.log(`  known    ${line(known, 3)}`);
  console.log(`  unknown  ${line(unknown, 3)}`);
}

function line(values: readonly number[], digits: number): string {
  const at = (q: number): string => quantile(values, q).toFixed(digits);
  return `min ${at(0)}  p10 ${at(0.1)}  p50 ${at(0.5)}  p90 ${at(0.9)}  max ${at(1)} ms`;
}
