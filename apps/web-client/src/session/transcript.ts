import type { Payload } from "@wsecho/protocol";
import type { EchoCheck } from "./echo-check.ts";

/** What became of a message. */
export type Fate =
  | { readonly kind: "waiting" }
  /** To a server whose answers name no message. */
  | { readonly kind: "sent" }
  | { readonly kind: "echoed" }
  | { readonly kind: "lost" }
  | { readonly kind: "unsent" }
  | { readonly kind: "refused"; readonly code: number; readonly message: string };

/** Who ended a connection: this page, the server, or nobody, where it broke without a close. */
export type ClosedBy = "page" | "server" | "nobody";

interface Stamp {
  /** Counts up by one from entry to entry, and is never used again. */
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Which message of its direction it is on its connection. */
export interface WirePlace {
  /** What the server calls the connection's session. */
  readonly session: string;
  /** Counts from 1 the messages of this direction that the transcript lists: no login, no pings. */
  readonly n: number;
}

export type SentEntry = Stamp & {
  readonly kind: "sent";
  /** `null` where it never got as far as an id. */
  readonly id: number | null;
  readonly payload: Payload;
  readonly bytes: number;
  readonly fate: Fate;
  /** Absent where the server does not name its sessions, and of messages from a file. */
  readonly wire?: WirePlace;
};
export type ReceivedEntry = Stamp & {
  readonly kind: "received";
  readonly payload: Payload;
  readonly bytes: number;
  /** `null` for a message that answers nothing we sent. */
  readonly echo: EchoOf | null;
  /** Nothing is known of what it answers: the server has no ids, or it came from a file. */
  readonly foreign?: true;
  /** As of a sent one. */
  readonly wire?: WirePlace;
};
export interface EchoOf {
  readonly id: number;
  readonly rttMs: number | null;
  /** `null` where the sent message is no longer kept, so that nothing can be said. */
  readonly check: EchoCheck | null;
}
export type ClosedEntry = Stamp & {
  readonly kind: "closed";
  readonly code: number;
  readonly reason: string;
  readonly by: ClosedBy;
};

export type Entry =
  | SentEntry
  | ReceivedEntry
  | ClosedEntry
  | (Stamp & { readonly kind: "loggedIn"; readonly user: string | null })
  /** A raw conversation began; `protocol` is the selected subprotocol, `""` for none. */
  | (Stamp & { readonly kind: "opened"; readonly protocol: string })
  /** What follows came from a file. */
  | (Stamp & { readonly kind: "imported"; readonly name: string; readonly count: number })
  | (Stamp & { readonly kind: "serverError"; readonly code: number; readonly message: string })
  | (Stamp & { readonly kind: "problem"; readonly detail: string });

export type MessageEntry = SentEntry | ReceivedEntry;

export const isMessage = (entry: Entry): entry is MessageEntry =>
  entry.kind === "sent" || entry.kind === "received";

type Unstamped<E> = E extends Stamp ? Omit<E, "seq"> : never;
export type NewEntry = Unstamped<Entry>;

export interface Transcript {
  /** In order, without gaps in `seq`. */
  readonly entries: readonly Entry[];
  readonly nextSeq: number;
  /** Payload bytes that `entries` hold. */
  readonly bytes: number;
  /** Entries that were let go to make room. */
  readonly dropped: number;
  /** The `seq` of each submit without an outcome, by its id. */
  readonly open: ReadonlyMap<number, number>;
}

export interface Bounds {
  readonly entries: number;
  readonly bytes: number;
}

/**
 * With folded rows of at most a quarter of a thousand pixels this stays below the 33 554 428 px that
 * Chromium lets an element be high.
 */
export const defaultBounds: Bounds = { entries: 100_000, bytes: 64 * 1024 * 1024 };

export const emptyTranscript: Transcript = {
  entries: [],
  nextSeq: 1,
  bytes: 0,
  dropped: 0,
  open: new Map(),
};

/** One batch of changes to a transcript: copies once, however many entries come. */
export interface Draft {
  readonly append: (entry: NewEntry) => void;
  readonly sentEntry: (id: number) => SentEntry | undefined;
  readonly settle: (id: number, fate: Fate) => void;
  readonly openIds: () => readonly number[];
  readonly finish: () => Transcript;
}

export function draftOf(transcript: Transcript): Draft {
  const entries = [...transcript.entries];
  const open = new Map(transcript.open);
  let { nextSeq, bytes } = transcript;
  const first = entries[0]?.seq ?? nextSeq;

  const sentEntry = (id: number): SentEntry | undefined => {
    const seq = open.get(id);
    const entry = seq === undefined ? undefined : entries[seq - first];
    return entry?.kind === "sent" ? entry : undefined;
  };
  return {
    append: (entry) => {
      entries.push({ ...entry, seq: nextSeq });
      bytes += entryBytes(entry);
      if (entry.kind === "sent" && entry.id !== null) open.set(entry.id, nextSeq);
      nextSeq += 1;
    },
    sentEntry,
    settle: (id, fate) => {
      const entry = sentEntry(id);
      if (entry !== undefined) entries[entry.seq - first] = { ...entry, fate };
      open.delete(id);
    },
    openIds: () => [...open.keys()],
    finish: () => ({ ...transcript, entries, nextSeq, bytes, open }),
  };
}

/**
 * Lets the oldest entries go, down to `bounds`, once they are exceeded by a tenth. Seldom and many
 * at once, because a list that shifts at every message cannot be read.
 */
export function trim(transcript: Transcript, bounds: Bounds = defaultBounds): Transcript {
  const { entries } = transcript;
  const slack = 1.1;
  if (entries.length <= bounds.entries * slack && transcript.bytes <= bounds.bytes * slack)
    return transcript;
  let { bytes } = transcript;
  let count = 0;
  while (entries.length - count > bounds.entries || bytes > bounds.bytes) {
    const entry = entries[count];
    if (entry === undefined) break;
    bytes -= entryBytes(entry);
    count += 1;
  }
  return {
    ...transcript,
    entries: entries.slice(count),
    bytes,
    dropped: transcript.dropped + count,
  };
}

/** An empty transcript that goes on counting, so that late outcomes find no wrong entry. */
export function clear(transcript: Transcript): Transcript {
  return { ...emptyTranscript, nextSeq: transcript.nextSeq, open: transcript.open };
}

function entryBytes(entry: NewEntry): number {
  return entry.kind === "sent" || entry.kind === "received" ? entry.bytes : 0;
}
