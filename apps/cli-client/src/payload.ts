import type { Payload } from "@wsecho/protocol";

/** The bytes of a payload on the wire, before compression. */
export function payloadBytes(payload: Payload): number {
  return payload.kind === "text" ? Buffer.byteLength(payload.text) : payload.data.byteLength;
}
