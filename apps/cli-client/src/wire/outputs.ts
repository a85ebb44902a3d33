import {
  createHarWriter,
  createJsonlWriter,
  createPcapngWriter,
  type Filter,
  type WireRecord,
  type Writer,
} from "@wsecho/wire";
import { failure, success, type Result } from "@wsecho/protocol";
import type { WriteStream } from "node:fs";
import { closeFile, createSink, openFile, type Sink } from "./streams.ts";

const writers = {
  jsonl: createJsonlWriter,
  pcapng: createPcapngWriter,
  har: createHarWriter,
} as const;

/** Where captures go: a file each, or `-`. */
export type OutputNames = { readonly [Format in keyof typeof writers]?: string };

export interface OutputOptions extends OutputNames {
  readonly force: boolean;
  readonly reveal: boolean;
  readonly filter: Filter;
  readonly stdout: Sink;
}

/** Captures that are written while they happen. */
export interface Outputs {
  readonly push: (record: WireRecord) => void;
  /** One of them takes stdout. */
  readonly onStdout: boolean;
  /** Writes the rest; resolves with what went wrong. */
  readonly end: () => Promise<readonly string[]>;
}

interface Output {
  readonly name: string;
  readonly writer: Writer<string | Uint8Array>;
  readonly sink: Sink;
  readonly file: WriteStream | null;
}

export function openOutputs(options: OutputOptions): Result<Outputs, string> {
  const { force, reveal, filter, stdout } = options;
  const formats = ["jsonl", "pcapng", "har"] as const;
  const wanted = formats.flatMap((format) => {
    const name = options[format];
    return name === undefined ? [] : [{ format, name }];
  });
  const onStdout = wanted.filter(({ name }) => name === "-").length;
  if (onStdout > 1) return failure("only one capture can go to the output; name files for others");
  if (options.pcapng === "-" && process.stdout.isTTY)
    return failure("pcapng is not for a terminal: pipe it on, as in | tshark -i -, or name a file");
  const outputs: Output[] = [];
  for (const { format, name } of wanted) {
    const file = name === "-" ? null : openFile(name, force);
    if (file?.ok === false) return file;
    const stream = file?.value ?? null;
    const sink = stream === null ? stdout : createSink(stream);
    outputs.push({ name, writer: writers[format]({ reveal, filter }), sink, file: stream });
  }
  return success({
    onStdout: onStdout > 0,
    push(record) {
      for (const { writer, sink } of outputs) sink.push(writer.push(record));
    },
    async end() {
      const problems: string[] = [];
      for (const { name, writer, sink, file } of outputs) {
        await sink.write(writer.end());
        if (file !== null && !(await closeFile(file)))
          problems.push(`${name} could not be written to its end.`);
      }
      return problems;
    },
  });
}
