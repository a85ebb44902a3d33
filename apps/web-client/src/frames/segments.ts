import type { MessageRecord, NoteRecord, WireRecord } from "@wsecho/wire";
import type { Kept } from "./log.ts";

/** A message of those that a transcript lists, as the server saw it. */
export interface Listed {
  /** Its place in the log. */
  readonly seq: number;
  readonly record: MessageRecord;
  /** Of a text: what v1 calls it. */
  readonly id: number | null;
}

/** Between when the feed was asked for a session and when it spoke of it; ms of the page's clock. */
export interface FeedJoin {
  readonly askedAt: number;
  readonly cameAt: number;
}

/** Messages of one connection, of which none is missing in between. */
export interface Segment {
  readonly session: string;
  /** How it begins: with the connection, where the feed joined it, or behind something missing. */
  readonly begin: "handshake" | FeedJoin | null;
  readonly c2s: readonly Listed[];
  readonly s2c: readonly Listed[];
}

interface Open {
  session: string | undefined;
  /** What was said of how it begins since its last message. */
  begin: Segment["begin"];
  segment: (Segment & { readonly c2s: Listed[]; readonly s2c: Listed[] }) | null;
  lastMsg: number;
}

/**
 * What a feed has shown of each session.
 *
 * @param joins of the notes that say whose a connection is
 */
export function segmentsOf(
  kept: readonly Kept[],
  joins: (note: NoteRecord) => FeedJoin | undefined,
): readonly Segment[] {
  const segments: Segment[] = [];
  const connections = new Map<number, Open>();
  for (const { seq, record } of kept) {
    if (record.at !== "server" || record.conn === 0) continue;
    const open = connections.get(record.conn) ?? {
      ...{ session: undefined, begin: null, segment: null, lastMsg: 0 },
    };
    connections.set(record.conn, open);
    if (record.k === "handshake" || record.k === "note") begin(open, record, joins);
    else if (record.k === "message") take(open, { seq, record }, segments);
  }
  return segments;
}

function begin(
  open: Open,
  record: Extract<WireRecord, { readonly k: "handshake" | "note" }>,
  joins: (note: NoteRecord) => FeedJoin | undefined,
): void {
  open.session = record.session ?? open.session;
  if (record.k === "handshake") {
    open.begin = "handshake";
    open.segment = null;
    open.lastMsg = 0;
  } else if (record.code === "session") {
    // It is said again with each thing that the feed is asked for, also where nothing begins.
    const join = joins(record);
    if (join !== undefined && open.begin !== "handshake")
      open.begin = { askedAt: open.begin?.askedAt ?? join.askedAt, cameAt: join.cameAt };
  } else if (record.code === "gap" || record.code === "lost") {
    open.segment = null;
    open.begin = null;
    open.lastMsg = -1;
  }
}

function take(
  open: Open,
  entry: { readonly seq: number; readonly record: MessageRecord },
  segments: Segment[],
): void {
  const { session } = open;
  if (session === undefined) return;
  const { record } = entry;
  // The numbers are those of both directions, in the order in which messages began.
  if (open.segment === null || record.msg !== open.lastMsg + 1) {
    const fresh = { session, begin: record.msg === 1 ? open.begin : null, c2s: [], s2c: [] };
    open.segment = fresh;
    segments.push(fresh);
  }
  open.begin = null;
  open.lastMsg = record.msg;
  const listed = listedOf(record);
  if (listed === "unknown") open.segment = null;
  else if (listed !== null) open.segment[record.dir].push({ ...entry, id: listed.id });
}

/** Of which messages a transcript has rows: echoes and what they echo. */
export function listedOf({
  op,
  dir,
  text,
  incomplete,
}: MessageRecord): { readonly id: number | null } | "unknown" | null {
  if (incomplete === true) return "unknown";
  if (op !== 1) return { id: null };
  if (text === undefined) return "unknown";
  // As our own write it; a text that was cut short still begins so.
  const found = /^\{"type":"(submit|echo)","id":(\d+)[,}]/.exec(text);
  const wanted = dir === "c2s" ? "submit" : "echo";
  if (found !== null) return found[1] === wanted ? { id: Number(found[2]) } : null;
  return /"type"\s*:\s*"(submit|echo)"/.test(text) ? "unknown" : null;
}
