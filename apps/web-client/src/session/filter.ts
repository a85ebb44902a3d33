import { failure, success, type Payload, type Result } from "@wsecho/protocol";
import { hexOf } from "../text/hex.ts";
import type { Ordered } from "./ordered.ts";
import { plainTextOf } from "./plain-text.ts";
import { isMessage, type Entry } from "./transcript.ts";

/** What of the transcript is shown. */
export interface Filter {
  /** Searched for in the whole payload, and in the words of closes and errors; empty for any. */
  readonly text: string;
  /** Whether `text` is a regular expression. Letters count alike, large or small, either way. */
  readonly regex: boolean;
  readonly direction: "all" | "sent" | "received";
  readonly type: "all" | "text" | "json" | "binary" | "notes";
  /** Payload bytes, at least; 0 for any. */
  readonly minBytes: number;
  /** Only what was pinned. */
  readonly pinned: boolean;
}

export const everything: Filter = {
  ...{ text: "", regex: false, direction: "all", type: "all", minBytes: 0, pinned: false },
};

export const filterDirections = ["all", "sent", "received"] as const;
export const filterTypes = ["all", "text", "json", "binary", "notes"] as const;
export const filterSizes = [0, 126, 1024, 65_536, 1_048_576] as const;

/** A filter that somebody kept or handed on, as far as it is one; the rest shows everything. */
export function readFilter(kept: Partial<Record<keyof Filter, unknown>> | undefined): Filter {
  const { text, regex, direction, type, minBytes } = kept ?? {};
  return {
    text: typeof text === "string" ? text : "",
    regex: regex === true,
    direction: filterDirections.find((name) => name === direction) ?? "all",
    type: filterTypes.find((name) => name === type) ?? "all",
    minBytes: filterSizes.find((size) => size === minBytes) ?? 0,
    pinned: false,
  };
}

export function isActive(filter: Filter): boolean {
  return JSON.stringify(filter) !== JSON.stringify(everything);
}

/** Finds all places of `text`; `null` for no text; the failure is what is wrong with the expression. */
export function patternOf({ text, regex }: Filter): Result<RegExp | null, string> {
  if (text === "") return success(null);
  const source = regex ? text : text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  try {
    // With `v`, classes know scripts and emoji; without a regex there is nothing that it could mind.
    return success(new RegExp(source, regex ? "giv" : "gi"));
  } catch (error) {
    return failure(error instanceof Error ? error.message : String(error));
  }
}

/** Whether an entry is to be shown, but for {@link Filter.pinned}. */
export function matcherOf(filter: Filter, pattern: RegExp | null): (entry: Entry) => boolean {
  const { text, regex, direction, type, minBytes } = filter;
  // Made only where they may be what is searched for: the digits of a megabyte take a tenth of a second.
  const asHex = regex || /^[\da-f ]+$/i.test(text);
  return (entry) => {
    if (!isMessage(entry)) {
      const wanted = direction === "all" && minBytes === 0 && (type === "all" || type === "notes");
      return wanted && (pattern === null || found(pattern, plainTextOf(entry)));
    }
    if (type === "notes" || entry.bytes < minBytes) return false;
    if (direction !== "all" && entry.kind !== direction) return false;
    if (!isOfType(entry.payload, type)) return false;
    return pattern === null || contains(pattern, entry.payload, asHex);
  };
}

function isOfType(payload: Payload, type: Filter["type"]): boolean {
  switch (type) {
    case "all":
    case "notes":
      return true;
    case "text":
    case "binary":
      return payload.kind === type;
    case "json":
      return payload.kind === "text" && isJson(payload.text);
  }
}

/** An object or array: nobody who looks for JSON means every message that is a number. */
function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** As far as bytes are searched as hexadecimal digits; as text they are searched whole. */
const maxHexBytes = 1024 * 1024;
const decoder = new TextDecoder();

function contains(pattern: RegExp, payload: Payload, asHex: boolean): boolean {
  if (payload.kind === "text") return found(pattern, payload.text);
  const { data } = payload;
  if (found(pattern, decoder.decode(data))) return true;
  return asHex && found(pattern, hexOf(data.subarray(0, maxHexBytes)));
}

function found(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(text);
}

/** What came of looking at entries in a row. */
export interface Sifted {
  /** How many were looked at; at least one, if there was one. */
  readonly looked: number;
  /** The `seq` of the wanted among them. */
  readonly found: readonly number[];
}

export interface SiftLimit {
  /** Milliseconds of any steady clock, and how many of them may pass. */
  readonly clock: () => number;
  readonly ms: number;
  /** The clock is asked once in so many small entries, and behind each large one. */
  readonly step: number;
}

/** Looks at the entries from a place on, until the time is over. */
export function sift<E extends Ordered>(
  wanted: (entry: E) => boolean,
  entries: readonly E[],
  from: number,
  { clock, ms, step }: SiftLimit,
): Sifted {
  const began = clock();
  const found: number[] = [];
  let at = from;
  for (let over = false; at < entries.length && !over; at++) {
    const entry = entries[at];
    if (entry === undefined) continue;
    if (wanted(entry)) found.push(entry.seq);
    over = ((at + 1) % step === 0 || bytesOf(entry) > 16_384) && clock() - began > ms;
  }
  return { looked: at - from, found };
}

/** What is known of its payload's length. */
export const bytesOf = (entry: Ordered & { readonly bytes?: number }): number => entry.bytes ?? 0;
