import {
  describeFrame,
  opcodes,
  renderFrame,
  safeText,
  unmask,
  type FrameRecord,
  type WireRecord,
} from "@wsecho/wire";
import measure from "fast-string-truncated-width";
import { isHeartbeat } from "./heartbeat.ts";
import { createRoundTrips } from "./round-trip.ts";

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
const arrows = { c2s: "c ▶ s", s2c: "c ◀ s" } as const;
const colours = { c2s: "cyan", s2c: "green" } as const;

export function createRows(options: RowOptions): Rows {
  const { bytes, bits = false, fold, columns, paint } = options;
  const roundTrip = createRoundTrips();
  let conn: number | undefined;
  let folded = 0;
  let headed = false;
  const users = new Map<number, string>();
  /** What was last said of who is logged in: a feed says it anew where its scope grows. */
  const sessions = new Map<number, string>();
  /** The close frame that was shown last. */
  let closing: FrameRecord | undefined;

  const unfold = (): readonly string[] => {
    const count = folded;
    folded = 0;
    const beats = count === 1 ? "heartbeat" : "heartbeats";
    return count === 0 ? [] : [paint("dim", `    · ${count} ${beats} (--no-fold shows them)`)];
  };

  const lintOf = ({ lint }: Pick<FrameRecord, "lint">): readonly string[] =>
    lint.map(({ level, says, rfc }) =>
      paint(
        level === "error" ? "red" : "yellow",
        `      ${level}: ${safeText(says)} (${safeText(rfc)})`,
      ),
    );

  const start = (mark: string, { us }: WireRecord, dir: keyof typeof arrows): string =>
    `${mark.padStart(5)} ${seconds(us)}  ${paint(colours[dir], arrows[dir])}  `;

  const frameRow = (frame: FrameRecord): readonly string[] => {
    const { n, dir, fin, op, len } = frame;
    if (op === 8) closing = frame;
    const notes = notesOf(frame, roundTrip(frame));
    const note = (bits ? [...notes, ...bitsOf(frame)] : notes).join(", ");
    const room = columns();
    const behind = note === "" ? 0 : note.length + 2;
    const width = room === undefined ? previewLength : Math.max(12, room - beforePayload - behind);
    const payload = cut(plainOf(frame), width);
    const shown = note === "" ? payload : `${pad(payload, width)}  ${note}`;
    const name = (opcodes[op] ?? `op ${op}`).toUpperCase().replace("CONTINUATION", "CONT");
    const row = `${start(String(n), frame, dir)}${fin}   ${name.padEnd(6)} ${String(len).padStart(6)}  ${shown}`;
    if (!bytes) return [row.trimEnd(), ...lintOf(frame)];
    return [row.trimEnd(), "", ...renderFrame(describeFrame(frame), blockWidth(room)), ""];
  };

  const row = (record: WireRecord): readonly string[] => {
    switch (record.k) {
      case "handshake":
        return [
          `${start("", record, record.dir)}${cut(handshake(record), (columns() ?? Infinity) - 23)}`,
          ...lintOf(record),
        ];
      case "frame":
        return frameRow(record);
      case "message": {
        // A message of one plain frame was seen already.
        if (!record.compressed && record.parts === 1) return lintOf(record);
        const words = `message ${record.msg}${sizeOf(record)}  `;
        const width = (columns() ?? 24 + words.length + previewLength) - 24 - words.length;
        return [
          `${start("=", record, record.dir)}${words}${cut(plainOf(record), Math.max(12, width))}`.trimEnd(),
          ...lintOf(record),
        ];
      }
      case "close": {
        if (record.n === closing?.n && record.conn === closing?.conn) return [];
        const how =
          record.by === "frame" ? `close ${record.code}` : "ended without a close frame (1006)";
        const reason = record.reason === "" ? "" : ` "${safeText(record.reason)}"`;
        return [`${start("✕", record, record.dir)}${how}${reason}`];
      }
      case "note": {
        const { us, dir, user, session, says, code } = record;
        const count = record.count === undefined ? "" : ` (${record.count})`;
        const way = dir === undefined ? "     " : arrows[dir];
        const words = code === "session" ? sessionOf(user, session) : `${says}${count}`;
        if (code === "session") {
          if (sessions.get(record.conn) === words) return [];
          sessions.set(record.conn, words);
        }
        const style = code === "session" ? "dim" : "yellow";
        const mark = code === "session" ? "·" : "!";
        return [paint(style, `    ${mark} ${seconds(us)}  ${way}  ${safeText(words)}`)];
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
    const title = paint("dim", `── connection ${conn}${who}, seen at ${where}`);
    // Between blocks of bytes there are no columns.
    if (again || headed || bytes) return [title];
    headed = true;
    return [title, paint("dim", "    #     +sec  dir    fin op        len  payload")];
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

const seconds = (us: number): string => (us / 1_000_000).toFixed(3).padStart(8);

/** Wide blocks are hard to read, narrower ones than their bytes break. */
const blockWidth = (columns: number | undefined): number => Math.min(columns ?? 62, 62);

const sessionOf = (user: string | undefined, session: string | undefined): string =>
  `${user === undefined ? "nobody logged in yet" : `logged in as ${user}`}, session ${session ?? "unknown"}`;

function notesOf(frame: FrameRecord, rtt: number | undefined): readonly string[] {
  const { msg, part = 0, fin, rsv, redacted, edited } = frame;
  return [
    msg === undefined ? "" : `msg ${msg}${fin === 1 && part === 0 ? "" : ` part ${part + 1}`}`,
    (rsv & 4) === 0 ? "" : "deflated",
    frame.cut === undefined ? "" : `${frame.cut} bytes not here`,
    redacted === undefined ? "" : redacted === "masked" ? "hidden" : "hidden, re-encoded",
    edited === null ? "" : edited.hdr.length === 0 ? "not sent on" : "edited on its way",
    frame.injected === true ? "added by the proxy" : "",
    rtt === undefined ? "" : `rtt ${(rtt / 1000).toFixed(1)} ms`,
  ].filter((text) => text !== "");
}

function bitsOf({ rsv, key }: FrameRecord): readonly string[] {
  const mask = key === null ? "no mask" : `mask ${Buffer.from(key).toString("hex")}`;
  return [`rsv ${rsv.toString(2).padStart(3, "0")}`, mask];
}

function handshake(record: Extract<WireRecord, { readonly k: "handshake" }>): string {
  if (record.dir === "c2s") return `${record.method ?? ""} ${record.target ?? ""}`;
  const [line = ""] = record.head.split(/\r?\n/);
  if (record.status !== 101) return line;
  const deflate = record.deflate === undefined || record.deflate === null ? "off" : "on";
  // Of our servers' fault lab: nobody shall take an injected fault for a real one.
  const fault = record.headers.find(([name]) => /^wsecho-fault$/i.test(name));
  const faults = fault === undefined ? "" : ` fault=${fault[1]}`;
  return `${line.split(" ").slice(0, 2).join(" ")}  sub=${record.subprotocol ?? "none"} deflate=${deflate}${faults}`;
}

function sizeOf(record: Extract<WireRecord, { readonly k: "message" }>): string {
  const { parts, len, wire, ratio } = record;
  const frames = parts === 0 ? "" : ` in ${parts} ${parts === 1 ? "frame" : "frames"}`;
  const before = record.compressed ? `, ${wire} on the wire` : "";
  const times = ratio === undefined ? "" : `, ratio ${ratio}`;
  return `${frames}: ${len} bytes${before}${times}${record.incomplete ? ", incomplete" : ""}`;
}

/** A payload for one row: text, bytes in hex, or what a close says. */
function plainOf(record: Extract<WireRecord, { readonly k: "frame" | "message" }>): string {
  if (record.k === "message") return record.text ?? hexOf(record.data);
  if (record.op === 8) {
    const [high = 0, low] = unmask(record);
    return low === undefined ? "" : `${high * 256 + low} ${record.text ?? ""}`.trim();
  }
  if (record.text !== undefined) return record.text;
  return (record.rsv & 4) === 0 ? hexOf(unmask(record)) : "";
}

const hexOf = (bytes: Uint8Array = new Uint8Array()): string =>
  Buffer.from(bytes.subarray(0, previewLength)).toString("hex");

/** What a peer said, made harmless, in as many columns at most. */
function cut(text: string, width: number): string {
  // No more is looked at than could be shown: a text may be long.
  const safe = safeText(text.slice(0, 4 * width));
  const { index, ellipsed } = measure(safe, { limit: width, ellipsis: "…", ellipsisWidth: 1 });
  return ellipsed ? `${safe.slice(0, index)}…` : safe;
}

/** Fills up to so many columns; a character may take two. */
const pad = (text: string, width: number): string =>
  text + " ".repeat(Math.max(0, width - measure(text).width));
