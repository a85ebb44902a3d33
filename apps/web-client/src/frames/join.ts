import type { Direction } from "@wsecho/wire";
import {
  isMessage,
  type Entry,
  type MessageEntry,
  type ReceivedEntry,
} from "../session/transcript.ts";
import type { Exchange } from "./latency.ts";
import type { FeedJoin, Listed, Segment } from "./segments.ts";

/** Why nothing can be shown, where nothing can be. */
export type Missing =
  /** The server, or its dialect, does not say which of its connections is this one. */
  | "nameless"
  /** It did not pass while somebody watched, or is no longer kept. */
  | "unseen"
  /** It carries no id, and the feed joined amid traffic: which one it is would be a guess. */
  | "untold";

export type Found = { readonly listed: Listed } | { readonly missing: Missing };

const dirOf = ({ kind }: MessageEntry): Direction => (kind === "sent" ? "c2s" : "s2c");

/** What v1 calls a text on the wire. */
const idOf = (entry: MessageEntry): number | null => {
  if (entry.payload.kind === "binary") return null;
  return entry.kind === "sent" ? entry.id : (entry.echo?.id ?? null);
};

/** Which rows of a transcript are which messages that the server saw. */
export interface Join {
  readonly find: (entry: MessageEntry) => Found;
  /** `null` where the transcript has no such row, or none for sure. */
  readonly entryOf: (seq: number) => MessageEntry | null;
}

interface Session {
  /** In their order, by direction. */
  readonly entries: Readonly<Record<Direction, readonly MessageEntry[]>>;
  readonly byId: ReadonlyMap<string, Listed>;
  /** For each segment, which message of its direction the first of it is. */
  readonly placed: readonly Readonly<Record<Direction, Placed>>[];
}

interface Placed {
  readonly listed: readonly Listed[];
  readonly first: number | null;
}

/** Joins by id where there is one, and else by direction and number. */
export function joinOf(entries: readonly Entry[], segments: readonly Segment[]): Join {
  const sessions = new Map<string, Session>();
  const sessionOf = (name: string): Session => {
    const known = sessions.get(name) ?? read(name, entries, segments);
    sessions.set(name, known);
    return known;
  };
  return {
    find: (entry) => {
      const { wire } = entry;
      if (wire === undefined) return { missing: "nameless" };
      const { byId, placed } = sessionOf(wire.session);
      const dir = dirOf(entry);
      const id = idOf(entry);
      if (id !== null) {
        const listed = byId.get(`${dir} ${id}`);
        return listed === undefined ? { missing: "unseen" } : { listed };
      }
      const parts = placed.map((part) => part[dir]);
      for (const { first, listed } of parts) {
        const found = first === null ? undefined : listed[wire.n - first];
        if (found !== undefined && isLike(entry, found)) return { listed: found };
      }
      const untold = parts.some((part) => part.first === null && part.listed.some(isUnnamed));
      return { missing: untold ? "untold" : "unseen" };
    },
    entryOf: (seq) => {
      for (const { session, ...of } of segments)
        for (const dir of ["c2s", "s2c"] as const) {
          const at = of[dir].findIndex((one) => one.seq === seq);
          const listed = of[dir][at];
          if (listed === undefined) continue;
          const { entries: all, placed } = sessionOf(session);
          const first = placed.find((part) => part[dir].listed === of[dir])?.[dir].first ?? null;
          const n = first === null ? null : first + at;
          const found = all[dir].find((entry) =>
            listed.id === null ? entry.wire?.n === n : idOf(entry) === listed.id,
          );
          return found !== undefined && isLike(found, listed) ? found : null;
        }
      return null;
    },
  };
}

const isUnnamed = ({ id }: Listed): boolean => id === null;

function read(name: string, entries: readonly Entry[], segments: readonly Segment[]): Session {
  const own = segments.filter(({ session }) => session === name);
  const messages = entries.filter(isMessage).filter(({ wire }) => wire?.session === name);
  const byDir = {
    c2s: messages.filter((entry) => dirOf(entry) === "c2s"),
    s2c: messages.filter((entry) => dirOf(entry) === "s2c"),
  };
  const byId = new Map<string, Listed>();
  for (const segment of own)
    for (const dir of ["c2s", "s2c"] as const)
      for (const listed of segment[dir])
        if (listed.id !== null) byId.set(`${dir} ${listed.id}`, listed);
  const place = (segment: Segment, dir: Direction): Placed => ({
    listed: segment[dir],
    first: firstPlace(segment[dir], segment.begin, byDir[dir], messages),
  });
  const placed = own.map((one) => ({ c2s: place(one, "c2s"), s2c: place(one, "s2c") }));
  return { entries: byDir, byId, placed };
}

/**
 * Which message of its direction the first of a segment is, from 1; `null` where only a guess could
 * tell. An id tells; so does the beginning of the connection; and so does a moment without traffic,
 * in which the feed joined.
 */
function firstPlace(
  listed: readonly Listed[],
  begin: Segment["begin"],
  same: readonly MessageEntry[],
  all: readonly MessageEntry[],
): number | null {
  const places = new Map(same.map((entry) => [idOf(entry), entry.wire?.n]));
  for (const [i, { id }] of listed.entries()) {
    const n = id === null ? undefined : places.get(id);
    if (n !== undefined) return n - i;
  }
  if (begin === "handshake") return 1;
  if (begin === null || !isQuiet(begin, all)) return null;
  const next = same.find(({ at }) => at > begin.cameAt)?.wire?.n;
  return next ?? (same.at(-1)?.wire?.n ?? 0) + 1;
}

/** Whether everything that was sent before was answered before, and nothing passed meanwhile. */
function isQuiet({ askedAt, cameAt }: FeedJoin, messages: readonly MessageEntry[]): boolean {
  const before = messages.filter(({ at }) => at < askedAt);
  if (messages.some(({ at }) => at >= askedAt && at <= cameAt)) return false;
  const answered = new Set(
    before.map((entry) => (entry.kind === "received" ? entry.echo?.id : undefined)),
  );
  return before.every((entry) => entry.kind !== "sent" || answered.has(entry.id ?? undefined));
}

/** Whether the server saw the same bytes, as far as they are kept. */
function isLike({ payload, bytes }: MessageEntry, { record, id }: Listed): boolean {
  if (id !== null) return payload.kind === "text";
  const { len, data } = record;
  if (payload.kind !== "binary" || len !== bytes) return false;
  return data === undefined || data.every((byte, i) => byte === payload.data[i]);
}

/** The exchanges of a session among its newest `last` echoes, and which entry each is of. */
export function exchangesOf(
  join: Join,
  entries: readonly Entry[],
  session: string,
  last: number,
): ReadonlyMap<number, Exchange> {
  const exchanges = new Map<number, Exchange>();
  const wanted = new Map<number, { readonly received: ReceivedEntry; readonly outAt: number }>();
  for (let i = entries.length - 1, left = last; i >= 0 && (left > 0 || wanted.size > 0); i--) {
    const entry = entries[i];
    if (entry === undefined || !isMessage(entry) || entry.wire?.session !== session) continue;
    const id = entry.kind === "sent" ? entry.id : entry.echo?.id;
    const of = typeof id === "number" ? wanted.get(id) : undefined;
    const found = entry.kind === "sent" && of === undefined ? undefined : join.find(entry);
    if (found === undefined || typeof id !== "number") continue;
    if (entry.kind === "received") {
      left -= 1;
      if (left >= 0 && "listed" in found)
        wanted.set(id, { received: entry, outAt: found.listed.record.t / 1000 });
    } else if (of !== undefined) {
      wanted.delete(id);
      if (!("listed" in found)) continue;
      const { received, outAt } = of;
      const inAt = found.listed.record.t / 1000;
      exchanges.set(received.seq, { sentAt: entry.at, receivedAt: received.at, inAt, outAt });
    }
  }
  return exchanges;
}
