import { closeSync, openSync, writeSync } from "node:fs";
import {
  createHarWriter,
  createJsonlWriter,
  createPcapngWriter,
  type WireRecord,
  type Writer,
} from "@wsecho/wire";
import type { ProxyCommandOptions } from "./options.ts";
import { failure, success, type Result } from "@wsecho/protocol";

/** A capture that is written while it happens. */
export interface Recorder {
  readonly push: (record: WireRecord) => void;
  /** Writes the rest; the error is what went wrong meanwhile. */
  readonly end: () => Result<void, string>;
}

const writers = {
  jsonl: createJsonlWriter,
  pcapng: createPcapngWriter,
  har: createHarWriter,
} as const;

/** A file for a capture, as the options name it. */
export interface Capture {
  readonly option: string;
  readonly name: string;
  readonly format: keyof typeof writers;
}

/** `--record` is the older name for all three: there the file's name says what it is. */
export function capturesOf(
  options: Pick<ProxyCommandOptions, keyof typeof writers | "record">,
): readonly Capture[] {
  const { record } = options;
  const [, ending = ""] = /\.(pcapng|har)$/i.exec(record ?? "") ?? [];
  const formatOfRecord = (["pcapng", "har"] as const).find((one) => one === ending.toLowerCase());
  const all = [
    { option: "--jsonl", name: options.jsonl, format: "jsonl" },
    { option: "--pcapng", name: options.pcapng, format: "pcapng" },
    { option: "--har", name: options.har, format: "har" },
    { option: "--record", name: record, format: formatOfRecord ?? "jsonl" },
  ] as const;
  return all.flatMap(({ name, ...one }) => (name === undefined ? [] : [{ ...one, name }]));
}

const batchBytes = 65_536;
const batchMs = 100;

/**
 * Opens a new file for its owner alone. It is written in batches and without a queue: the proxy reads
 * no faster than the disk takes.
 */
export function openRecorder(
  { option, name, format }: Capture,
  reveal: boolean,
  force: boolean,
): Result<Recorder, string> {
  if (name === "-")
    return failure(`${option}: frames and talk have the output; name a file, and inspect takes -`);
  const writer: Writer<string | Uint8Array> = writers[format]({ reveal });
  let file: number;
  try {
    file = openSync(name, force ? "w" : "wx", 0o600);
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    return failure(
      code === "EEXIST"
        ? `${option}: ${name} is there already: take another name, or --force`
        : `${option}: ${name} cannot be written (${code})`,
    );
  }
  let pieces: Buffer[] = [];
  let size = 0;
  let timer: NodeJS.Timeout | undefined;
  let problem: string | undefined;

  const write = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const all = Buffer.concat(pieces);
    pieces = [];
    size = 0;
    try {
      for (let at = 0; at < all.length;) at += writeSync(file, all, at);
    } catch (error) {
      problem = `${name} could not be written to its end (${(error as NodeJS.ErrnoException).code ?? "unknown error"})`;
    }
  };
  const add = (piece: string | Uint8Array): void => {
    if (piece.length === 0 || problem !== undefined) return;
    const bytes = Buffer.from(piece as string);
    pieces.push(bytes);
    size += bytes.length;
    if (size >= batchBytes) write();
    else timer ??= setTimeout(write, batchMs).unref();
  };

  return success({
    push: (record) => add(writer.push(record)),
    end() {
      add(writer.end());
      write();
      closeSync(file);
      return problem === undefined ? success(undefined) : failure(problem);
    },
  });
}
