import { failure, success, type Result } from "../result.ts";
import { validate, type Fields } from "../schema.ts";

/** The version of the event lines; readers take fields that they do not know for additions. */
export const eventVersion = 1;

const fields = {
  v: { kind: "integer", min: 1, max: eventVersion, optional: true },
  t: { kind: "integer", min: 0, optional: true },
  conn: { kind: "integer", min: 1, optional: true },
  type: { kind: "choice", values: ["open", "message", "ping", "pong", "close", "error"] },
  text: { kind: "string", optional: true },
  b64: { kind: "string", optional: true },
  bytes: { kind: "integer", min: 0, optional: true },
  code: { kind: "integer", min: 0, max: 4999, optional: true },
  reason: { kind: "string", optional: true },
  subprotocol: { kind: "string", optional: true },
} as const satisfies Fields;

/** One thing that happened on a WebSocket, as programs write it to each other: a line of JSON. */
export interface EventLine {
  /** {@link eventVersion}; a line by hand may leave it out. */
  readonly v?: number;
  /** When, in milliseconds since 1970. */
  readonly t?: number;
  /** The connection, counted from 1: who reconnects, or serves, has several. */
  readonly conn?: number;
  /** `out` left the program that wrote the line, `in` came to it. */
  readonly dir?: "in" | "out";
  readonly type: "open" | "message" | "ping" | "pong" | "close" | "error";
  /** The payload of a text message or a control frame. */
  readonly text?: string;
  /** The payload of a binary message, or of a control frame that is not UTF-8; base64 (RFC 4648). */
  readonly b64?: string;
  /** The payload's length. */
  readonly bytes?: number;
  /** From the message that this one answers, or from the ping of this pong, in milliseconds. */
  readonly rttMs?: number;
  /** The close code; of an error the exit status of the program. */
  readonly code?: number;
  /** The close reason, or what went wrong. */
  readonly reason?: string;
  /** What was selected at the handshake; type `open` only. */
  readonly subprotocol?: string;
}

/** The line, without its line feed. */
export function encodeEvent(event: EventLine): string {
  return JSON.stringify({ v: eventVersion, ...event });
}

/** Reads a line of {@link encodeEvent}, or one of another program. An error holds nothing of it. */
export function decodeEvent(line: string): Result<EventLine, string> {
  let input: unknown;
  try {
    input = JSON.parse(line);
  } catch {
    return failure("an event line must be JSON");
  }
  const known = validate(input, fields, "event");
  if (!known.ok) return known;
  const { dir, rttMs } = input as { readonly dir?: unknown; readonly rttMs?: unknown };
  if (dir !== undefined && dir !== "in" && dir !== "out")
    return failure('event.dir must be "in" or "out"');
  if (rttMs !== undefined && !(typeof rttMs === "number" && rttMs >= 0))
    return failure("event.rttMs must be a number from 0");
  const { b64, text, type } = known.value;
  if (b64 !== undefined && text !== undefined) return failure("an event has text or b64, not both");
  if (b64 !== undefined && !isBase64(b64)) return failure("event.b64 must be base64");
  if (type === "message" && (b64 ?? text) === undefined)
    return failure("a message has text or b64");
  return success({
    ...known.value,
    type: type,
    ...(dir === undefined ? {} : { dir }),
    ...(rttMs === undefined ? {} : { rttMs }),
  });
}

/** RFC 4648 section 4, with its padding. */
export function isBase64(text: string): boolean {
  return /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(text);
}
