import type { Payload } from "@wsecho/protocol";
import type { NoteRecord } from "@wsecho/wire";
import { describe, expect, it } from "vitest";
import { exchangesOf, joinOf } from "../../src/frames/join.ts";
import { append, emptyLog, trimLog } from "../../src/frames/log.ts";
import { segmentsOf, type FeedJoin } from "../../src/frames/segments.ts";
import { isMessage, type Entry } from "../../src/session/transcript.ts";
import { initialView, reduceView, type PageEvent } from "../../src/session/view.ts";
import { down, handshake, recordsOf, up, type Piece } from "../support/capture.ts";

const text = (value: string): Payload => ({ kind: "text", text: value });
const bytes = (...data: number[]): Payload => ({ kind: "binary", data: Uint8Array.from(data) });
const ready = (session: string): PageEvent => ({
  type: "status",
  status: { kind: "ready", dialect: "v1", session },
});

/** A message and its echo: what the page is told, and what crosses the wire. */
const echo = (id: number, payload: Payload): readonly [readonly PageEvent[], readonly Piece[]] => [
  [
    { type: "sent", id, payload, resent: false },
    { type: "settled", id, outcome: { kind: "echoed", payload }, rttMs: 1 },
  ],
  payload.kind === "binary"
    ? [up(payload.data, { op: 2 }), down(payload.data, { op: 2 })]
    : [
        up(JSON.stringify({ type: "submit", id, text: payload.text })),
        down(JSON.stringify({ type: "echo", id, text: payload.text })),
      ],
];
type Spoken = ReturnType<typeof echo>;
const login: readonly Piece[] = [
  down('{"type":"hello","mechanisms":[]}'),
  up('{"type":"auth","mechanism":"plain"}'),
  down('{"type":"ok","user":"ada"}'),
];
const ping: Piece = up('{"type":"ping"}');

/** What the page has of these, one event each ms from `from`. */
const entriesOf = (
  session: string,
  spoken: readonly Spoken[],
  { from = 1, view = initialView } = {},
) =>
  reduceView(
    view,
    [ready(session), ...spoken.flatMap(([events]) => events)].map((event, i) => ({
      at: from + i,
      event,
    })),
  );

const joins = new WeakMap<NoteRecord, FeedJoin>();
const note = (session: string, conn: number, join: FeedJoin): NoteRecord => {
  const made: NoteRecord = {
    ...{ k: "note", code: "session", says: "", t: 0, us: 0, conn, at: "server", session },
  };
  joins.set(made, join);
  return made;
};
/** What the feed brings of one connection. */
const feedOf = (
  session: string,
  pieces: readonly Piece[],
  { conn = 1, join = { askedAt: 0, cameAt: 0 } } = {},
) => [
  note(session, conn, join),
  ...recordsOf(pieces, conn, pieces[0] === handshake[0] ? undefined : "frames").map((record) => ({
    ...record,
    at: "server" as const,
  })),
];
const joined = (entries: readonly Entry[], records: ReturnType<typeof feedOf>) => {
  const log = append(emptyLog, records);
  const segments = segmentsOf(log.kept, (seen) => joins.get(seen));
  return joinOf(entries, segments);
};
/** The number of the wire's message that each entry is, or why none. */
const places = (
  entries: readonly Entry[],
  records: ReturnType<typeof feedOf>,
): readonly unknown[] => {
  const join = joined(entries, records);
  return entries.filter(isMessage).map((entry) => {
    const found = join.find(entry);
    if (!("listed" in found)) return found.missing;
    // And the way back leads to the same.
    expect(join.entryOf(found.listed.seq)?.seq).toBe(entry.seq);
    return found.listed.record.msg;
  });
};

const spoken = [
  echo(1, text("a")),
  echo(2, bytes(7)),
  echo(3, bytes(7)),
  echo(4, text("b")),
  echo(5, bytes(7)),
];
const wire = (all: readonly Spoken[]): readonly Piece[] => all.flatMap(([, pieces]) => pieces);
describe("the transcript's messages and the feed's", () => {
  it("are joined from the connection's beginning, past its login and what is not listed", () => {
    const { entries } = entriesOf("s", spoken).transcript;
    const pieces = [
      ...handshake,
      ...login,
      ...wire(spoken.slice(0, 2)),
      ping,
      ...wire(spoken.slice(2)),
    ];
    expect(places(entries, feedOf("s", pieces))).toEqual([4, 5, 6, 7, 9, 10, 11, 12, 13, 14]);
  });

  it("are joined by their ids where the feed came late, and by number from there", () => {
    const { entries } = entriesOf("s", spoken).transcript;
    const join = { askedAt: 2, cameAt: 5 };
    const seen = feedOf("s", wire(spoken.slice(2)), { join });
    expect(places(entries, seen)).toEqual([
      "unseen",
      "unseen",
      "unseen",
      "unseen",
      1,
      2,
      3,
      4,
      5,
      6,
    ]);
  });

  it("are joined where the feed came in a moment without traffic, equal as they are", () => {
    const equal = [1, 2, 3, 4].map((id) => echo(id, bytes(7)));
    const before = entriesOf("s", equal.slice(0, 2));
    const { entries } = entriesOf("s", equal.slice(2), { from: 100, view: before }).transcript;
    const quiet = feedOf("s", wire(equal.slice(2)), { join: { askedAt: 50, cameAt: 60 } });
    expect(places(entries, quiet)).toEqual(["unseen", "unseen", "unseen", "unseen", 1, 2, 3, 4]);
  });

  it("are not guessed where the feed came amid traffic and none has an id", () => {
    const equal = [1, 2, 3].map((id) => echo(id, bytes(7)));
    const { entries } = entriesOf("s", equal).transcript;
    const amid = feedOf("s", wire(equal.slice(1)), { join: { askedAt: 3, cameAt: 5 } });
    expect(new Set(places(entries, amid))).toEqual(new Set(["untold"]));
    expect(joined(entries, amid).entryOf(3)).toBeNull();
  });

  it("are not guessed behind something that the feed left out", () => {
    const equal = [1, 2, 3].map((id) => echo(id, bytes(7)));
    const { entries } = entriesOf("s", equal).transcript;
    const whole = feedOf("s", [...handshake, ...login, ...wire(equal)]);
    const gone = whole.filter((record) => record.k !== "message" || ![6, 7].includes(record.msg));
    expect(places(entries, gone)).toEqual([4, 5, "untold", "untold", "untold", "untold"]);
  });

  it("are told apart after a reconnect, where numbers begin anew", () => {
    const first = entriesOf("s", [echo(1, bytes(1))]);
    const { entries } = entriesOf("t", [echo(2, bytes(2))], { from: 100, view: first }).transcript;
    const records = [
      ...feedOf("s", [...handshake, ...login, ...wire([echo(1, bytes(1))])]),
      ...feedOf("t", [...handshake, ...login, ...wire([echo(2, bytes(2))])], { conn: 2 }),
    ];
    const join = joined(entries, records);
    const conns = entries.filter(isMessage).map((entry) => {
      const found = join.find(entry);
      return "listed" in found ? found.listed.record.conn : found.missing;
    });
    expect(conns).toEqual([1, 1, 2, 2]);
  });

  it("are said to be unseen once the feed's are let go, and nameless without a session", () => {
    const { entries } = entriesOf("s", spoken).transcript;
    const log = append(emptyLog, feedOf("s", [...handshake, ...login, ...wire(spoken)]));
    const trimmed = trimLog(log, { records: 4, bytes: Infinity });
    const join = joinOf(
      entries,
      segmentsOf(trimmed.kept, (seen) => joins.get(seen)),
    );
    const first = entries.find(isMessage);
    if (first === undefined) throw new Error("there is a message");
    expect(join.find(first)).toEqual({ missing: "unseen" });
    const { wire: _wire, ...unnamed } = first;
    expect(join.find(unnamed)).toEqual({ missing: "nameless" });
  });

  it("give the exchanges of both clocks", () => {
    const { entries } = entriesOf("s", spoken).transcript;
    const records = feedOf("s", [...handshake, ...login, ...wire(spoken)]);
    const exchanges = exchangesOf(joined(entries, records), entries, "s", 4);
    // The newest four; a piece of the capture is a millisecond behind the one before.
    expect([...exchanges.values()].map(({ sentAt, receivedAt }) => [sentAt, receivedAt])).toEqual([
      [10, 11],
      [8, 9],
      [6, 7],
      [4, 5],
    ]);
    for (const { inAt, outAt } of exchanges.values()) expect(outAt - inAt).toBeCloseTo(1, 6);
  });
});
