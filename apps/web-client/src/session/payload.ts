import { encodeClient, utf8Length, type DialectName, type Payload } from "@wsecho/protocol";

/** The bytes a person wrote: the text's UTF-8, or the data. */
export function payloadBytes(payload: Payload): number {
  return payload.kind === "text" ? utf8Length(payload.text) : payload.data.byteLength;
}

/** JSON writes one UTF-16 unit in at most six bytes (`\u0000`). */
const worstCase = 6;
/** More than `{"type":"submit","id":…,"text":""}` can take. */
const envelope = 64;

/**
 * The bytes of the WebSocket message that carries `payload`: what the server's limit counts. In v1
 * that is the JSON text, so quotation marks and control characters take more than they seem to.
 */
export function messageBytes(payload: Payload, dialect: DialectName): number {
  if (payload.kind === "binary") return payload.data.byteLength;
  const id = Number.MAX_SAFE_INTEGER;
  const frame = encodeClient(dialect, { type: "submit", id, text: payload.text });
  return utf8Length(frame ?? payload.text);
}

/** Whether the server would refuse `payload` as too big; cheap for what is clearly small. */
export function isTooBig(payload: Payload, dialect: DialectName, maxMessageBytes: number): boolean {
  if (payload.kind === "text" && payload.text.length * worstCase + envelope <= maxMessageBytes)
    return false;
  return messageBytes(payload, dialect) > maxMessageBytes;
}
