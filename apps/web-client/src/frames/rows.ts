import type { WireRecord } from "@wsecho/wire";
import type { Kept } from "./log.ts";

/** What the list shows: everything that crossed the wire, or what it was put together to. */
export type Level = "frames" | "messages";

/** The choice beside the filter. */
export type Which = "all" | "c2s" | "s2c" | "control";

export interface RowOptions {
  readonly level: Level;
  readonly which: Which;
  /** What the filter lets through; `null` where there is none. */
  readonly wanted: ((entry: Kept) => boolean) | null;
  /** Pings and pongs behind each other become one row with their number. */
  readonly fold: boolean;
  /** Folded rows that a person opened, by the `seq` of their first frame. */
  readonly opened: ReadonlySet<number>;
}

/** One row of the list. */
export type Row = RecordRow | HeartbeatsRow;

export interface RecordRow extends Kept {
  readonly kind: "record";
  /** Of a row inside of an opened fold. */
  readonly inside: boolean;
}

/** Pings and pongs that nothing came between. */
export interface HeartbeatsRow {
  readonly kind: "heartbeats";
  /** Of the first of them. */
  readonly seq: number;
  readonly count: number;
  readonly open: boolean;
}

export interface Rows {
  readonly rows: readonly Row[];
  /** Pings and pongs that stand in folded rows. */
  readonly folded: number;
}

/** Fewer are shown as they are: one line saying "one heartbeat" saves nothing. */
const worthFolding = 2;

/** The rows of the list, in the order of `seq`. */
export function rowsOf(kept: readonly Kept[], options: RowOptions): Rows {
  const { level, which, wanted, opened } = options;
  // Who looks for something wants to see it.
  const fold = options.fold && level === "frames" && which !== "control" && wanted === null;
  const rows: Row[] = [];
  let folded = 0;
  let run: Kept[] = [];
  const introduced = new Set<string>();

  const flush = (): void => {
    const [first] = run;
    if (first === undefined) return;
    const count = run.length;
    const few = count < worthFolding;
    const open = few || opened.has(first.seq);
    if (!few) rows.push({ kind: "heartbeats", seq: first.seq, count, open });
    if (open) for (const entry of run) rows.push({ ...entry, kind: "record", inside: !few });
    else folded += count;
    run = [];
  };

  for (const entry of kept) {
    const { record } = entry;
    if (!isAt(record, level) || !isOfChoice(record, which)) continue;
    if (wanted !== null && !wanted(entry)) continue;
    if (record.k === "note" && record.code === "session") {
      // A feed says so again with each thing that it is asked for.
      const who = `${record.conn} ${record.session ?? ""} ${record.user ?? ""}`;
      if (introduced.has(who)) continue;
      introduced.add(who);
    }
    if (fold && isHeartbeat(record)) {
      run.push(entry);
      continue;
    }
    flush();
    rows.push({ ...entry, kind: "record", inside: false });
  }
  flush();
  return { rows, folded };
}

/** What a fold may hide: never something that is wrong. */
function isHeartbeat(record: WireRecord): boolean {
  return record.k === "frame" && (record.op === 9 || record.op === 10) && record.lint.length === 0;
}

function isAt(record: WireRecord, level: Level): boolean {
  switch (record.k) {
    case "handshake":
      return true;
    case "frame":
      return level === "frames";
    case "message":
      // Browsers write messages without their frames: then there is nothing else to show.
      return level === "messages" || record.parts === 0;
    case "close":
      // The frame stands in the list already.
      return level === "messages" || record.by === "transport";
    case "note":
      return record.code !== "capture";
  }
}

function isOfChoice(record: WireRecord, which: Which): boolean {
  if (which === "all") return true;
  if (which === "control") return record.k === "close" || (record.k === "frame" && record.op >= 8);
  return record.dir === which;
}
