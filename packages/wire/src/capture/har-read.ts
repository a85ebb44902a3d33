import { fromBase64, toUtf8 } from "../bytes.ts";
import { lintRequest, readAgreement } from "../handshake.ts";
import { parseHead, type Head } from "../http.ts";
import { fromJson } from "../json.ts";
import type { PieceReader, ReaderOptions } from "../jsonl.ts";
import type { Stamp } from "../records.ts";
import { parseTime } from "../time.ts";

type Json = Readonly<Record<string, unknown>>;

const object = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : [];
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) ? value : 0;

/**
 * Reads HAR: entries with `_webSocketMessages`, as browsers write them, become handshake and
 * message records; where this package wrote the file, all its records come back.
 */
export function createHarReader({ emit, problem }: ReaderOptions): PieceReader<string> {
  const pieces: string[] = [];
  let conn = 0;
  let messageNumber = 0;

  const readEntry = (value: unknown): void => {
    const entry = object(value);
    const messages = list(entry["_webSocketMessages"]);
    if (messages.length === 0 && entry["_resourceType"] !== "websocket") return;
    const records = entry["_wsechoRecords"];
    if (Array.isArray(records)) {
      for (const json of records) {
        const read = fromJson(json);
        if (read.ok) emit(read.value);
        else problem({ at: conn, says: `a record of an entry: ${read.error}` });
      }
      return;
    }
    conn += 1;
    messageNumber = 0;
    const start = parseTime(text(entry["startedDateTime"])) ?? firstTime(messages);
    const stampAt = (t: number): Stamp => ({ t, us: Math.max(0, t - start), conn, at: "client" });
    readHandshake(entry, stampAt(start));
    emit({
      k: "note",
      ...stampAt(start),
      code: "messages-only",
      says: "a HAR file has whole messages only: no frames, no pings, no masking keys",
    });
    for (const message of messages) readMessage(object(message), stampAt);
  };

  const readHandshake = (entry: Json, stamp: Stamp): void => {
    const request = object(entry["request"]);
    const response = object(entry["response"]);
    const url = text(request["url"]);
    const target = /^[a-z]+:\/\/[^/?#]*(.*)$/i.exec(url)?.[1] ?? url;
    const path = target.startsWith("/") ? target : `/${target}`;
    const asked = rebuild(`${text(request["method"])} ${path} ${version(request)}`, request);
    const status = number(response["status"]);
    const statusText = text(response["statusText"]);
    const answered = rebuild(`${version(response)} ${status} ${statusText}`, response);
    emit({
      k: "handshake",
      ...stamp,
      dir: "c2s",
      head: asked.text,
      method: asked.first[0],
      target: asked.first[1],
      headers: asked.headers,
      // Browsers leave headers out: those that are missing say nothing about the wire.
      lint: lintRequest(asked).filter(({ rule }) => rule !== "missing-header"),
    });
    const agreed = status === 101 ? readAgreement(answered, asked) : undefined;
    const body = text(object(response["content"])["text"]);
    emit({
      k: "handshake",
      ...stamp,
      dir: "s2c",
      head: answered.text,
      status,
      accepted: agreed?.accepted ?? false,
      headers: answered.headers,
      ...(agreed && { deflate: agreed.deflate, subprotocol: agreed.subprotocol }),
      ...(body !== "" && { body: toUtf8(body) }),
      lint: agreed?.lint.filter(({ rule }) => rule !== "missing-response-header") ?? [],
    });
  };

  const readMessage = (message: Json, stampAt: (t: number) => Stamp): void => {
    const { type } = message;
    const op = number(message["opcode"]);
    const stamp = stampAt(Math.round(number(message["time"]) * 1e6));
    if ((type !== "send" && type !== "receive") || (op !== 1 && op !== 2)) {
      emit({
        k: "note",
        ...stamp,
        code: "messages-only",
        says:
          type === "error" ? "the browser reported an error here" : "an entry that is no message",
      });
      return;
    }
    const shown = text(message["data"]);
    const data = op === 2 ? fromBase64(shown) : undefined;
    if (op === 2 && data === undefined) {
      problem({ at: conn, says: "the data of a binary message is not base64" });
      return;
    }
    const len = data?.length ?? toUtf8(shown).length;
    messageNumber += 1;
    emit({
      k: "message",
      ...stamp,
      dir: type === "send" ? "c2s" : "s2c",
      msg: messageNumber,
      op,
      frames: [0, 0],
      parts: 0,
      len,
      wire: len,
      compressed: false,
      ...(data === undefined ? { text: shown } : { data }),
      lint: [],
    });
  };

  return {
    push(piece) {
      pieces.push(piece);
    },
    end() {
      let json: unknown;
      try {
        json = JSON.parse(pieces.join(""));
      } catch {
        problem({ at: 0, says: "the file is not JSON" });
        return;
      }
      const log = object(object(json)["log"]);
      if (!Array.isArray(log["entries"])) {
        problem({ at: 0, says: "the file is JSON, but not HAR: it has no log.entries" });
        return;
      }
      for (const entry of list(log["entries"])) readEntry(entry);
    },
  };
}

function firstTime(messages: readonly unknown[]): number {
  return Math.round(number(object(messages[0])["time"]) * 1e6);
}

function version(part: Json): string {
  const shown = text(part["httpVersion"]);
  return /^http\/\d/i.test(shown) ? shown.toUpperCase() : "HTTP/1.1";
}

/** The head as it must have been; HAR keeps its order and not its blanks. */
function rebuild(first: string, part: Json): Head {
  const clean = (value: unknown): string => text(value).replace(/[\r\n]+/g, " ");
  const lines = list(part["headers"])
    .map(object)
    .map((header) => `${clean(header["name"])}: ${clean(header["value"])}\r\n`);
  return parseHead(`${first.replace(/[\r\n]+/g, " ")}\r\n${lines.join("")}\r\n`);
}
