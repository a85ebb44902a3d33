import { createReadStream, statSync } from "node:fs";
import { createFileReader, type WireRecord } from "@wsecho/wire";

/** What a capture turned out to hold that could not be read. */
export interface InputProblem {
  readonly file: string;
  readonly says: string;
}

/** Who takes what a capture holds; waited for, so that a long capture does not pile up. */
export interface RecordSink {
  readonly records: (records: readonly WireRecord[]) => Promise<void>;
  readonly problem: (problem: InputProblem) => void;
  /** Bytes read so far, and all of them where that is known. */
  readonly progress: (done: number, of: number | undefined) => void;
  /** Nobody wants more. */
  readonly stopped: () => boolean;
}

/** Reads a capture of any format to its end, or the input where `file` is `-`. */
export async function readCapture(file: string, sink: RecordSink): Promise<void> {
  const waiting: WireRecord[] = [];
  const emit = (record: WireRecord): void => void waiting.push(record);
  const problem = ({ at, says }: { readonly at: number; readonly says: string }): void =>
    sink.problem({ file, says: at > 0 ? `${says} (at ${at})` : says });
  const reader = createFileReader({ emit, problem });
  let done = 0;
  const hand = async (): Promise<void> => {
    if (waiting.length > 0) await sink.records(waiting.splice(0));
  };
  try {
    const size = file === "-" ? undefined : statSync(file).size;
    const stream = file === "-" ? process.stdin : createReadStream(file);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      reader.push(chunk);
      done += chunk.length;
      sink.progress(done, size);
      await hand();
      if (sink.stopped()) return;
    }
    if (done === 0) sink.problem({ file, says: "there is nothing in it" });
    else reader.end();
    await hand();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A mistake of ours is not one of the file.
    if (code === undefined) throw error;
    sink.problem({ file, says: `it cannot be read (${code})` });
  }
}
