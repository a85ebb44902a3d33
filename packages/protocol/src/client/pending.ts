import { fromArray, shift, toArray, type Queue } from "../queue.ts";
import { send, settle } from "./effects.ts";
import type { ClientEffect, Pending, Settlement } from "./state.ts";

/** What to send for a submit. */
export function sendEffect({ id, payload }: Pending): ClientEffect {
  return payload.kind === "binary"
    ? { type: "sendBinary", data: payload.data }
    : send({ type: "submit", id, text: payload.text });
}

/** Sends everything, in order: it waited for a session. */
export function sendAll(
  pending: Queue<Pending>,
): readonly [Queue<Pending>, readonly ClientEffect[]] {
  const entries = toArray(pending);
  return [
    fromArray(entries.map((entry) => ({ ...entry, sent: true, left: true }))),
    entries.map(sendEffect),
  ];
}

/**
 * Settles the oldest sent entry that `matches`; `undefined` where none does. Replies of one kind
 * come in order, so the oldest is the right one where the reply carries no id.
 */
export function settleFirst(
  pending: Queue<Pending>,
  matches: (entry: Pending) => boolean,
  outcome: Settlement,
): readonly [Queue<Pending>, ClientEffect] | undefined {
  const settles = (entry: Pending): boolean => entry.sent && matches(entry);
  const oldest = pending.front?.value;
  // Servers answer in order, so a search is the exception.
  if (oldest !== undefined && settles(oldest)) return [shift(pending), settle(oldest.id, outcome)];
  const entries = toArray(pending);
  const found = entries.find(settles);
  return (
    found && [fromArray(entries.filter((entry) => entry !== found)), settle(found.id, outcome)]
  );
}

/** After a cut: what was sent is lost, unless it may be sent again; what was not sent waits on. */
export function settleCut(
  pending: Queue<Pending>,
): readonly [Queue<Pending>, readonly ClientEffect[]] {
  const entries = toArray(pending);
  const isLost = ({ sent, resend }: Pending): boolean => sent && !resend;
  const kept = entries.filter((entry) => !isLost(entry));
  return [
    fromArray(kept.map((entry) => ({ ...entry, sent: false }))),
    entries.filter(isLost).map(({ id }) => settle(id, { kind: "lost" })),
  ];
}

/** At the end: everything gets its outcome. */
export function settleAll(pending: Queue<Pending>): readonly ClientEffect[] {
  return toArray(pending).map(({ id, left }) => settle(id, { kind: left ? "lost" : "unsent" }));
}
