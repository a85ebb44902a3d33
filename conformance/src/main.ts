// `pnpm conformance --url ws://…`: results are payload and go to stdout, talk goes to stderr.
import { cases, type Case } from "./cases.ts";
import { readOptions, type Options } from "./options.ts";
import { redact } from "./redact.ts";
import { lineOf, summarize, summaryLine } from "./report.ts";
import { runCases } from "./run.ts";

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

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
    say("error: no vector has that in its id or its rules. PROTOCOL.md lists the rules.");
    return 2;
  }
  for (const note of notes) say(`note: ${note}`);
  const coloured = process.stdout.isTTY && !process.env["NO_COLOR"];
  try {
    const results = await runCases(selected, target, (result) => {
      if (!json) print(lineOf(result, coloured));
    });
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

function select({ dialect, filter }: Options): readonly Case[] {
  return cases.filter(
    (each) =>
      (dialect === "both" || each.dialect === dialect) &&
      (filter === null || each.id.includes(filter) || each.rules.includes(filter)),
  );
}
