import { decodeEvent, isBase64, type EventLine } from "@wsecho/protocol/events";
import { InputError, maxLineBytes, splitPieces } from "../lines.ts";

export const inputKinds = ["lines", "json", "ndjson", "hex", "base64", "raw"] as const;
export type InputKind = (typeof inputKinds)[number];
export const delimiters = ["lf", "nul", "none"] as const;
export type Delimiter = (typeof delimiters)[number];

/** What the input asks to be sent; of event lines, for which connection. */
export type Outgoing = { readonly conn?: number } & (
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly data: Uint8Array }
  | { readonly kind: "ping" | "pong"; readonly data: Uint8Array }
  | { readonly kind: "close"; readonly code: number; readonly reason: string }
);

export interface Framing {
  readonly input: InputKind;
  readonly delimiter: Delimiter;
  /** Texts go out as binary messages. */
  readonly binary: boolean;
  /** The longest piece, in bytes. */
  readonly maxBytes?: number;
}

const ends: Readonly<Record<Delimiter, number | null>> = { lf: 10, nul: 0, none: null };

/**
 * Cuts the input into messages.
 *
 * @throws InputError at a piece that is not what `--input` says; those before it are good
 */
export async function* readMessages(
  chunks: AsyncIterable<Uint8Array>,
  { input, delimiter, binary, maxBytes = maxLineBytes }: Framing,
): AsyncGenerator<Outgoing, void, undefined> {
  let number = 0;
  for await (const piece of splitPieces(chunks, ends[delimiter], maxBytes)) {
    number += 1;
    const message = toMessage(piece, input, number);
    if (message === null) continue;
    yield binary && message.kind === "text"
      ? { kind: "binary", data: Buffer.from(message.text) }
      : message;
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** `null` where the piece holds nothing to send. */
function toMessage(piece: Uint8Array, input: InputKind, number: number): Outgoing | null {
  const which = `Line ${number} of the input`;
  if (input === "raw") return { kind: "binary", data: new Uint8Array(piece) };
  let text: string;
  try {
    text = decoder.decode(piece);
  } catch {
    throw new InputError(`${which} is not valid UTF-8, so it is no text`);
  }
  switch (input) {
    case "lines":
      return { kind: "text", text };
    case "json":
      if (text.trim() === "") return null;
      try {
        JSON.parse(text);
      } catch {
        throw new InputError(`${which} is no JSON`);
      }
      return { kind: "text", text: text.trim() };
    case "hex":
    case "base64": {
      if (text.trim() === "") return null;
      const data = parseBytes(text, input);
      if (data === null) throw new InputError(`${which} is no ${input}`);
      return { kind: "binary", data };
    }
    case "ndjson": {
      if (text.trim() === "") return null;
      const event = decodeEvent(text);
      if (!event.ok) throw new InputError(`${which}: ${event.error}`);
      const message = toSend(event.value);
      const wrong = message === null ? null : wrongControl(message);
      if (wrong !== null) throw new InputError(`${which}: ${wrong}`);
      const { conn } = event.value;
      return message === null || conn === undefined ? message : { ...message, conn };
    }
  }
}

/** Bytes as a person writes them: hex may have blanks, colons and a 0x. `null` for anything else. */
export function parseBytes(text: string, kind: "hex" | "base64"): Uint8Array | null {
  if (kind === "base64") {
    const compact = text.replace(/\s/g, "");
    return isBase64(compact) ? Buffer.from(compact, "base64") : null;
  }
  const compact = text.replace(/0x|[\s:,]/gi, "");
  return /^(?:[\da-f]{2})*$/i.test(compact) ? Buffer.from(compact, "hex") : null;
}

/** RFC 6455 section 5.5. */
const maxControlBytes = 125;
/** Two of the bytes are the code. */
const maxReasonBytes = maxControlBytes - 2;

/** Why a control frame cannot be sent (RFC 6455 sections 5.5 and 7.4); `null` where it can. */
export function wrongControl(message: Outgoing): string | null {
  if (message.kind === "ping" || message.kind === "pong")
    return message.data.byteLength <= maxControlBytes
      ? null
      : `a control frame holds ${maxControlBytes} bytes, this is ${message.data.byteLength}`;
  if (message.kind !== "close") return null;
  const { code, reason } = message;
  if (code !== 1000 && !(code >= 3000 && code <= 4999))
    return "a close code that may be sent is 1000, or 3000 to 4999";
  const bytes = Buffer.byteLength(reason);
  return bytes <= maxReasonBytes
    ? null
    : `a close reason holds ${maxReasonBytes} bytes, this is ${bytes}`;
}

/** What a recorded event asks for: what came in then is not sent now. */
function toSend(event: EventLine): Outgoing | null {
  if (event.dir === "in") return null;
  const data = event.b64 === undefined ? null : Buffer.from(event.b64, "base64");
  switch (event.type) {
    case "message":
      return data === null ? { kind: "text", text: event.text ?? "" } : { kind: "binary", data };
    case "ping":
    case "pong":
      return { kind: event.type, data: data ?? Buffer.from(event.text ?? "") };
    case "close":
      return { kind: "close", code: event.code ?? 1000, reason: event.reason ?? "" };
    case "open":
    case "error":
      return null;
  }
}
