/**
 * Everything at once against a real server, for as long as one likes; every echo is compared. Exit
 * status 1 where anything was lost, doubled or leaked, or did not end as it should.
 *
 *     pnpm soak --minutes 10
 *     pnpm soak --messages 1000000 --connections 50000
 *     pnpm soak --server "--workers 2 --compress"
 *
 * With workers, losses are seen as without, but leaks in the primary alone.
 */
import { Command, InvalidArgumentError } from "commander";
import { runFlat } from "./soak/flat.ts";
import { runMixed } from "./soak/mixed.ts";
import { formatFlat, formatMixed, problemsOf } from "./soak/report.ts";
import { startSoakServer } from "./soak/server.ts";

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1e8)) throw new InvalidArgumentError("a number above 0");
  return value;
}

interface Options {
  readonly minutes: number;
  readonly messages?: number;
  readonly connections?: number;
  readonly server: string;
  readonly json?: boolean;
}

const options = new Command("soak")
  .description("Echoes, logins, refusals, aborts, floods, slow readers and faults, all counted.")
  .option("--minutes <n>", "how long; parts of one are fine", positive, 1)
  .option("--messages <n>", "instead: so many messages, and the heap after each tenth", positive)
  .option("--connections <n>", "instead: so many connections, likewise", positive)
  .option("--server <flags>", "further flags of the server, in quotes", "")
  .option("--json", "the report as JSON on stdout")
  .parse()
  .opts<Options>();

const server = await startSoakServer(options.server.split(" ").filter((flag) => flag !== ""));
const { messages, connections } = options;
let report: object;
let text: string;
let problems: readonly string[];
if (messages === undefined && connections === undefined) {
  const run = await runMixed(server, options.minutes * 60);
  problems = problemsOf(run, run.leaks, await server.stop());
  report = run;
  text = formatMixed(run, problems);
} else {
  const counts = { messages: messages ?? 0, connections: connections ?? 0 };
  const run = await runFlat(server, counts);
  problems = problemsOf(run, run.leaks, await server.stop());
  report = run;
  text = formatFlat(run, problems);
}
console.log(options.json === true ? JSON.stringify({ ...report, problems }, null, 2) : text);
process.exitCode = problems.length === 0 ? 0 : 1;
