import type { WireRecord } from "@wsecho/wire";

/** A record in its place. */
export interface Kept {
  /** Counts up by one from record to record, and is never used again. */
  readonly seq: number;
  readonly record: WireRecord;
}

/** The newest records, within bounds. */
export interface FrameLog {
  /** In order, without gaps in `seq`. */
  readonly kept: readonly Kept[];
  readonly nextSeq: number;
  /** What `kept` takes in memory, roughly. */
  readonly bytes: number;
  /** Records that were let go to make room. */
  readonly dropped: number;
}

export interface LogBounds {
  readonly records: number;
  readonly bytes: number;
}

/** A message of one frame is two records, so this is more than 20,000 frames. */
export const defaultLogBounds: LogBounds = { records: 50_000, bytes: 32 * 1024 * 1024 };

export const emptyLog: FrameLog = { kept: [], nextSeq: 1, bytes: 0, dropped: 0 };

/** The log with `records` behind the others; copies once, however many come. */
export function append(log: FrameLog, records: readonly WireRecord[]): FrameLog {
  if (records.length === 0) return log;
  let { nextSeq, bytes } = log;
  const kept = [...log.kept];
  for (const record of records) {
    kept.push({ seq: nextSeq++, record });
    bytes += recordBytes(record);
  }
  return { ...log, kept, nextSeq, bytes };
}

/**
 * Lets the oldest go, down to `bounds`, once they are exceeded by a tenth: seldom and many at once,
 * because a list that shifts with every frame cannot be read.
 */
export function trimLog(log: FrameLog, bounds: LogBounds = defaultLogBounds): FrameLog {
  const slack = 1.1;
  if (log.kept.length <= bounds.records * slack && log.bytes <= bounds.bytes * slack) return log;
  let { bytes } = log;
  let count = 0;
  while (log.kept.length - count > bounds.records || bytes > bounds.bytes) {
    const oldest = log.kept[count];
    if (oldest === undefined) break;
    bytes -= recordBytes(oldest.record);
    count += 1;
  }
  return { ...log, kept: log.kept.slice(count), bytes, dropped: log.dropped + count };
}

/** What the object of a record takes beside its payload. */
const overhead = 256;

/** What a record takes in memory, roughly. */
export function recordBytes(record: WireRecord): number {
  switch (record.k) {
    case "handshake":
      // The head, and its parts once more.
      return overhead + 4 * record.head.length + (record.body?.length ?? 0);
    case "frame":
      return overhead + record.raw.length + 2 * (record.text?.length ?? 0);
    case "message":
      return overhead + (record.data?.length ?? 0) + 2 * (record.text?.length ?? 0);
    case "close":
    case "note":
      return overhead;
  }
}

/** Records that a slow reader of the feed did not get, as its notes say. */
export function lostIn(log: FrameLog): number {
  return log.kept.reduce(
    (sum, { record }) =>
      record.k === "note" && record.code === "lost" ? sum + (record.count ?? 0) : sum,
    0,
  );
}
