import { parseBase64, base64Of } from "../text/base64.ts";
import type { EchoCheck } from "./echo-check.ts";
import { payloadBytes } from "./payload.ts";
import { publicAddress } from "./public-address.ts";
import { maxDate } from "./view.ts";
import type { ClosedBy, Entry, NewEntry, ReceivedEntry, SentEntry } from "./transcript.ts";
import type { Payload } from "@wsecho/protocol";

/** Version of the lines: whoever reads them can tell them from others'. */
const version = 1;

type Json = Readonly<Record<string, unknown>>;

/** One JSON text a line for each entry: `{v, t, type: open|message|close|error, …}`. */
export function toJsonLines(entries: readonly Entry[]): string {
  return entries.map((entry) => `${JSON.stringify(toLine(entry))}\n`).join("");
}

function toLine(entry: Entry): Json {
  const stamp = { v: version, t: new Date(entry.at).toISOString() };
  switch (entry.kind) {
    case "sent":
    case "received":
      return { ...stamp, type: "message", ...messageLine(entry) };
    case "closed":
      return { ...stamp, type: "close", code: entry.code, reason: entry.reason, by: entry.by };
    case "loggedIn":
      return { ...stamp, type: "open", user: entry.user };
    case "opened":
      return { ...stamp, type: "open", protocol: entry.protocol };
    case "serverError":
      return { ...stamp, type: "error", code: entry.code, text: entry.message };
    case "problem":
      return { ...stamp, type: "error", text: entry.detail };
    case "imported":
      return { ...stamp, type: "note", name: entry.name, count: entry.count };
  }
}

function messageLine(entry: SentEntry | ReceivedEntry): Json {
  const { payload, bytes, kind } = entry;
  const data = payload.kind === "text" ? { text: payload.text } : { b64: base64Of(payload.data) };
  const dir = kind === "sent" ? "c2s" : "s2c";
  if (kind === "sent") return { dir, ...data, bytes, id: entry.id, fate: entry.fate.kind };
  const { id, rttMs, check } = entry.echo ?? {};
  return { dir, ...data, bytes, id, rttMs, check };
}

/** HAR 1.2 with `_webSocketMessages`, as browsers write it: messages only, and no secret address. */
export function toHar(entries: readonly Entry[], url: string): string {
  const messages = entries.filter((entry) => entry.kind === "sent" || entry.kind === "received");
  const started = new Date(messages[0]?.at ?? 0).toISOString();
  const empty = {
    cookies: [],
    headers: [],
    headersSize: -1,
    bodySize: -1,
    httpVersion: "HTTP/1.1",
  };
  const entry = {
    startedDateTime: started,
    time: Math.max(0, (messages.at(-1)?.at ?? 0) - (messages[0]?.at ?? 0)),
    request: { ...empty, method: "GET", url: publicAddress(url), queryString: [] },
    response: {
      ...{ ...empty, status: 101, statusText: "Switching Protocols", redirectURL: "" },
      content: { size: 0, mimeType: "x-unknown" },
    },
    cache: {},
    timings: { send: 0, wait: 0, receive: 0 },
    _resourceType: "websocket",
    _webSocketMessages: messages.map(({ kind, at, payload }) => ({
      type: kind === "sent" ? "send" : "receive",
      time: at / 1000,
      opcode: payload.kind === "text" ? 1 : 2,
      data: payload.kind === "text" ? payload.text : base64Of(payload.data),
    })),
  };
  const creator = { name: "wsecho", version: "0.1.0" };
  return `${JSON.stringify({ log: { version: "1.2", creator, entries: [entry] } }, null, 1)}\n`;
}

export interface ReadFile {
  readonly entries: readonly NewEntry[];
  /** Lines or messages that made no sense, and the number of the first, from 1. */
  readonly skipped: number;
  readonly firstSkipped: number;
}

/** Reads either form; `null` for a file that is neither. */
export function readTranscript(text: string): ReadFile | null {
  const har = /^\s*\{\s*"log"/.test(text) ? parse(text) : null;
  const read = har === null ? text.split("\n").map(readLine) : harMessages(har);
  const entries = read.filter((entry) => entry !== null && entry !== "blank");
  if (entries.length === 0) return null;
  return {
    entries,
    skipped: read.filter((entry) => entry === null).length,
    firstSkipped: read.indexOf(null) + 1,
  };
}

function parse(text: string): Json | null {
  try {
    return object(JSON.parse(text));
  } catch {
    return null;
  }
}

const object = (value: unknown): Json =>
  typeof value === "object" && value !== null ? (value as Json) : {};
const word = (value: unknown): string => (typeof value === "string" ? value : "");
const count = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) ? value : 0;

function readLine(line: string): NewEntry | "blank" | null {
  if (line.trim() === "") return "blank";
  const json = parse(line);
  const at = Date.parse(word(json?.["t"]));
  if (json?.["v"] !== version || Number.isNaN(at)) return null;
  switch (json["type"]) {
    case "message":
      return readMessage(json, at);
    case "close": {
      const by = (["page", "server", "nobody"] as const).find((who) => who === json["by"]);
      const who: ClosedBy = by ?? "nobody";
      return {
        kind: "closed",
        at,
        code: count(json["code"]),
        reason: word(json["reason"]),
        by: who,
      };
    }
    case "open":
      return typeof json["protocol"] === "string"
        ? { kind: "opened", at, protocol: json["protocol"] }
        : { kind: "loggedIn", at, user: word(json["user"]) || null };
    case "error":
      return { kind: "problem", at, detail: word(json["text"]) };
    case "note":
      return { kind: "imported", at, name: word(json["name"]), count: count(json["count"]) };
    default:
      return null;
  }
}

function readMessage(json: Json, at: number): NewEntry | null {
  const payload = readPayload(json["text"], json["b64"]);
  if (payload === null) return null;
  const bytes = payloadBytes(payload);
  if (json["dir"] === "c2s")
    return { kind: "sent", at, id: null, payload, bytes, fate: { kind: "sent" } };
  if (json["dir"] !== "s2c") return null;
  const { id, rttMs } = json;
  const echo =
    typeof id === "number"
      ? { id, rttMs: typeof rttMs === "number" ? rttMs : null, check: readCheck(json["check"]) }
      : null;
  return { kind: "received", at, payload, bytes, echo, foreign: true };
}

function readPayload(text: unknown, b64: unknown): Payload | null {
  if (typeof text === "string") return { kind: "text", text };
  const data = typeof b64 === "string" ? parseBase64(b64) : null;
  return data?.ok === true ? { kind: "binary", data: data.value } : null;
}

function readCheck(value: unknown): EchoCheck | null {
  const { kind, atByte } = object(value);
  if (kind === "identical") return { kind };
  return kind === "differs" ? { kind, atByte: count(atByte) } : null;
}

function harMessages(har: Json): readonly (NewEntry | null)[] {
  const entries = object(har["log"])["entries"];
  return (Array.isArray(entries) ? entries : []).flatMap((entry: unknown) => {
    const messages = object(entry)["_webSocketMessages"];
    return (Array.isArray(messages) ? messages : []).map(readHarMessage);
  });
}

function readHarMessage(value: unknown): NewEntry | null {
  const { type, time, opcode, data } = object(value);
  const payload = opcode === 1 ? readPayload(data, null) : readPayload(null, data);
  if (payload === null) return null;
  const at = Math.round(count(time) * 1000);
  if (Math.abs(at) > maxDate) return null;
  const stamp = { at, payload, bytes: payloadBytes(payload) };
  return type === "send"
    ? { kind: "sent", ...stamp, id: null, fate: { kind: "sent" } }
    : { kind: "received", ...stamp, echo: null, foreign: true };
}
