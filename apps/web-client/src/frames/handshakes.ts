import { signal } from "@preact/signals";
import type { HandshakeRecord, WireRecord } from "@wsecho/wire";

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
      for (const record of records) {
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
