import { createReadStream, statSync } from "node:fs";
import {
  createCaptureReader,
  createHarReader,
  createJsonlReader,
  type PieceReader,
  type WireRecord,
} from "@wsecho/wire";

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
  let reader: PieceReader<Uint8Array> | undefined;
  let beginning = Buffer.alloc(0);
  let done = 0;
  const hand = async (): Promise<void> => {
    if (waiting.length > 0) await sink.records(waiting.splice(0));
  };
  try {
    const size = file === "-" ? undefined : statSync(file).size;
    const stream = file === "-" ? process.stdin : createReadStream(file);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (reader === undefined) {
        beginning = Buffer.concat([beginning, chunk]);
        const make = guessReader(beginning);
        if (make === undefined) continue;
        reader = make({ emit, problem });
        reader.push(beginning);
      } else reader.push(chunk);
      done += chunk.length;
      sink.progress(done, size);
      await hand();
      if (sink.stopped()) return;
    }
    if (reader === undefined && beginning.length > 0) {
      reader = (guessReader(Buffer.concat([beginning, Buffer.from("\n")])) ?? harReader)({
        emit,
        problem,
      });
      reader.push(beginning);
    }
    if (reader === undefined) sink.problem({ file, says: "there is nothing in it" });
    reader?.end();
    await hand();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A mistake of ours is not one of the file.
    if (code === undefined) throw error;
    sink.problem({ file, says: `it cannot be read (${code})` });
  }
}

type Make = (options: Parameters<typeof createCaptureReader>[0]) => PieceReader<Uint8Array>;

function decoded(
  make: (options: Parameters<typeof createJsonlReader>[0]) => PieceReader<string>,
): Make {
  return (options) => {
    const reader = make(options);
    // Characters may be cut by the pieces.
    const decoder = new TextDecoder();
    return {
      push: (bytes) => reader.push(decoder.decode(bytes, { stream: true })),
      end: () => reader.end(),
    };
  };
}

const harReader: Make = decoded(createHarReader);

/** Longer first lines than this are one line of HAR, not of JSON Lines. */
const maxFirstLine = 1_048_576;

/** By what the file begins with; `undefined` where that is too little to tell. */
function guessReader(beginning: Buffer): Make | undefined {
  const start = beginning
    .subarray(0, 64)
    .toString("latin1")
    .replace(/^\u00ef\u00bb\u00bf/, "")
    .trimStart();
  if (start === "") return undefined;
  if (!start.startsWith("{")) return createCaptureReader;
  const end = beginning.indexOf(10);
  if (end < 0 && beginning.length < maxFirstLine) return undefined;
  try {
    const first: unknown = JSON.parse(beginning.subarray(0, Math.max(end, 0)).toString());
    return typeof first === "object" && first !== null && "v" in first
      ? decoded(createJsonlReader)
      : harReader;
  } catch {
    return harReader;
  }
}
