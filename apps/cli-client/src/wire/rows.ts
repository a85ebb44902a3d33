import {
  opcodes,
  safeText,
  type Direction,
  type FrameRecord,
  type MessageRecord,
  type WireRecord,
} from "@wsecho/wire";
import { renderBlock } from "./block.ts";
import { cut, pad, wrapWords } from "./fit.ts";
import { isHeartbeat } from "./heartbeat.ts";
import { createRoundTrips } from "./round-trip.ts";
import { bitsOf, handshakeOf, notesOf, plainOf, sessionOf, sizeOf } from "./words.ts";

/** What a part of a row is, for its colour. */
export type Style = "dim" | "green" | "cyan" | "red" | "yellow";

/** How records are shown. */
export interface RowOptions {
  /** Each frame bit by bit. */
  readonly bytes: boolean;
  /** The reserved bits and the masking key behind each frame. */
  readonly bits?: boolean;
  /** Pings and pongs are counted instead of shown. */
  readonly fold: boolean;
  /** Of the terminal; `undefined` where rows may be as long as they are. */
  readonly columns: () => number | undefined;
  readonly paint: (style: Style, text: string) => string;
}

/** Turns records into lines for a person; what a peer sent cannot act in them. */
export interface Rows {
  readonly push: (record: WireRecord) => readonly string[];
  /** The heartbeats that were not yet counted. */
  readonly end: () => readonly string[];
}

/** Characters of payload where the terminal does not say how many there is room for. */
const previewLength = 48;
/** Up to the payload. */
const beforePayload = 42;
/** In fewer columns a payload has a line of its own. */
const narrow = 64;
const arrows = { c2s: "c ▶ s", s2c: "c ◀ s" } as const;
const colours = { c2s: "cyan", s2c: "green" } as const;

export function createRows(options: RowOptions): Rows {
  const { bytes, bits = false, fold, columns, paint } = options;
  const roundTrip = createRoundTrips();
  const isNarrow = (): boolean => (columns() ?? narrow) < narrow;
  let conn: number | undefined;
  let folded = 0;
  let headed = false;
  const users = new Map<number, string>();
  /** What was last said of who is logged in: a feed says it anew where its scope grows. */
  const sessions = new Map<number, string>();
  /** The close frame that was shown last. */
  let closing: FrameRecord | undefined;

  /** In as many lines as the terminal needs. */
  const inLines = (style: Style, text: string, indent: number): readonly string[] =>
    wrapWords(text, columns() ?? Infinity, indent).map((line) => paint(style, line));

  const unfold = (): readonly string[] => {
    const count = folded;
    folded = 0;
    const beats = count === 1 ? "heartbeat" : "heartbeats";
    return count === 0 ? [] : inLines("dim", `    · ${count} ${beats} (--no-fold shows them)`, 6);
  };

  const lintOf = ({ lint }: Pick<FrameRecord, "lint">): readonly string[] =>
    lint.flatMap(({ level, says, rfc }) =>
      inLines(
        level === "error" ? "red" : "yellow",
        `      ${level}: ${safeText(says)} (${safeText(rfc)})`,
        8,
      ),
    );

  const startOf = (mark: string, { us }: WireRecord, way: string): string => {
    const seconds = (us / 1_000_000).toFixed(3);
    return isNarrow()
      ? `${mark.padStart(4)} ${seconds.padStart(7)} ${way.replaceAll(" ", "").padEnd(3)} `
      : `${mark.padStart(5)} ${seconds.padStart(8)}  ${way}  `;
  };

  /** Words about one direction, in as many lines as the terminal needs. */
  const inDirection = (
    mark: string,
    record: WireRecord,
    dir: Direction,
    words: string,
  ): readonly string[] => {
    const text = startOf(mark, record, arrows[dir]) + words;
    const [first = "", ...rest] = wrapWords(text, columns() ?? Infinity, 6);
    // By numbers: the built program has to be ASCII, and an expression stays as it is written.
    const coloured = first.replace(/c ?[\u25b6\u25c0] ?s/, (arrow) => paint(colours[dir], arrow));
    return [coloured.trimEnd(), ...rest];
  };

  /** Where there is no room beside the words. */
  const payloadBelow = (record: FrameRecord | MessageRecord): readonly string[] => {
    const payload = cut(plainOf(record), (columns() ?? narrow) - 6);
    return payload === "" ? [] : [`      ${payload}`];
  };

  const frameRow = (frame: FrameRecord): readonly string[] => {
    const { n, dir, fin, op, len } = frame;
    if (op === 8) closing = frame;
    const notes = [...notesOf(frame, roundTrip(frame)), ...(bits ? bitsOf(frame) : [])].join(", ");
    const room = columns();
    const name = (opcodes[op] ?? `op ${op}`).toUpperCase().replace("CONTINUATION", "CONT");
    const block = bytes ? ["", ...renderBlock(frame, room), ""] : lintOf(frame);
    if (isNarrow()) {
      const words = `${name} ${len}${fin === 1 ? "" : ", no FIN"}${notes && `, ${notes}`}`;
      return [...inDirection(String(n), frame, dir, words), ...payloadBelow(frame), ...block];
    }
    const behind = notes === "" ? 0 : notes.length + 2;
    const width = room === undefined ? previewLength : Math.max(12, room - beforePayload - behind);
    const payload = cut(plainOf(frame), width);
    const shown = notes === "" ? payload : `${pad(payload, width)}  ${notes}`;
    const fields = `${fin}   ${name.padEnd(6)} ${String(len).padStart(6)}  ${shown}`;
    return [...inDirection(String(n), frame, dir, fields), ...block];
  };

  const row = (record: WireRecord): readonly string[] => {
    switch (record.k) {
      case "handshake": {
        // Where they are short a long path has two lines.
        const room = (columns() ?? Infinity) * (isNarrow() ? 2 : 1) - 23;
        const words = cut(handshakeOf(record), room);
        return [...inDirection("", record, record.dir, words), ...lintOf(record)];
      }
      case "frame":
        return frameRow(record);
      case "message": {
        // A message of one plain frame was seen already.
        if (!record.compressed && record.parts === 1) return lintOf(record);
        const words = `message ${record.msg}${sizeOf(record)}`;
        const width = (columns() ?? 26 + words.length + previewLength) - 26 - words.length;
        const payload = isNarrow() ? "" : `  ${cut(plainOf(record), Math.max(12, width))}`;
        return [
          ...inDirection("=", record, record.dir, (words + payload).trimEnd()),
          ...(isNarrow() ? payloadBelow(record) : []),
          ...lintOf(record),
        ];
      }
      case "close": {
        if (record.n === closing?.n && record.conn === closing?.conn) return [];
        const how =
          record.by === "frame" ? `close ${record.code}` : "ended without a close frame (1006)";
        const reason = record.reason === "" ? "" : ` "${safeText(record.reason)}"`;
        return inDirection("✕", record, record.dir, how + reason);
      }
      case "note": {
        const { dir, user, session, says, code } = record;
        const count = record.count === undefined ? "" : ` (${record.count})`;
        const way = dir === undefined ? "     " : arrows[dir];
        const words = code === "session" ? sessionOf(user, session) : `${says}${count}`;
        if (code === "session") {
          if (sessions.get(record.conn) === words) return [];
          sessions.set(record.conn, words);
        }
        const style = code === "session" ? "dim" : "yellow";
        const mark = code === "session" ? "·" : "!";
        return inLines(style, startOf(mark, record, way) + safeText(words), 6);
      }
    }
  };

  const head = (record: WireRecord): readonly string[] => {
    if (record.conn === conn || record.conn === 0) return [];
    const again = conn !== undefined;
    conn = record.conn;
    const where = record.at === "capture" ? "the wire" : `the ${record.at}`;
    const user = users.get(conn);
    const who = user === undefined ? "" : ` of ${safeText(user)}`;
    const title = inLines("dim", `── connection ${conn}${who}, seen at ${where}`, 3);
    // Between blocks of bytes there are no columns, and on a narrow screen there is no room for them.
    if (again || headed || bytes || isNarrow()) return title;
    headed = true;
    return [...title, paint("dim", "    #     +sec  dir    fin op        len  payload")];
  };

  return {
    push(record) {
      if (record.k === "note" && record.code === "capture") return [];
      if (fold && !bytes && isHeartbeat(record)) {
        if (record.k === "frame") {
          folded += 1;
          roundTrip(record);
        }
        return [];
      }
      if (record.k === "note" && record.user !== undefined) users.set(record.conn, record.user);
      const rows = row(record);
      if (record.k === "close") {
        users.delete(record.conn);
        sessions.delete(record.conn);
      }
      return rows.length === 0 ? [] : [...unfold(), ...head(record), ...rows];
    },
    end: unfold,
  };
}
