import type { IncomingMessage } from "node:http";
import { now } from "./tape.ts";

/** A handshake that is over: its heads as they were on the wire, one character for each byte. */
export interface Heads {
  readonly request: string;
  readonly answer: string;
  /** When they passed; µs since 1970. */
  readonly asked: number;
  readonly answered: number;
}

/** The newest handshakes, for who begins to watch in the middle of a connection. */
export interface RecentHeads {
  /** A handshake will be answered now. */
  readonly asked: (conn: number, request: IncomingMessage) => void;
  /** With these lines, of which an empty one comes last. */
  readonly answered: (request: IncomingMessage, lines: readonly string[]) => void;
  readonly of: (conn: number) => Heads | undefined;
  /** The connection is gone. */
  readonly forget: (conn: number) => void;
}

/** Characters of all that is kept: with any number of connections no more than that. */
const room = 256 * 1024;

/** What of a request outlives it. */
interface Parts extends Pick<IncomingMessage, "httpVersion" | "rawHeaders"> {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
}

interface Asked extends Parts {
  readonly conn: number;
  readonly time: number;
}

interface Shaken {
  readonly asked: Asked;
  readonly lines: readonly string[];
  readonly time: number;
  readonly length: number;
}

export function createRecentHeads(): RecentHeads {
  const kept = new Map<number, Shaken>();
  let left = room;
  /** The answer is written in the same turn. */
  let last: Asked | null = null;

  function forget(conn: number): void {
    left += kept.get(conn)?.length ?? 0;
    kept.delete(conn);
  }
  return {
    forget,
    asked(conn, { method, url, httpVersion, rawHeaders }) {
      last = { conn, time: now(), method, url, httpVersion, rawHeaders };
    },
    answered({ rawHeaders }, lines) {
      if (last?.rawHeaders !== rawHeaders) return;
      const asked = last;
      last = null;
      const length = (asked.url?.length ?? 0) + lengthOf(rawHeaders) + lengthOf(lines);
      kept.set(asked.conn, { asked, lines, time: now(), length });
      left -= length;
      for (const oldest of kept.keys()) {
        if (left >= 0) break;
        forget(oldest);
      }
    },
    of(conn) {
      const shaken = kept.get(conn);
      if (shaken === undefined) return undefined;
      const { asked, lines, time: answered } = shaken;
      const heads = { request: headOf(asked), answer: textOf(lines) };
      return { ...heads, asked: asked.time, answered };
    },
  };
}

/** By a loop: this runs for each handshake. */
function lengthOf(texts: readonly string[]): number {
  let length = 0;
  for (const text of texts) length += text.length;
  return length;
}

const textOf = (lines: readonly string[]): string => `${lines.join("\r\n")}\r\n\r\n`;

/** The request's head, as far as Node tells: names, values and their order, blanks around them not. */
export function headOf({ method, url, httpVersion, rawHeaders }: Parts): string {
  const lines = [`${method ?? ""} ${url ?? ""} HTTP/${httpVersion}`];
  for (let i = 0; i < rawHeaders.length; i += 2)
    lines.push(`${rawHeaders[i] ?? ""}: ${rawHeaders[i + 1] ?? ""}`);
  return textOf(lines);
}
