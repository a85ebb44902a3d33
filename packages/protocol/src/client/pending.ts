import type { ClientMessage } from "../messages.ts";
import type { ClientEffect, Payload, Pending, Settlement } from "./state.ts";

/** What to send for a submit. */
export function sendEffect({ id, payload }: Pending): ClientEffect {
  if (payload.kind === "binary") return { type: "sendBinary", data: payload.data };
  const message: ClientMessage = { type: "submit", id, text: payload.text };
  return { type: "send", message };
}

/** Sends everything that waited for a session, in order. */
export function sendWaiting(
  pending: readonly Pending[],
): readonly [readonly Pending[], readonly ClientEffect[]] {
  return [
    pending.map((entry) => ({ ...entry, sent: true })),
    pending.filter((entry) => !entry.sent).map(sendEffect),
  ];
}

/**
 * Settles the oldest sent entry that `matches`; `undefined` where none does. Replies of one kind
 * come in order, so the oldest is the right one where the reply carries no id.
 */
export function settleFirst(
  pending: readonly Pending[],
  matches: (entry: Pending) => boolean,
  outcome: Settlement,
): readonly [readonly Pending[], ClientEffect] | undefined {
  const index = pending.findIndex((entry) => entry.sent && matches(entry));
  const entry = pending[index];
  if (entry === undefined) return undefined;
  return [
    [...pending.slice(0, index), ...pending.slice(index + 1)],
    { type: "settle", id: entry.id, outcome },
  ];
}

/** After a cut: what was sent is lost, unless it may be sent again; what was not sent waits on. */
export function settleCut(
  pending: readonly Pending[],
): readonly [readonly Pending[], readonly ClientEffect[]] {
  const lost = pending.filter((entry) => entry.sent && !entry.resend);
  const kept = pending.filter((entry) => !entry.sent || entry.resend);
  return [
    kept.map((entry) => ({ ...entry, sent: false })),
    lost.map(({ id }) => ({ type: "settle", id, outcome: { kind: "lost" } })),
  ];
}

/** At the end: everything gets its outcome. */
export function settleAll(pending: readonly Pending[]): readonly ClientEffect[] {
  return pending.map(({ id, sent }) => ({
    type: "settle",
    id,
    outcome: { kind: sent ? "lost" : "unsent" },
  }));
}

export function echoed(payload: Payload): Settlement {
  return { kind: "echoed", payload };
}
