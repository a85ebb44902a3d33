import { closeSync, openSync, writeSync } from "node:fs";
import {
  createHarWriter,
  createJsonlWriter,
  createPcapngWriter,
  type WireRecord,
  type Writer,
} from "@wsecho/wire";
import { failure, success, type Result } from "@wsecho/protocol";

/** A capture that is written while it happens. */
export interface Recorder {
  readonly push: (record: WireRecord) => void;
  /** Writes the rest; the error is what went wrong meanwhile. */
  readonly end: () => Result<void, string>;
}

const batchBytes = 65_536;
const batchMs = 100;

/**
 * Opens a new file for its owner alone. It is written in batches and without a queue: the proxy reads
 * no faster than the disk takes.
 */
export function openRecorder(
  name: string,
  reveal: boolean,
  force: boolean,
): Result<Recorder, string> {
  const create = /\.pcapng$/i.test(name)
    ? createPcapngWriter
    : /\.har$/i.test(name)
      ? createHarWriter
      : createJsonlWriter;
  const writer: Writer<string | Uint8Array> = create({ reveal });
  let file: number;
  try {
    file = openSync(name, force ? "w" : "wx", 0o600);
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    return failure(
      code === "EEXIST"
        ? `--record: ${name} is there already: take another name, or --force`
        : `--record: ${name} cannot be written (${code})`,
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
