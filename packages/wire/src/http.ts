import { createKeeper, toLatin1, type Keeper } from "./bytes.ts";
import type { Header } from "./records.ts";

/** A request's or an answer's head, read leniently: what is wrong with it is the linter's matter. */
export interface Head {
  /** One character per byte, up to and with the empty line. */
  readonly text: string;
  /** The three parts of the first line. */
  readonly first: readonly [string, string, string];
  readonly headers: readonly Header[];
  /** Bytes that are missing in the middle, before the empty line. */
  readonly cut: number;
}

/** Takes a head apart, whatever is in it; what is missing is empty. */
export function parseHead(text: string, cut = 0): Head {
  const [line = "", ...rest] = text.split(/\r?\n/);
  const [, one = "", two = "", three = ""] = /^(\S*) ?(\S*) ?(.*)$/s.exec(line) ?? [];
  const headers: Header[] = [];
  for (const field of rest) {
    if (field === "") continue;
    const colon = field.indexOf(":");
    if (colon < 0) headers.push([field, ""]);
    else headers.push([field.slice(0, colon), trimBlanks(field.slice(colon + 1))]);
  }
  return { text, first: [one, two, three], headers, cut };
}

/** Not `trim`: to it U+00A0 is a blank, here the last byte of an à. */
function trimBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && " \t".includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end).replace(/^[ \t]+/, "");
}

/** The status of an answer; 0 where it has none. */
export function statusOf({ first }: Head): number {
  return Number(/^\d{3}$/.exec(first[1])?.[0] ?? 0);
}

/** All values of one header. */
export function valuesOf(headers: readonly Header[], name: string): readonly string[] {
  const wanted = name.toLowerCase();
  return headers.filter(([key]) => key.trim().toLowerCase() === wanted).map(([, value]) => value);
}

/** The values of one header as the list that they are together (RFC 9110 section 5.3). */
export function listOf(headers: readonly Header[], name: string): readonly string[] {
  return valuesOf(headers, name)
    .flatMap((value) => value.split(","))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/** Takes bytes up to the end of something. */
export interface Reader<Value> {
  /** @returns how many bytes belong to it, and its value once it is whole */
  push(bytes: Uint8Array): { readonly used: number; readonly value?: Value };
}

/** Reads up to the empty line; of a head above `cap` only the beginning is kept. */
export function createHeadReader(cap: number): Reader<Head> & { readonly started: boolean } {
  const keeper = createKeeper(cap);
  // The bytes since the last line feed, carriage returns not counted: 0 twice is an empty line.
  let line = 0;
  return {
    get started() {
      return keeper.total > 0;
    },
    push(bytes) {
      for (let i = 0; i < bytes.length; i++) {
        const byte = bytes[i];
        if (byte === 10) {
          if (line === 0 && keeper.total + i > 1) {
            keeper.add(bytes.subarray(0, i + 1));
            const kept = keeper.bytes();
            const cut = keeper.total - kept.length;
            const text = toLatin1(kept) + (cut > 0 ? "\r\n\r\n" : "");
            return { used: i + 1, value: parseHead(text, cut) };
          }
          line = 0;
        } else if (byte !== 13) line += 1;
      }
      keeper.add(bytes);
      return { used: bytes.length };
    },
  };
}

/** A body, as far as it was kept. */
export interface Body {
  readonly bytes: Uint8Array;
  readonly total: number;
}

/** A body, up to the end that its head names (RFC 9112 section 6). */
export interface BodyReader {
  readonly reader: Reader<Body>;
  /** Infinite where the end of the bytes ends it; `undefined` where its chunks say it. */
  readonly length: number | undefined;
  partial(): Body;
}

export function createBodyReader(headers: readonly Header[], cap: number): BodyReader {
  const keeper = createKeeper(cap);
  const partial = (): Body => ({ bytes: keeper.bytes(), total: keeper.total });
  if (listOf(headers, "Transfer-Encoding").at(-1)?.toLowerCase() === "chunked")
    return { reader: chunked(keeper, partial), length: undefined, partial };
  const said = valuesOf(headers, "Content-Length")[0] ?? "";
  const length = /^\d{1,15}$/.test(said) ? Number(said) : Infinity;
  return { reader: counted(keeper, length, partial), length, partial };
}

function counted(keeper: Keeper, length: number, partial: () => Body): Reader<Body> {
  return {
    push(bytes) {
      const used = Math.min(bytes.length, length - keeper.total);
      keeper.add(bytes.subarray(0, used));
      return keeper.total >= length ? { used, value: partial() } : { used };
    },
  };
}

function chunked(keeper: Keeper, partial: () => Body): Reader<Body> {
  let state: "size" | "data" | "end of data" | "trailer" = "size";
  let line = "";
  let rest = 0;
  return {
    push(bytes) {
      let at = 0;
      while (at < bytes.length) {
        if (state === "data") {
          const piece = bytes.subarray(at, at + rest);
          keeper.add(piece);
          rest -= piece.length;
          at += piece.length;
          if (rest === 0) state = "end of data";
          continue;
        }
        const byte = bytes[at++] ?? 0;
        if (byte !== 10) {
          // Longer lines are extensions or trailers, which nobody needs.
          if (byte !== 13 && line.length < 64) line += String.fromCharCode(byte);
          continue;
        }
        if (state === "size") {
          rest = Number.parseInt(line, 16);
          if (!(rest > 0)) state = "trailer";
          else state = "data";
        } else if (state === "end of data") state = "size";
        else if (line === "") return { used: at, value: partial() };
        line = "";
      }
      return { used: at };
    },
  };
}
