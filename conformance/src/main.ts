// `pnpm conformance --url ws://…`: results are payload and go to stdout, talk goes to stderr.
import { cases, type Case } from "./cases.ts";
import { frameCasesAt } from "./frames/cases.ts";
import { readOptions, type Options } from "./options.ts";
import { redact } from "./redact.ts";
import { lineOf, summarize, summaryLine } from "./report.ts";
import { runCases, type Result } from "./run.ts";

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Each of them opens six connections, most of which wait for a login. */
const framesAtATime = 4;

process.exitCode = await main();

async function main(): Promise<number> {
  // pnpm hands a separating "--" on.
  const args = process.argv.slice(2).filter((arg, i) => i > 0 || arg !== "--");
  const options = readOptions(args, process.env, (text) => process.stdout.write(text));
  if (!options.ok) {
    if (options.error.message !== "") say(options.error.message);
    return options.error.status;
  }
  const { target, json, notes } = options.value;
  const selected = select(options.value);
  if (selected.length === 0) {
    say("error: nothing has that in its id or its rules. PROTOCOL.md lists the rules.");
    return 2;
  }
  for (const note of notes) say(`note: ${note}`);
  const coloured = process.stdout.isTTY && !process.env["NO_COLOR"];
  try {
    const onResult = (result: Result): void => {
      if (!json) print(lineOf(result, coloured));
    };
    const atATime = options.value.frames === null ? 1 : framesAtATime;
    const results = await runCases(selected, target, onResult, atATime);
    const summary = summarize(results);
    if (json) print(JSON.stringify({ url: target.url.href, ...summary, results }, null, 2));
    else print(`\n${summaryLine(summary)}`);
    return summary.failed === 0 ? 0 : 1;
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    say(
      `error: no answer from ${target.url.href}: ${redact(detail, target)}. Is the server running?`,
    );
    return 1;
  }
}

function select({ dialect, frames, filter }: Options): readonly Case[] {
  const all =
    frames === null
      ? cases.filter((each) => dialect === "both" || each.dialect === dialect)
      : frameCasesAt(frames);
  return all.filter(
    ({ id, rules }) => filter === null || id.includes(filter) || rules.some(isNamed(filter)),
  );
}

/** `R2` is not `R20`; but `Autobahn 6.4` stands for all of its cases. */
function isNamed(filter: string): (rule: string) => boolean {
  return (rule) => rule === filter || rule.startsWith(`${filter}.`);
}
