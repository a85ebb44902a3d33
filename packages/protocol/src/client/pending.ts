import { send } from "../effects.ts";
import { fromArray, shift, toArray, type Queue } from "../queue.ts";
import type { ClientEffect, ClientState, ClientStep, Pending, Settlement } from "./state.ts";

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
 * Settles the oldest sent entry that a reply with `id` and `outcome` fits; `undefined` where it
 * fits none. Replies of one kind come in order, so the oldest is the right one without an id.
 */
export function settleFirst(
  state: ClientState,
  outcome: Settlement,
  id?: number,
): ClientStep | undefined {
  const { pending } = state;
  const fits = (entry: Pending): boolean =>
    entry.sent &&
    (id === undefined || entry.id === id) &&
    (outcome.kind !== "echoed" || entry.payload.kind === outcome.payload.kind);
  const without = (entry: Pending, rest: Queue<Pending>): ClientStep => [
    { ...state, pending: rest, retries: 0 },
    [settle(entry, outcome)],
  ];
  const oldest = pending.front?.value;
  // Servers answer in order, so a search is the exception.
  if (oldest !== undefined && fits(oldest)) return without(oldest, shift(pending));
  const entries = toArray(pending);
  const found = entries.find(fits);
  return found && without(found, fromArray(entries.filter((entry) => entry !== found)));
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
    entries.filter(isLost).map((entry) => settle(entry, { kind: "lost" })),
  ];
}

/** At the end: everything gets its outcome. */
export function settleAll(pending: Queue<Pending>): readonly ClientEffect[] {
  return toArray(pending).map((entry) => settle(entry, { kind: entry.left ? "lost" : "unsent" }));
}

export function settle({ id }: { readonly id: number }, outcome: Settlement): ClientEffect {
  return { type: "settle", id, outcome };
}
