import { createCaptureReader, type CaptureReaderOptions } from "../../src/capture/read.ts";
import { createHarReader } from "../../src/capture/har-read.ts";
import { createHarWriter } from "../../src/capture/har-write.ts";
import { createPcapngWriter } from "../../src/capture/pcapng-write.ts";
import { createJsonlReader, createJsonlWriter, type WriterOptions } from "../../src/jsonl.ts";
import type { WireRecord } from "../../src/records.ts";

const write = <Piece>(
  writer: { push(record: WireRecord): Piece; end(): Piece },
  records: readonly WireRecord[],
): Piece[] => [...records.map((record) => writer.push(record)), writer.end()];

export const toJsonl = (records: readonly WireRecord[], options: WriterOptions = {}): string =>
  write(createJsonlWriter(options), records).join("");
export const toHar = (records: readonly WireRecord[], options: WriterOptions = {}): string =>
  write(createHarWriter(options), records).join("");
export const toPcapng = (records: readonly WireRecord[], options: WriterOptions = {}): Buffer =>
  Buffer.concat(write(createPcapngWriter(options), records));

export interface Read {
  readonly records: readonly WireRecord[];
  readonly problems: readonly string[];
}

const collect = (): { records: WireRecord[]; problems: string[] } & Pick<
  CaptureReaderOptions,
  "emit" | "problem"
> => {
  const records: WireRecord[] = [];
  const problems: string[] = [];
  return {
    records,
    problems,
    emit: (record) => void records.push(record),
    problem: ({ says }) => void problems.push(says),
  };
};

export function fromJsonl(text: string): Read {
  const all = collect();
  const reader = createJsonlReader(all);
  reader.push(text);
  reader.end();
  return all;
}

export function fromHar(text: string): Read {
  const all = collect();
  const reader = createHarReader(all);
  reader.push(text);
  reader.end();
  return all;
}

/** In pieces of `size` bytes; in one by default. */
export function fromCapture(bytes: Uint8Array, size = bytes.length): Read {
  const all = collect();
  const reader = createCaptureReader(all);
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  reader.end();
  return all;
}
