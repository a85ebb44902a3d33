import type { Payload, Settlement } from "@wsecho/protocol";
import type { SessionError } from "./errors.ts";
import type { SessionEvent } from "./events.ts";
import type { Inbox } from "./inbox.ts";
import type { Outbox } from "./outbox.ts";

export interface DeliveriesHost {
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly emit: (event: SessionEvent) => void;
  /** In milliseconds; only differences mean anything. */
  readonly now: () => number;
  /** Why the session ended; `null` while it goes on. */
  readonly ended: () => SessionError | null;
}

/** What becomes of messages, for those who wait for them and for those who watch. */
export interface Deliveries {
  /** A message leaves: its id, or the data of a binary one. */
  readonly left: (key: number | Uint8Array) => void;
  readonly settle: (id: number, outcome: Settlement) => void;
  /** A message that answers none of ours. */
  readonly receive: (payload: Payload) => void;
  /** How many received messages found no room. */
  readonly dropped: () => number;
}

export function createDeliveries(host: DeliveriesHost): Deliveries {
  const { inbox, outbox, emit, now, ended } = host;
  let dropped = 0;
  let dropping = false;

  return {
    left: (key) => {
      const entry = outbox.find(key);
      if (entry === undefined) return;
      const { id, payload, sentAt } = entry;
      entry.sentAt = now();
      emit({ type: "sent", id, payload, resent: sentAt !== null });
    },
    settle: (id, outcome) => {
      const entry = outbox.settle(id, outcome, ended() ?? undefined);
      const sentAt = entry?.sentAt ?? null;
      const rttMs = outcome.kind === "echoed" && sentAt !== null ? now() - sentAt : null;
      emit({ type: "settled", id, outcome, rttMs });
      if (outcome.kind === "echoed" && entry?.kind === "send")
        inbox.put({ ...outcome.payload, id, ...(rttMs === null ? {} : { rttMs }) });
    },
    receive: (payload) => {
      emit({ type: "received", payload });
      if (inbox.offer(payload)) {
        dropping = false;
        return;
      }
      dropped += 1;
      if (dropping) return;
      dropping = true;
      const detail =
        "received messages are being dropped: too many are unread; iterate the session faster, or " +
        "raise bufferMessages";
      emit({ type: "problem", detail });
    },
    dropped: () => dropped,
  };
}
