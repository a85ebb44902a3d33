import { signal } from "@preact/signals";
import {
  createDecoder,
  parseTime,
  type HandshakeRecord,
  type NoteRecord,
  type WireRecord,
} from "@wsecho/wire";

/** A session's handshake, as far as it was seen. */
export interface Handshake {
  readonly request: HandshakeRecord | null;
  readonly answer: HandshakeRecord | null;
}

export interface Handshakes {
  readonly came: (records: readonly WireRecord[]) => void;
  /** Of the session that the server calls so; reads a signal. */
  readonly of: (session: string) => Handshake | null;
}

/** A page has at most ten sessions; each may have reconnected some times. */
const most = 50;

/** Keeps the newest handshakes that a feed shows, also when the list of frames lets them go. */
export function createHandshakes(): Handshakes {
  const kept = signal<ReadonlyMap<string, Handshake>>(new Map());
  return {
    of: (session) => kept.value.get(session) ?? null,
    came: (records) => {
      for (const record of records.flatMap((one) => (one.k === "note" ? toldBy(one) : one))) {
        if (record.k !== "handshake" || record.session === undefined) continue;
        const next = new Map(kept.value);
        const before = next.get(record.session) ?? { request: null, answer: null };
        const part = record.dir === "c2s" ? { request: record } : { answer: record };
        next.set(record.session, { ...before, ...part });
        kept.value = next.size > most ? new Map([...next].slice(-most)) : next;
      }
    },
  };
}

/**
 * The records of a handshake that was over when the feed began: of the newest ones the server tells
 * what they said (README.md of the server, "The wire feed").
 */
function toldBy(note: NoteRecord): readonly HandshakeRecord[] {
  const { session, conn, at } = note;
  const { handshake } = note as { readonly handshake?: unknown };
  if (typeof handshake !== "object" || handshake === null || session === undefined) return [];
  const fields = handshake as Readonly<Record<string, unknown>>;
  const told: HandshakeRecord[] = [];
  const decoder = createDecoder({
    ...{ conn, at },
    emit: (record) => {
      if (record.k === "handshake") told.push({ ...record, session });
    },
  });
  const take = (dir: "c2s" | "s2c", head: unknown, time: unknown): void => {
    const when = typeof time === "string" ? parseTime(time) : undefined;
    if (typeof head !== "string" || when === undefined) return;
    decoder.push(
      dir,
      Uint8Array.from(head, (char) => char.charCodeAt(0)),
      when,
    );
  };
  take("c2s", fields["request"], fields["asked"]);
  take("s2c", fields["answer"], fields["answered"]);
  return told;
}
