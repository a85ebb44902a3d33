import { createFileReader, type Problem, type WireRecord } from "@wsecho/wire";

export interface FileSink {
  readonly records: (records: readonly WireRecord[]) => void;
  readonly problem: (problem: Problem) => void;
  /** Bytes read so far. */
  readonly progress: (done: number) => void;
  /** Lets the page draw between two pieces. */
  readonly rest: () => Promise<void>;
}

/**
 * Reads a capture of any known form, piece by piece.
 *
 * @returns whether it was read to its end: not where `signal` aborted, or the file went away
 */
export async function readFile(file: Blob, sink: FileSink, signal: AbortSignal): Promise<boolean> {
  let waiting: WireRecord[] = [];
  const hand = (): void => {
    sink.records(waiting);
    waiting = [];
  };
  const reader = createFileReader({
    emit: (record) => void waiting.push(record),
    problem: sink.problem,
  });
  const pieces = file.stream().getReader();
  let done = 0;
  for (;;) {
    const piece = await pieces.read().catch(() => null);
    if (piece === null || signal.aborted) {
      void pieces.cancel().catch(() => undefined);
      return false;
    }
    if (piece.done) break;
    reader.push(piece.value);
    done += piece.value.length;
    hand();
    sink.progress(done);
    await sink.rest();
  }
  reader.end();
  hand();
  return true;
}
