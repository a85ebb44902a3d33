import type { SessionEvent } from "@wsecho/client";

/** What became of the messages of a session. */
export interface Tally {
  /** Messages that left and have no outcome yet. */
  readonly outstanding: number;
  readonly lost: number;
  readonly unsent: number;
  readonly refused: number;
}

export interface TallyKeeper {
  readonly now: () => Tally;
  readonly take: (event: SessionEvent) => void;
  /** A message that the session took no more. */
  readonly addUnsent: () => void;
  /** Calls back after each message that leaves or comes unasked, and after each outcome. */
  readonly watch: (listener: (change: Change) => void) => void;
}

export type Change = "sent" | "settled" | "received";

export function keepTally(): TallyKeeper {
  const listeners: ((change: Change) => void)[] = [];
  const tally = { outstanding: 0, lost: 0, unsent: 0, refused: 0 };
  return {
    now: () => tally,
    addUnsent: () => {
      tally.unsent += 1;
    },
    watch: (listener) => void listeners.push(listener),
    take: (event) => {
      if (event.type === "sent") {
        if (event.resent) return;
        tally.outstanding += 1;
      } else if (event.type === "settled") {
        const { kind } = event.outcome;
        // What never left was never outstanding.
        if (kind !== "unsent") tally.outstanding -= 1;
        if (kind !== "echoed") tally[kind] += 1;
      } else if (event.type !== "received") return;
      for (const listener of listeners) listener(event.type);
    },
  };
}

/** What is missing, for a person; `null` where nothing is. */
export function describeMissing({ lost, unsent, refused }: Tally): string | null {
  const parts = [
    ...(lost > 0 ? [`${were(lost)} lost: sent, but the connection ended before the reply`] : []),
    ...(unsent > 0 ? [`${were(unsent)} not sent`] : []),
    ...(refused > 0 ? [`${were(refused)} refused by the server`] : []),
  ];
  return parts.length === 0 ? null : `${parts.join("; ")}.`;
}

function were(count: number): string {
  return count === 1 ? "1 message was" : `${count} messages were`;
}
