import type { SessionEvent, Status } from "@wsecho/client";
import type { Payload } from "@wsecho/protocol";
import { checkEcho } from "./echo-check.ts";
import { payloadBytes } from "./payload.ts";
import {
  draftOf,
  emptyTranscript,
  type ClosedBy,
  type Draft,
  type Transcript,
} from "./transcript.ts";

/** A message whose turn never came before the session ended: the library has no event for it. */
export interface NeverSent {
  readonly type: "neverSent";
  readonly payload: Payload;
}

/** What happened, and when (milliseconds since 1970). */
export interface Stamped {
  readonly at: number;
  readonly event: SessionEvent | NeverSent;
}

/** All that the page knows of its session; a new session goes on with the old transcript. */
export interface SessionView {
  /** `null` before the first session. */
  readonly status: Status | null;
  readonly statusAt: number;
  /** Whether the present session was ever logged in. */
  readonly established: boolean;
  /** The last close of the present session's socket. */
  readonly closed: { readonly code: number; readonly reason: string; readonly by: ClosedBy } | null;
  /** Why a login came to nothing, in the library's words. */
  readonly problem: string | null;
  readonly lastRttMs: number | null;
  readonly transcript: Transcript;
}

export const initialView: SessionView = {
  status: null,
  statusAt: 0,
  established: false,
  closed: null,
  problem: null,
  lastRttMs: null,
  transcript: emptyTranscript,
};

/**
 * A new session begins, and its ids start again at 1. What an abandoned one left without an outcome
 * has none any more.
 */
export function beginSession({ transcript }: SessionView): SessionView {
  const draft = draftOf(transcript);
  for (const id of draft.openIds()) draft.settle(id, { kind: "lost" });
  return { ...initialView, transcript: draft.finish() };
}

/** The view after a batch of events. */
export function reduceView(view: SessionView, batch: readonly Stamped[]): SessionView {
  const draft = draftOf(view.transcript);
  const next = batch.reduce((state, stamped) => applyEvent(state, stamped, draft), view);
  return { ...next, transcript: draft.finish() };
}

function applyEvent(view: SessionView, { at, event }: Stamped, draft: Draft): SessionView {
  switch (event.type) {
    case "status":
      return applyStatus(view, { at, status: event.status }, draft);
    case "sent": {
      const { id, payload, resent } = event;
      // Sent again on a new connection: still the same message, and the same row.
      if (draft.sentEntry(id) !== undefined) return view;
      const bytes = payloadBytes(payload);
      draft.append({ kind: "sent", at, id, payload, bytes, resent, fate: { kind: "waiting" } });
      return view;
    }
    case "settled":
      return applySettled(view, { at, event }, draft);
    case "neverSent": {
      const { payload } = event;
      draft.append({
        ...{ kind: "sent", at, id: null, payload, bytes: payloadBytes(payload) },
        ...{ resent: false, fate: { kind: "unsent" } },
      });
      return view;
    }
    case "received": {
      const { payload } = event;
      draft.append({ kind: "received", at, payload, bytes: payloadBytes(payload), echo: null });
      return view;
    }
    case "serverError":
      draft.append({ kind: "serverError", at, code: event.code, message: event.message });
      return view;
    case "closed": {
      const { code, reason } = event;
      const by = closedBy(view.status, code);
      draft.append({ kind: "closed", at, code, reason, by });
      return { ...view, closed: { code, reason, by } };
    }
    case "problem":
      draft.append({ kind: "problem", at, detail: event.detail });
      return { ...view, problem: event.detail };
  }
}

function applyStatus(
  view: SessionView,
  { at, status }: { readonly at: number; readonly status: Status },
  draft: Draft,
): SessionView {
  const ready = status.kind === "ready";
  // A renewal reports `ready` again; only a login is worth a row.
  if (ready && view.status?.kind !== "ready")
    draft.append({ kind: "loggedIn", at, user: status.user ?? null });
  return { ...view, status, statusAt: at, established: view.established || ready };
}

function applySettled(
  view: SessionView,
  { at, event }: { readonly at: number; readonly event: SessionEvent & { type: "settled" } },
  draft: Draft,
): SessionView {
  const { id, outcome, rttMs } = event;
  const sent = draft.sentEntry(id);
  if (outcome.kind !== "echoed") {
    draft.settle(id, outcome);
    return view;
  }
  draft.settle(id, { kind: "echoed" });
  const { payload } = outcome;
  const check = sent === undefined ? null : checkEcho(sent.payload, payload);
  const bytes = payloadBytes(payload);
  draft.append({ kind: "received", at, payload, bytes, echo: { id, rttMs, check } });
  return rttMs === null ? view : { ...view, lastRttMs: rttMs };
}

function closedBy(status: Status | null, code: number): ClosedBy {
  if (status?.kind === "closing") return "page";
  return code === 1006 ? "nobody" : "server";
}
