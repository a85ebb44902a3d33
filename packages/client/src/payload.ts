import { encodeMessage, utf8Length, type ClientState, type Payload } from "@wsecho/protocol";

/** Throws TypeError for anything but a string or bytes. */
export function payloadOf(data: string | Uint8Array): Payload {
  if (typeof data === "string") return { kind: "text", text: data };
  if (!(data instanceof Uint8Array)) throw new TypeError("a message is a string or a Uint8Array");
  // A copy: it may be sent again, and the caller's buffer stays the caller's.
  return { kind: "binary", data: new Uint8Array(data) };
}

/** The bytes of the content, without what a dialect adds. */
export function payloadBytes(payload: Payload): number {
  return payload.kind === "text" ? utf8Length(payload.text) : payload.data.byteLength;
}

export interface WireSize {
  /** What the message would be on the wire. */
  readonly bytes: number;
  /** What the server takes. */
  readonly maxBytes: number;
}

/** `null` where the server has not said what it takes, or where the text is short beyond doubt. */
export function wireSize(payload: Payload, state: ClientState): WireSize | null {
  if (state.kind !== "ready" || state.hello === null) return null;
  const { maxMessageBytes: maxBytes } = state.hello.limits;
  if (payload.kind === "binary") return { bytes: payload.data.byteLength, maxBytes };
  // JSON writes a character of one unit as at most six bytes, and the rest is short.
  if (payload.text.length * 6 + 64 <= maxBytes) return null;
  const longest = { type: "submit", id: Number.MAX_SAFE_INTEGER, text: payload.text } as const;
  return { bytes: utf8Length(encodeMessage(longest)), maxBytes };
}
