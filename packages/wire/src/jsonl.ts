import { formatName, fromJson, toJson } from "./json.ts";
import { createRedactor } from "./redact.ts";
import type { WireRecord } from "./records.ts";

/** What every writer takes. */
export interface WriterOptions {
  /** Write secrets as they are; stamped in the file. `false` by default. */
  readonly reveal?: boolean;
  /** Which records are written. Asked after the redaction, which has to see them all. */
  readonly filter?: (record: WireRecord) => boolean;
  /** Microseconds since 1970, for the stamp at the beginning; the first record's by default. */
  readonly time?: number;
}

/** Turns records into a file, piece by piece; each piece is to be written as it comes. */
export interface Writer<Piece> {
  /** Records of any number of connections. A fragmented message may wait for its end. */
  push(record: WireRecord): Piece;
  /** The end of the file. */
  end(): Piece;
}

/** Writes JSON Lines: one record per line, the first line says what the file is. */
export function createJsonlWriter(options: WriterOptions = {}): Writer<string> {
  const { reveal = false, time, filter = () => true } = options;
  const redactor = createRedactor({ reveal });
  let begun = false;
  const line = (record: WireRecord): string =>
    `${JSON.stringify(toJson(record)).replace(acting, escaped)}\n`;
  const begin = (t: number): string => {
    if (begun) return "";
    begun = true;
    return line(captureNote(t, reveal));
  };
  const isStamp = (record: WireRecord): boolean => record.k === "note" && record.code === "capture";
  return {
    // The stamp of another file says what was true there.
    push: (record) =>
      isStamp(record)
        ? ""
        : begin(time ?? record.t) + redactor.push(record).filter(filter).map(line).join(""),
    end: () => begin(time ?? 0) + redactor.end().filter(filter).map(line).join(""),
  };
}

/** What JSON may hold as it is, and a terminal that shows the file would obey. */
const acting = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`,
  ).join("");

/** The first record of a file. */
export function captureNote(t: number, reveal: boolean): WireRecord {
  return {
    k: "note",
    t,
    us: 0,
    conn: 0,
    at: "capture",
    code: "capture",
    format: formatName,
    reveal,
    says: reveal
      ? "a capture of WebSocket connections; secrets are shown, handle with care"
      : "a capture of WebSocket connections; secrets are redacted",
  };
}

/** Something in a file that could not be read; reading goes on where that is possible. */
export interface Problem {
  /** Where: a line, or an offset in bytes. */
  readonly at: number;
  /** What, and what to do; never what the file says. */
  readonly says: string;
}

/** What every reader takes. */
export interface ReaderOptions {
  /** Gets every record, in the order of the file. */
  readonly emit: (record: WireRecord) => void;
  /** Gets what could not be read. */
  readonly problem: (problem: Problem) => void;
}

/** Reads a file in any pieces. */
export interface PieceReader<Piece> {
  /** Takes the next piece, of any size. */
  push(piece: Piece): void;
  /** The end of the file: what was waiting for more is handed on, or is a problem. */
  end(): void;
}

/** Longer lines are passed over: a record of the largest frame that is kept has 3 million characters. */
const maxLine = 67_108_864;

/** Reads JSON Lines. A line that is no record of this major version is a problem, not an end. */
export function createJsonlReader({ emit, problem }: ReaderOptions): PieceReader<string> {
  let waiting: string[] = [];
  let length = 0;
  let number = 0;
  const take = (text: string): void => {
    number += 1;
    if (text.trim() === "") return;
    if (text.length > maxLine) {
      problem({ at: number, says: "the line is too long" });
      return;
    }
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      problem({ at: number, says: "the line is not JSON" });
      return;
    }
    const read = fromJson(json);
    if (read.ok) emit(read.value);
    else problem({ at: number, says: read.error });
  };
  return {
    push(piece) {
      const lines = piece.split("\n");
      const last = lines.pop() ?? "";
      for (const [i, line] of lines.entries()) {
        take(i === 0 ? waiting.join("") + line : line);
        waiting = [];
        length = 0;
      }
      length += last.length;
      // Enough to see that it is too long.
      if (length - last.length <= maxLine) waiting.push(last);
    },
    end() {
      if (length > 0) take(waiting.join(""));
      waiting = [];
      length = 0;
    },
  };
}
