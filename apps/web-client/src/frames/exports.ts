import {
  createHarWriter,
  createJsonlWriter,
  createPcapngWriter,
  type Filter,
  type WireRecord,
} from "@wsecho/wire";

export const exportFormats = {
  jsonl: { extension: "jsonl", type: "application/jsonl" },
  pcapng: { extension: "pcapng", type: "application/x-pcapng" },
  har: { extension: "har", type: "application/json" },
} as const;
export type ExportFormat = keyof typeof exportFormats;

export interface ExportOptions {
  /** Writes secrets as they are, and says so in the file. */
  readonly reveal: boolean;
  /** Which records are written; all for `null`. */
  readonly filter: Filter | null;
}

/** A file's pieces; without secrets, unless asked. */
export function exportRecords(
  records: readonly WireRecord[],
  format: ExportFormat,
  { reveal, filter }: ExportOptions,
): readonly (string | Uint8Array)[] {
  const options = { reveal, ...(filter !== null && { filter }) };
  switch (format) {
    case "jsonl":
      return write(createJsonlWriter(options), records);
    case "har":
      return write(createHarWriter(options), records);
    case "pcapng":
      return write(createPcapngWriter(options), records);
  }
}

function write<Piece>(
  writer: { readonly push: (record: WireRecord) => Piece; readonly end: () => Piece },
  records: readonly WireRecord[],
): readonly Piece[] {
  return [...records.map((record) => writer.push(record)), writer.end()];
}
