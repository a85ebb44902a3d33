import type { Socket } from "node:net";
import {
  createDecoder,
  createRedactor,
  parseFilter,
  type Decoder,
  type WireRecord,
} from "@wsecho/wire";
import { failure, success, type Result } from "@wsecho/protocol";
import { openOutputs, type OutputNames } from "./outputs.ts";
import { createRows } from "./rows.ts";
import { columns, paint } from "./screen.ts";
import { createSink } from "./streams.ts";
import { now, tapSocket } from "./tap.ts";

/** The options of looking at frames as they happen. */
export interface ViewOptions extends OutputNames {
  readonly filter?: string;
  readonly bytes?: boolean;
  readonly fold: boolean;
  readonly reveal?: boolean;
  readonly force?: boolean;
}

/** Shows frames as they happen, and writes them into captures. */
export interface Inspector {
  /** Looks at a connection that is about to open. */
  readonly watch: (socket: Socket) => void;
  /** Takes a record that somebody else has made, secrets taken out. */
  readonly take: (record: WireRecord) => void;
  /** Resolves when whoever reads the rows has room for more. */
  readonly ready: () => Promise<void>;
  /** Writes the rest; resolves with what went wrong. */
  readonly end: () => Promise<readonly string[]>;
}

/** @param screen what owns the terminal at the moment, if anything does */
export function createInspector(
  options: ViewOptions,
  screen: () => { readonly print: (text: string) => void } | null,
): Result<Inspector, string> {
  const { bytes = false, fold, reveal = false, force = false } = options;
  const filter = parseFilter(options.filter ?? "");
  if (!filter.ok)
    return failure(
      `--filter: ${filter.error.says}\n${options.filter ?? ""}\n${" ".repeat(filter.error.at)}^`,
    );
  const stdout = createSink(process.stdout);
  const outputs = openOutputs({ ...options, force, reveal, filter: filter.value, stdout });
  if (!outputs.ok) return outputs;
  const { onStdout } = outputs.value;
  const rows = createRows({ bytes, fold, columns, paint });
  // Filtered after the redaction, which needs to see all of a message to know a login.
  const redactor = createRedactor({ reveal });
  const decoders: Decoder[] = [];

  const print = (lines: readonly string[]): void => {
    if (lines.length === 0 || onStdout) return;
    const shared = screen();
    if (shared === null) stdout.push(`${lines.join("\n")}\n`);
    else for (const line of lines) shared.print(line);
  };
  const show = (records: readonly WireRecord[]): void =>
    print(records.filter(filter.value).flatMap((record) => rows.push(record)));

  return success({
    watch(socket) {
      const conn = decoders.length + 1;
      const emit = (record: WireRecord): void => {
        outputs.value.push(record);
        show(redactor.push(record));
      };
      const decoder = createDecoder({ emit, conn, at: "client" });
      decoders.push(decoder);
      tapSocket(socket, decoder);
    },
    take(record) {
      outputs.value.push(record);
      show([record]);
    },
    ready: stdout.ready,
    async end() {
      for (const decoder of decoders) decoder.stop(now());
      show(redactor.end());
      print(rows.end());
      return outputs.value.end();
    },
  });
}
