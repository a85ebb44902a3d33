import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { captureNote } from "@wsecho/wire";
import { toLine } from "./line.ts";
import { recordDefaults, type RecordOptions } from "./record-options.ts";
import { codeOf, makeRoom, prepareFolder } from "./record-folder.ts";
import { now } from "./tape.ts";

/** Writes lines into files that follow each other. Its calls block: it belongs into a thread. */
export interface Recorder {
  readonly reveal: boolean;
  readonly take: (line: string) => void;
  readonly flush: () => void;
  readonly close: () => void;
}

export interface RecorderParts {
  readonly options: RecordOptions;
  /** Nothing is recorded from now on; the code is the system's. Said once, until it is. */
  readonly onFailed: (code: string) => void;
  /** It is again; so many records are missing. */
  readonly onResumed: (lost: number) => void;
}

/** So much is worth a write, where files are not smaller. */
const batchLength = 64 * 1024;

/** How soon a disk that did not take anything is tried again; ms. */
const retryMs = 2000;

interface File {
  readonly descriptor: number;
  /** All of it whole lines. */
  size: number;
}

/** Throws an Error that says why nothing can be written there. A file begins with the first line. */
export function createRecorder({ options, onFailed, onResumed }: RecorderParts): Recorder {
  const { folder, reveal = false } = options;
  const fileBytes = options.fileBytes ?? recordDefaults.fileBytes;
  const batch = Math.min(batchLength, fileBytes / 8);
  const totalBytes = options.totalBytes ?? recordDefaults.totalBytes;
  let files = 0;
  let waiting: string[] = [];
  let length = 0;
  let lost = 0;
  let retryAt = 0;

  let file: File | null = null;
  prepareFolder(folder);

  function begin(): File {
    makeRoom(folder, totalBytes - fileBytes);
    const time = new Date().toISOString().replaceAll(/[:.]/g, "-");
    const name = `wsecho-${time}-${process.pid}-${++files}.jsonl`;
    const begun = { descriptor: openSync(join(folder, name), "wx", 0o600), size: 0 };
    try {
      append(begun, toLine(captureNote(now(), reveal)));
    } catch (error) {
      closeSync(begun.descriptor);
      throw error;
    }
    return begun;
  }

  function append(to: File, text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += writeSync(to.descriptor, bytes, at);
    to.size += bytes.length;
  }

  function end(): void {
    if (file === null) return;
    const { descriptor, size } = file;
    file = null;
    try {
      // Half a line would be a problem for whoever reads the file.
      if (fstatSync(descriptor).size > size) ftruncateSync(descriptor, size);
    } finally {
      closeSync(descriptor);
    }
  }

  /** The file to write so many characters to. */
  function fileFor(more: number): File {
    if (file !== null) {
      const isRemoved = fstatSync(file.descriptor).nlink === 0;
      if (isRemoved || file.size + more > fileBytes) end();
    }
    file ??= begin();
    return file;
  }

  function flush(): void {
    if (length === 0) return;
    const lines = waiting;
    const text = lines.join("");
    waiting = [];
    length = 0;
    const before = lost;
    try {
      const to = fileFor(text.length);
      if (before > 0) append(to, lostNote(before));
      append(to, text);
    } catch (error) {
      fail(error, lines.length);
      return;
    }
    if (before === 0) return;
    lost = 0;
    onResumed(before);
  }

  function fail(error: unknown, records: number): void {
    if (lost === 0) onFailed(codeOf(error));
    lost += records;
    retryAt = performance.now() + retryMs;
    try {
      end();
    } catch {
      // What cannot be written cannot be mended either; readers pass over a broken line.
    }
  }

  return {
    reveal,
    take(line) {
      if (lost > 0 && performance.now() < retryAt) {
        lost += 1;
        return;
      }
      waiting.push(line);
      length += line.length;
      if (length >= batch) flush();
    },
    flush,
    close() {
      flush();
      end();
    },
  };
}

function lostNote(count: number): string {
  const says = "the disk took nothing for a time: so many records are missing here";
  return toLine({ k: "note", t: now(), us: 0, conn: 0, at: "server", code: "lost", says, count });
}
