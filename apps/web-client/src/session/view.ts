import type { SessionEvent, Status } from "@wsecho/client";
import type { Payload } from "@wsecho/protocol";
import { checkEcho } from "./echo-check.ts";
import { noFigures, tallyOn, type Figures, type Tally } from "./figures.ts";
import { payloadBytes } from "./payload.ts";
import type { Dialect } from "./target.ts";
import {
  draftOf,
  emptyTranscript,
  type ClosedBy,
  type Draft,
  type NewEntry,
  type Transcript,
  type WirePlace,
} from "./transcript.ts";

/** A message whose turn never came before the session ended: the library has no event for it. */
export interface NeverSent {
  readonly type: "neverSent";
  readonly payload: Payload;
}

/** Of a server without ids: whether the message was answered will never be known. */
export interface Unanswered {
  readonly type: "unanswered";
  readonly id: number;
}

/** A socket is open: what a browser tells of its handshake. */
export interface Upgrade {
  readonly type: "upgraded";
  /** Without a token, which goes along as one in the method "bearer". */
  readonly offered: readonly string[];
  /** What the server selected of those; empty for none. */
  readonly protocol: string;
  /** As in the answer's header. */
  readonly extensions: string;
  /** From the order to open it, with all that goes before the handshake; milliseconds. */
  readonly tookMs: number;
}

/** A session's status, or that of a raw conversation. */
export type PageStatus = Omit<Status, "dialect"> & { readonly dialect: Dialect };

export type PageEvent =
  | Exclude<SessionEvent, { readonly type: "status" }>
  | { readonly type: "status"; readonly status: PageStatus }
  | Upgrade
  | NeverSent
  | Unanswered;

/** What happened, and when (milliseconds since 1970). */
export interface Stamped {
  readonly at: number;
  readonly event: PageEvent;
}

/** All that the page knows of its session; a new session goes on with the old transcript. */
export interface SessionView {
  /** `null` before the first session. */
  readonly status: PageStatus | null;
  readonly statusAt: number;
  /** The last handshake of the present session; `null` before it. */
  readonly upgrade: (Upgrade & { readonly at: number }) | null;
  /** When the login ends, in milliseconds since 1970; `null` where nobody said that it does. */
  readonly loginEndsAt: number | null;
  /** Whether the present session was ever logged in. */
  readonly established: boolean;
  /** The last close of the present session's socket. */
  readonly closed: { readonly code: number; readonly reason: string; readonly by: ClosedBy } | null;
  /** Why a login came to nothing, in the library's words. */
  readonly problem: string | null;
  readonly figures: Figures;
  readonly transcript: Transcript;
  /** The session that the server named last, and how many messages went each way. */
  readonly wire: WireCount | null;
}

interface WireCount {
  readonly session: string;
  readonly sent: number;
  readonly received: number;
}

export const initialView: SessionView = {
  status: null,
  statusAt: 0,
  upgrade: null,
  loginEndsAt: null,
  established: false,
  closed: null,
  problem: null,
  figures: noFigures,
  transcript: emptyTranscript,
  wire: null,
};

/**
 * A new session begins, and its ids start again at 1. What an abandoned one left without an outcome
 * has none any more.
 */
export function beginSession({ transcript, figures }: SessionView): SessionView {
  const draft = draftOf(transcript);
  for (const id of draft.openIds())
    draft.settle(
      id,
      draft.sentEntry(id)?.fate.kind === "sent" ? { kind: "sent" } : { kind: "lost" },
    );
  return { ...initialView, figures, transcript: draft.finish() };
}

/** The last moment that a `Date` can hold (ECMA-262, Time Values and Time Range). */
export const maxDate = 8.64e15;

/** One batch's changes. */
interface Changes {
  readonly draft: Draft;
  readonly tally: Tally;
  readonly counter: Counter;
}

/** Counts the messages of a session as the transcript lists them. */
interface Counter {
  readonly name: (session: string) => void;
  /** The place of the next one, as a part of its entry. */
  readonly next: (kind: "sent" | "received") => { readonly wire?: WirePlace };
  readonly finish: () => WireCount | null;
}

function counterOn(before: WireCount | null): Counter {
  let count = before === null ? null : { ...before };
  return {
    name: (session) => {
      if (session !== count?.session) count = { session, sent: 0, received: 0 };
    },
    next: (kind) =>
      count === null ? {} : { wire: { session: count.session, n: (count[kind] += 1) } },
    finish: () => count,
  };
}

/** The view after a batch of events. */
export function reduceView(view: SessionView, batch: readonly Stamped[]): SessionView {
  const { transcript, figures, wire } = view;
  const changes = {
    draft: draftOf(transcript),
    tally: tallyOn(figures),
    counter: counterOn(wire),
  };
  const next = batch.reduce((state, stamped) => applyEvent(state, stamped, changes), view);
  return {
    ...next,
    transcript: changes.draft.finish(),
    figures: changes.tally.finish(),
    wire: changes.counter.finish(),
  };
}

function applyEvent(view: SessionView, { at, event }: Stamped, changes: Changes): SessionView {
  const { draft, tally, counter } = changes;
  switch (event.type) {
    case "status":
      if (event.status.session !== undefined) counter.name(event.status.session);
      return applyStatus(view, { at, status: event.status }, draft);
    case "upgraded":
      return { ...view, upgrade: { ...event, at } };
    case "sent": {
      const { id, payload } = event;
      const bytes = payloadBytes(payload);
      const kind = view.status?.dialect === "raw" ? "sent" : "waiting";
      const place = counter.next("sent");
      draft.append({ kind: "sent", at, id, payload, bytes, fate: { kind }, ...place });
      tally.sent(bytes);
      return view;
    }
    case "settled":
      applySettled({ at, event }, changes);
      return view;
    case "unanswered":
      draft.settle(event.id, { kind: "sent" });
      return view;
    case "neverSent": {
      const { payload } = event;
      const bytes = payloadBytes(payload);
      draft.append({ kind: "sent", at, id: null, payload, bytes, fate: { kind: "unsent" } });
      tally.ended("unsent");
      return view;
    }
    case "received": {
      const { payload } = event;
      const bytes = payloadBytes(payload);
      const foreign = view.status?.dialect === "raw" ? { foreign: true as const } : {};
      const place = counter.next("received");
      draft.append({ kind: "received", at, payload, bytes, echo: null, ...foreign, ...place });
      tally.received(bytes, null);
      return view;
    }
    case "loginEnds": {
      const endsAt = at + event.inMs;
      // What no calendar reaches is as good as never.
      return { ...view, loginEndsAt: endsAt > maxDate ? null : endsAt };
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
  { at, status }: { readonly at: number; readonly status: PageStatus },
  draft: Draft,
): SessionView {
  const ready = status.kind === "ready";
  // A renewal reports `ready` again; only a login is worth a row.
  if (ready && view.status?.kind !== "ready") draft.append(beginning(at, status, view.upgrade));
  const loginEndsAt = ready ? view.loginEndsAt : null;
  return { ...view, status, statusAt: at, loginEndsAt, established: view.established || ready };
}

function beginning(at: number, status: PageStatus, upgrade: Upgrade | null): NewEntry {
  return status.dialect === "raw"
    ? { kind: "opened", at, protocol: upgrade?.protocol ?? "" }
    : { kind: "loggedIn", at, user: status.user ?? null };
}

function applySettled(
  { at, event }: { readonly at: number; readonly event: PageEvent & { type: "settled" } },
  { draft, tally, counter }: Changes,
): void {
  const { id, outcome, rttMs } = event;
  const sent = draft.sentEntry(id);
  draft.settle(id, outcome.kind === "echoed" ? { kind: "echoed" } : outcome);
  tally.ended(outcome.kind);
  if (outcome.kind !== "echoed") return;
  const { payload } = outcome;
  const check = sent === undefined ? null : checkEcho(sent.payload, payload);
  const bytes = payloadBytes(payload);
  const echo = { id, rttMs, check };
  draft.append({ kind: "received", at, payload, bytes, echo, ...counter.next("received") });
  tally.received(bytes, echo);
}

function closedBy(status: PageStatus | null, code: number): ClosedBy {
  if (status?.kind === "closing") return "page";
  return code === 1006 ? "nobody" : "server";
}
