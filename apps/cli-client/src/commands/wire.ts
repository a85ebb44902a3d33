import {
  createHarWriter,
  createJsonlWriter,
  createPcapngWriter,
  createRedactor,
  explain,
  parseBytes,
  parseFilter,
  type Filter,
  type WireRecord,
} from "@wsecho/wire";
import { exitStatus } from "../exit.ts";
import { explainCode, readCloseCode } from "../explain-code.ts";
import { talk, wrapTalk } from "../terminal/talk.ts";
import { readCapture, type InputProblem } from "../wire/input.ts";
import type { ConvertOptions, DecodeOptions, WireInvocation } from "../wire/options.ts";
import { createProgress } from "../wire/progress.ts";
import { createRows } from "../wire/rows.ts";
import { closeFile, createSink, openFile, type Sink } from "../wire/streams.ts";
import { columns, paint } from "../wire/screen.ts";

/** Does what a command about bytes and captures asks for; resolves with the exit status. */
export async function wireCommand(invocation: WireInvocation): Promise<number> {
  switch (invocation.kind) {
    case "explain":
      return explainCommand(invocation.bytes);
    case "decode":
      return decodeCommand(invocation.files, invocation.options);
    case "convert":
      return convertCommand(invocation);
  }
}

const sayProblem = ({ file, says }: InputProblem): void =>
  talk(`${file === "-" ? "the input" : file}: ${says}`);

async function explainCommand(words: readonly string[]): Promise<number> {
  const code = readCloseCode(words);
  if (code !== null) {
    await createSink(process.stdout).write(`${wrapTalk(explainCode(code), process.stdout)}\n`);
    const [digits = ""] = words;
    talk(`As bytes: wsecho explain ${digits.slice(0, 2)} ${digits.slice(2)}`);
    return exitStatus("ok");
  }
  const text = words.length > 0 ? words.join(" ") : await readInput();
  const bytes = parseBytes(text);
  if (!bytes.ok) {
    talk(bytes.error);
    return exitStatus("usage");
  }
  // What a person typed is no secret to them.
  const rows = createRows({ bytes: true, fold: false, columns, paint });
  const records = explain(bytes.value);
  const lines = [...records.flatMap((record) => rows.push(record)), ...rows.end()];
  await createSink(process.stdout).write(`${lines.join("\n")}\n`);
  return exitStatus("ok");
}

async function readInput(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

/** `undefined` where the expression is none: that is said. */
function readFilter(expression: string | undefined): Filter | undefined {
  const filter = parseFilter(expression ?? "");
  if (filter.ok) return filter.value;
  talk(`--filter: ${filter.error.says}`);
  talk(`  ${expression ?? ""}\n`.trimEnd());
  talk(`  ${" ".repeat(filter.error.at)}^`);
  return undefined;
}

async function decodeCommand(files: readonly string[], options: DecodeOptions): Promise<number> {
  const filter = readFilter(options.filter);
  if (filter === undefined) return exitStatus("usage");
  const out = createSink(process.stdout);
  const reveal = options.reveal ?? false;
  const json = createJsonlWriter({ reveal, filter });
  const rows = createRows({
    bytes: options.bytes ?? false,
    fold: options.fold,
    columns,
    paint,
  });
  // Filtered after the redaction, which needs to see all of a message to know a login.
  const redactor = createRedactor({ reveal });
  const show = (records: readonly WireRecord[]): string => {
    const wanted = records.filter(filter);
    return wanted
      .flatMap((record) => rows.push(record))
      .map((line) => `${line}\n`)
      .join("");
  };
  const problems: InputProblem[] = [];
  let base = 0;
  for (const file of files) {
    let highest = base;
    const offset = base;
    await readEach(file, out, {
      printed: true,
      // Connections of several files are different ones.
      take: (record) => {
        const conn = record.conn === 0 ? 0 : record.conn + offset;
        highest = Math.max(highest, conn);
        const moved = { ...record, conn };
        return options.json === true ? json.push(moved) : show(redactor.push(moved));
      },
      problem: (problem) => problems.push(problem),
    });
    base = highest;
  }
  const rest = (): string =>
    show(redactor.end()) +
    rows
      .end()
      .map((line) => `${line}\n`)
      .join("");
  await out.write(options.json === true ? json.end() : rest());
  return exitStatus(problems.length > 0 ? "usage" : "ok");
}

async function readEach(
  file: string,
  out: Sink,
  handle: {
    readonly printed: boolean;
    readonly take: (record: WireRecord) => string | Uint8Array;
    readonly problem: (problem: InputProblem) => void;
  },
): Promise<void> {
  const progress = createProgress(file === "-" ? "the input" : file, handle.printed);
  await readCapture(file, {
    records: async (records) => {
      for (const record of records) {
        await out.write(handle.take(record));
        if (out.gone()) return;
      }
    },
    problem: (problem) => {
      handle.problem(problem);
      progress.clear();
      sayProblem(problem);
    },
    progress: (done, of) => progress.show(done, of),
    stopped: () => out.gone(),
  });
  progress.clear();
}

const writers = {
  jsonl: createJsonlWriter,
  pcapng: createPcapngWriter,
  har: createHarWriter,
} as const;

async function convertCommand({
  from,
  to,
  options,
}: {
  readonly from: string;
  readonly to: string;
  readonly options: ConvertOptions;
}): Promise<number> {
  const format = options.to ?? formatOf(to);
  if (format === undefined) {
    talk(
      `${to === "-" ? "The output" : to}: say --to jsonl, pcapng or har, or end the name in one of them`,
    );
    return exitStatus("usage");
  }
  const filter = readFilter(options.filter);
  if (filter === undefined) return exitStatus("usage");
  const reveal = options.reveal ?? false;
  const writer = writers[format]({ reveal, filter });
  if (to === "-" && format === "pcapng" && process.stdout.isTTY) {
    talk("pcapng is not for a terminal: pipe it on, as in | tshark -i -, or name a file");
    return exitStatus("usage");
  }
  const file = to === "-" ? null : openFile(to, options.force ?? false);
  if (file?.ok === false) {
    talk(file.error);
    return exitStatus("usage");
  }
  const stream = file?.value ?? process.stdout;
  const out = createSink(stream);
  const problems: InputProblem[] = [];
  await readEach(from, out, {
    printed: file === null,
    take: (record) => writer.push(record),
    problem: (problem) => problems.push(problem),
  });
  await out.write(writer.end());
  if (file !== null && !(await closeFile(file.value))) {
    const problem = { file: to, says: "it could not be written to its end" };
    problems.push(problem);
    sayProblem(problem);
  }
  return exitStatus(problems.length > 0 ? "usage" : "ok");
}

function formatOf(name: string): keyof typeof writers | undefined {
  if (/\.(jsonl|ndjson)$/i.test(name)) return "jsonl";
  if (/\.(pcapng|ntar)$/i.test(name)) return "pcapng";
  return /\.har$/i.test(name) ? "har" : undefined;
}
