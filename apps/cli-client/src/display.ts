import type { Message } from "@wsecho/client";
import { sanitizeLines } from "./terminal/sanitize.ts";

export const binaryDisplays = ["hexdump", "hex", "base64"] as const;
export const timestampKinds = ["iso", "delta", "rel"] as const;

/** How messages are shown. */
export interface DisplayOptions {
  readonly timestamps?: (typeof timestampKinds)[number];
  readonly rtt?: boolean;
  readonly binaryDisplay?: (typeof binaryDisplays)[number];
  /** Indents an object or a list; `null` for any other text. */
  readonly pretty?: (text: string) => string | null;
  /** Values of a JSON message; nothing where the message is none, or has none of them. */
  readonly filter?: (message: string) => readonly unknown[];
  readonly format?: string;
  /** The peer's control characters reach the terminal. */
  readonly raw?: boolean;
}

export interface Display {
  /** What to print of a message, without its line end; `null` for nothing. */
  readonly show: (message: Message, forPerson: boolean) => string | Uint8Array | null;
  /** Makes what a peer sent harmless, unless that was not wanted. */
  readonly safe: (text: string) => string;
}

/** @param now milliseconds since 1970 */
export function createDisplay(options: DisplayOptions, now: () => number): Display {
  const { filter, format, raw = false } = options;
  const safe = raw ? (text: string) => text : (text: string) => sanitizeLines(text);
  const started = now();
  let last = started;
  let number = 0;

  const body = (message: Message, forPerson: boolean): string | Uint8Array | null => {
    if (filter !== undefined) {
      const found = message.kind === "text" ? filter(message.text) : [];
      const shown = found.map((value) =>
        typeof value === "string" ? value : json(value, options),
      );
      return shown.length === 0 ? null : shown.join("\n");
    }
    if (message.kind === "binary") return showBytes(message.data, options, forPerson);
    return options.pretty?.(message.text) ?? message.text;
  };

  return {
    safe,
    show: (message, forPerson) => {
      const shown = body(message, forPerson);
      if (shown === null) return null;
      number += 1;
      const at = now();
      const marks = [timestamp(options.timestamps, { at, last, started }), rtt(message, options)];
      last = at;
      const clean = (text: string): string => (forPerson ? safe(text) : text);
      if (format !== undefined)
        return clean(fill(format, { message, shown: asText(shown), number, at }));
      const prefix = marks.filter((mark) => mark !== "").join(" ");
      if (prefix === "") return typeof shown === "string" ? clean(shown) : shown;
      return `${prefix} ${clean(asText(shown))}`;
    },
  };
}

function asText(shown: string | Uint8Array): string {
  return typeof shown === "string" ? shown : Buffer.from(shown).toString();
}

function json(value: unknown, { pretty }: DisplayOptions): string {
  return JSON.stringify(value, null, pretty === undefined ? 0 : 2);
}

function showBytes(
  data: Uint8Array,
  { binaryDisplay }: DisplayOptions,
  forPerson: boolean,
): string | Uint8Array {
  const bytes = Buffer.from(data);
  switch (binaryDisplay) {
    case "hex":
    case "base64":
      return bytes.toString(binaryDisplay);
    case "hexdump":
      return `${bytes.byteLength} bytes\n${hexdump(bytes)}`;
    default:
      return forPerson ? `(${bytes.byteLength} bytes) ${bytes.toString("hex")}` : data;
  }
}

/** As `hexdump -C` has it: offset, sixteen bytes, and what of them is printable ASCII. */
export function hexdump(bytes: Buffer): string {
  const rows = Array.from({ length: Math.ceil(bytes.byteLength / 16) }, (_, row) => {
    const part = bytes.subarray(row * 16, row * 16 + 16);
    const pairs = [...part].map((byte) => byte.toString(16).padStart(2, "0"));
    const hex = `${pairs.slice(0, 8).join(" ").padEnd(23)}  ${pairs.slice(8).join(" ").padEnd(23)}`;
    const ascii = [...part]
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "."))
      .join("");
    return `${(row * 16).toString(16).padStart(8, "0")}  ${hex}  |${ascii}|`;
  });
  return rows.join("\n");
}

interface Moment {
  readonly at: number;
  readonly last: number;
  readonly started: number;
}

function timestamp(kind: DisplayOptions["timestamps"], { at, last, started }: Moment): string {
  switch (kind) {
    default:
      return "";
    case "iso":
      return new Date(at).toISOString();
    case "delta":
      return `+${((at - last) / 1000).toFixed(3)}`;
    case "rel":
      return ((at - started) / 1000).toFixed(3);
  }
}

function rtt({ rttMs }: Message, { rtt: wanted = false }: DisplayOptions): string {
  if (!wanted) return "";
  return rttMs === undefined ? "(unasked)" : `(${rttMs.toFixed(1)} ms)`;
}

interface Filling {
  readonly message: Message;
  readonly shown: string;
  readonly number: number;
  readonly at: number;
}

/** What `--format` understands, for `--help` and for the check of what was given. */
export const formatHelp =
  "%p payload, %t time, %n number, %b bytes, %k text or binary, %r round trip in ms, %x hex, %% %; \\n \\t";

/** The first `%` that means nothing; `null` where all do. */
export function unknownFormat(format: string): string | null {
  return /%[^ptnbkrx%]|%$/.exec(format)?.[0] ?? null;
}

function fill(format: string, { message, shown, number, at }: Filling): string {
  const bytes = Buffer.from(message.kind === "text" ? message.text : message.data);
  const values: Readonly<Record<string, () => string>> = {
    p: () => shown,
    t: () => new Date(at).toISOString(),
    n: () => String(number),
    b: () => String(bytes.byteLength),
    k: () => message.kind,
    r: () => message.rttMs?.toFixed(1) ?? "",
    x: () => bytes.toString("hex"),
    "%": () => "%",
  };
  return format
    .replaceAll("\\n", "\n")
    .replaceAll("\\t", "\t")
    .replace(/%([ptnbkrx%])/g, (_, letter: string) => values[letter]?.() ?? "");
}
