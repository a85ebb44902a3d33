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
  request: HandshakeRecord | undefined;
  answer: HandshakeRecord | undefined;
  readonly messages: HarMessage[];
  /** All records in the native form: what HAR has no place for. */
  readonly records: unknown[];
  readonly first: WireRecord;
  last: WireRecord;
}

/**
 * Writes HAR 1.2, one entry per handshake, with `_webSocketMessages` as browsers write it, and
 * every record beside it as `_wsechoRecords`. HAR is one JSON text: all of it comes at the end.
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
    const again = record.k === "handshake" && record.dir === "c2s" && entry?.request !== undefined;
    if (entry === undefined || again) {
      entry = {
        request: undefined,
        answer: undefined,
        messages: [],
        records: [],
        first: record,
        last: record,
      };
      current.set(record.conn, entry);
      entries.push(entry);
    }
    entry.last = record;
    entry.records.push(toJson(record));
    if (record.k === "handshake" && record.dir === "c2s") entry.request = record;
    if (record.k === "handshake" && record.dir === "s2c") entry.answer = record;
    if (record.k === "message") entry.messages.push(toMessage(record));
  };

  return {
    push(record) {
      for (const shown of redactor.push(record).filter(filter)) take(shown);
      return "";
    },
    end() {
      for (const shown of redactor.end().filter(filter)) take(shown);
      const log = {
        version: "1.2",
        creator: { name: "wsecho", version: "0.1.0" },
        comment: reveal ? "secrets are shown" : "secrets are redacted",
        _wsechoReveal: reveal,
        entries: entries.map(toEntry),
      };
      return `${JSON.stringify({ log }, null, 1)}\n`;
    },
  };
}

function toMessage({ dir, t, op, text, data }: MessageRecord): HarMessage {
  const binary = (): string => toBase64(data ?? toUtf8(text ?? ""));
  // Text that is not UTF-8 has no better place in JSON.
  const shown = op === 1 ? (text ?? fromUtf8Lenient(data ?? toUtf8(""))) : binary();
  return { type: dir === "c2s" ? "send" : "receive", time: t / 1e6, opcode: op, data: shown };
}

function toEntry({ request, answer, messages, records, first, last }: Entry): object {
  const asked = parseHead(request?.head ?? "");
  const answered = parseHead(answer?.head ?? "");
  const host = valuesOf(asked.headers, "Host")[0] ?? "unknown.invalid";
  const target = asked.first[1] === "" ? "/" : asked.first[1];
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
      url: /^[a-z]+:\/\//i.test(target) ? target : `ws://${host}${target}`,
      httpVersion: asked.first[2] === "" ? "HTTP/1.1" : asked.first[2],
      cookies: [],
      headers: headers(asked),
      queryString: queryOf(target),
      headersSize: request === undefined ? -1 : request.head.length,
      bodySize: 0,
    },
    response: {
      status: answer?.status ?? 0,
      statusText: answered.first[2],
      httpVersion: answered.first[0] === "" ? "HTTP/1.1" : answered.first[0],
      cookies: [],
      headers: headers(answered),
      content: {
        size: answer?.body?.length ?? 0,
        mimeType: valuesOf(answered.headers, "Content-Type")[0] ?? "x-unknown",
        ...(answer?.body && { text: fromUtf8Lenient(answer.body) }),
      },
      redirectURL: valuesOf(answered.headers, "Location")[0] ?? "",
      headersSize: answer === undefined ? -1 : answer.head.length,
      bodySize: answer?.body?.length ?? 0,
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
      const at = pair.indexOf("=");
      return at < 0
        ? { name: pair, value: "" }
        : { name: pair.slice(0, at), value: pair.slice(at + 1) };
    });
}
