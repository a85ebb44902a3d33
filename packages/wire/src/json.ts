import { fromHex, toHex } from "./bytes.ts";
import type { WireRecord } from "./records.ts";
import { failure, success, type Result } from "./result.ts";
import { formatTime, parseTime } from "./time.ts";

/** The version of the records that this package writes: a reader knows all of its major version. */
export const formatVersion = { major: 1, minor: 0 } as const;
/** What the first record of a file says. */
export const formatName = "wsecho-wire/1.0";

type Type =
  | ("time" | "count" | "number" | "text" | "bytes" | "flag" | "direction")
  | ("headers" | "deflate" | "numbers" | "lint" | "object");

/** A question mark: may be absent. A bar: may be `null`. */
type Rule = Type | `${Type}?` | `${Type}|` | `${Type}?|`;

const stamp = { t: "time", us: "count", conn: "count", at: "text" } as const;

const kinds: Readonly<Record<WireRecord["k"], Readonly<Record<string, Rule>>>> = {
  handshake: {
    ...stamp,
    dir: "direction",
    head: "text",
    method: "text?",
    target: "text?",
    status: "number?",
    accepted: "flag?",
    headers: "headers",
    deflate: "deflate?|",
    subprotocol: "text?|",
    session: "text?",
    body: "bytes?",
    cut: "count?",
    redacted: "text?",
    lint: "lint",
  },
  frame: {
    ...stamp,
    n: "count",
    dir: "direction",
    off: "count",
    fin: "count",
    rsv: "count",
    op: "count",
    key: "bytes|",
    len: "count",
    hdr: "bytes",
    raw: "bytes",
    cut: "count?",
    text: "text?",
    msg: "count?",
    part: "count?",
    edited: "object|",
    injected: "flag?",
    redacted: "text?",
    lint: "lint",
  },
  message: {
    ...stamp,
    dir: "direction",
    msg: "count",
    op: "count",
    frames: "numbers",
    parts: "count",
    len: "count",
    wire: "count",
    compressed: "flag",
    ratio: "number?",
    text: "text?",
    data: "bytes?",
    cut: "count?",
    incomplete: "flag?",
    injected: "flag?",
    redacted: "text?",
    lint: "lint",
  },
  close: {
    ...stamp,
    dir: "direction",
    by: "text",
    code: "count",
    reason: "text",
    n: "count?",
    lint: "lint",
  },
  note: {
    ...stamp,
    code: "text",
    says: "text",
    dir: "direction?",
    count: "count?",
    session: "text?",
    user: "text?",
    reveal: "flag?",
    format: "text?",
  },
};

/** A record as plain JSON: bytes in hex, the time as ISO 8601, and the major version as `v`. */
export function toJson(record: WireRecord): Readonly<Record<string, unknown>> {
  const json: Record<string, unknown> = { v: formatVersion.major };
  for (const [name, value] of Object.entries(record)) json[name] = plain(value);
  json["t"] = formatTime(record.t);
  return json;
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

/**
 * Reads what {@link toJson} wrote, also by a newer minor version: unknown fields are kept.
 *
 * @returns the record, or in words what is wrong; never what the text says
 */
export function fromJson(json: unknown): Result<WireRecord, string> {
  if (!isObject(json)) return failure("not a JSON object");
  const { v, k } = json;
  if (typeof v !== "number") return failure('no version "v": not a record of wsecho-wire');
  if (Math.floor(v) !== formatVersion.major)
    return failure(`written in version ${v}, known is ${formatVersion.major}: update wsecho`);
  const fields =
    typeof k === "string" && Object.hasOwn(kinds, k) ? kinds[k as WireRecord["k"]] : undefined;
  if (fields === undefined) return failure('an unknown kind "k": written by a newer version');
  const record: Record<string, unknown> = { ...json };
  delete record["v"];
  for (const [name, rule] of Object.entries(fields)) {
    const value = Object.hasOwn(record, name) ? record[name] : undefined;
    if (value === undefined && rule.includes("?")) continue;
    if (value === null && rule.endsWith("|")) continue;
    const read = readers[rule.replace(/[?|]+$/, "") as Type](value);
    if (read === undefined)
      return failure(`the field "${name}" of a ${String(k)} is not as it should be`);
    record[name] = read;
  }
  return readEdited(record);
}

function readEdited(record: Record<string, unknown>): Result<WireRecord, string> {
  const edited = record["edited"];
  if (isObject(edited)) {
    const [hdr, raw] = [readers.bytes(edited["hdr"]), readers.bytes(edited["raw"])];
    const key = edited["key"] === null ? null : readers.bytes(edited["key"]);
    if (hdr === undefined || raw === undefined || key === undefined)
      return failure('the field "edited" of a frame is not as it should be');
    record["edited"] = { ...edited, hdr, key, raw };
  }
  return success(record as unknown as WireRecord);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isText = (value: unknown): boolean => typeof value === "string";

function isDeflateSide(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value["takeover"] === "boolean" &&
    typeof value["windowBits"] === "number"
  );
}

/** A list of what `isOne` takes, and of nothing else. */
function all(isOne: (value: unknown) => boolean): (value: unknown) => unknown {
  return (value) => (Array.isArray(value) && value.every(isOne) ? value : undefined);
}

const readers: Readonly<Record<Type, (value: unknown) => unknown>> = {
  time: (value) => (typeof value === "string" ? parseTime(value) : undefined),
  count: (value) =>
    typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined,
  number: (value) => (typeof value === "number" ? value : undefined),
  text: (value) => (typeof value === "string" ? value : undefined),
  bytes: (value) => (typeof value === "string" ? fromHex(value) : undefined),
  flag: (value) => (typeof value === "boolean" ? value : undefined),
  direction: (value) => (value === "c2s" || value === "s2c" ? value : undefined),
  headers: all((one) => Array.isArray(one) && one.length === 2 && one.every(isText)),
  deflate: (value) =>
    isObject(value) && isDeflateSide(value["c2s"]) && isDeflateSide(value["s2c"])
      ? value
      : undefined,
  numbers: all(Number.isFinite),
  // A level of a newer version would have no place in any view.
  lint: all(
    (one) =>
      isObject(one) &&
      (one["level"] === "error" || one["level"] === "warning") &&
      [one["rule"], one["rfc"], one["says"]].every(isText),
  ),
  object: (value) => (isObject(value) ? value : undefined),
};
