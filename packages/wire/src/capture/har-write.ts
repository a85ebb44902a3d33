import { fromUtf8Lenient, toBase64, toUtf8 } from "../bytes.ts";
import { parseHead, valuesOf } from "../http.ts";
import { toJson } from "../json.ts";
import type { Writer, WriterOptions } from "../jsonl.ts";
import { createRedactor } from "../redact.ts";
import type { HandshakeRecord, MessageRecord, WireRecord } from "../records.ts";
import { formatTime } from "../time.ts";

/** A message as browsers write it into a HAR file. */
export interface HarMessage {
  readonly type: "send" | "receive" | "error";
  /** Seconds since 1970. */
  readonly time: number;
  readonly opcode: number;
  /** Base64 unless `opcode` is 1. */
  readonly data: string;
}

interface Entry {
  /** The request. */
  c2s?: HandshakeRecord;
  /** The answer. */
  s2c?: HandshakeRecord;
  /** Requests that do not ask for WebSocket, of which the records have no more than this. */
  http?: boolean;
  readonly messages: HarMessage[];
  /** All records in the native form: what HAR has no place for. */
  readonly records: unknown[];
  readonly first: WireRecord;
  last: WireRecord;
}

/**
 * Writes HAR 1.2, one entry per handshake, with `_webSocketMessages` as browsers write it, and
 * every record beside it as `_wsechoRecords`. HAR is one JSON text: all of it comes at the end.
 * A connection without WebSocket is left out, as records hold nothing of it; the comment says so.
 */
export function createHarWriter(options: WriterOptions = {}): Writer<string> {
  const { reveal = false, filter = () => true } = options;
  const redactor = createRedactor({ reveal });
  const entries: Entry[] = [];
  const current = new Map<number, Entry>();

  const take = (record: WireRecord): void => {
    if (record.k === "note" && record.code === "capture") return;
    let entry = current.get(record.conn);
    // A connection has a second handshake after a refused one.
    if (entry === undefined || (entry.c2s && record.k === "handshake" && record.dir === "c2s")) {
      entry = { messages: [], records: [], first: record, last: record };
      current.set(record.conn, entry);
      entries.push(entry);
    }
    entry.last = record;
    entry.records.push(toJson(record));
    if (record.k === "handshake") entry[record.dir] = record;
    else if (record.k === "message") entry.messages.push(toMessage(record));
    else if (record.k === "note") entry.http ||= record.code === "http";
  };

  return {
    push(record) {
      for (const shown of redactor.push(record).filter(filter)) take(shown);
      return "";
    },
    end() {
      for (const shown of redactor.end().filter(filter)) take(shown);
      const written = entries.filter(({ c2s, http }) => c2s ?? !http);
      const log = {
        version: "1.2",
        creator: { name: "wsecho", version: "0.1.0" },
        comment: `secrets are ${reveal ? "shown (reveal)" : "redacted"}${written.length < entries.length ? "; HTTP is left out" : ""}`,
        _wsechoReveal: reveal,
        entries: written.map(toEntry),
      };
      return `${JSON.stringify({ log }, null, 1)}\n`;
    },
  };
}

function toMessage({ dir, t, op, text, data }: MessageRecord): HarMessage {
  const bytes = data ?? toUtf8(text ?? "");
  // Text that is not UTF-8 has no better place in JSON.
  const shown = op === 1 ? (text ?? fromUtf8Lenient(bytes)) : toBase64(bytes);
  return { type: dir === "c2s" ? "send" : "receive", time: t / 1e6, opcode: op, data: shown };
}

function toEntry({ c2s: request, s2c: answer, messages, records, first, last }: Entry): object {
  const asked = parseHead(request?.head ?? "");
  const answered = parseHead(answer?.head ?? "");
  const host = valuesOf(asked.headers, "Host")[0] ?? "unknown.invalid";
  const target = asked.first[1] === "" ? "/" : asked.first[1];
  const bodySize = answer?.body?.length ?? 0;
  const ms = (last.t - first.t) / 1000;
  const wait = request && answer ? (answer.t - request.t) / 1000 : 0;
  const headers = (head: typeof asked): object[] =>
    head.headers.map(([name, value]) => ({ name, value }));
  return {
    startedDateTime: formatTime(first.t),
    time: ms,
    connection: String(first.conn),
    request: {
      method: asked.first[0] === "" ? "GET" : asked.first[0],
      url: target.startsWith("/") ? `ws://${host}${target}` : target,
      httpVersion: asked.first[2] === "" ? "HTTP/1.1" : asked.first[2],
      cookies: [],
      headers: headers(asked),
      queryString: queryOf(target),
      headersSize: request?.head.length ?? -1,
      bodySize: 0,
    },
    response: {
      status: answer?.status ?? 0,
      statusText: answered.first[2],
      httpVersion: answered.first[0] === "" ? "HTTP/1.1" : answered.first[0],
      cookies: [],
      headers: headers(answered),
      content: {
        size: bodySize,
        mimeType: valuesOf(answered.headers, "Content-Type")[0] ?? "x-unknown",
        ...(answer?.body && { text: fromUtf8Lenient(answer.body) }),
      },
      redirectURL: valuesOf(answered.headers, "Location")[0] ?? "",
      headersSize: answer?.head.length ?? -1,
      bodySize,
    },
    cache: {},
    timings: { send: 0, wait, receive: Math.max(0, ms - wait) },
    _resourceType: "websocket",
    _webSocketMessages: messages,
    _wsechoRecords: records,
  };
}

function queryOf(target: string): object[] {
  const query = target.split("?")[1]?.split("#")[0] ?? "";
  return query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const [name, ...value] = pair.split("=");
      return { name, value: value.join("=") };
    });
}
