import type { ClientMessage, ServerMessage } from "../messages.ts";
import { encodePlainClient, encodePlainServer } from "./plain.ts";
import { encodeMessage } from "./v1.ts";

/** `plain` is the article's language; `v1` is JSON with ids, challenges and errors. */
export type DialectName = "plain" | "v1";

/** What a session reads: one whole WebSocket message. `bytes` is the payload's length on the wire. */
export type Frame =
  | { readonly type: "text"; readonly text: string; readonly bytes: number }
  | { readonly type: "binary"; readonly data: Uint8Array };

/** The size of a message's payload on the wire, in bytes. */
export function frameBytes(frame: Frame): number {
  return frame.type === "text" ? frame.bytes : frame.data.byteLength;
}

/** The text to send for `message`, or `null` where the dialect stays silent. */
export function encodeServer(dialect: DialectName, message: ServerMessage): string | null {
  return dialect === "plain" ? encodePlainServer(message) : encodeMessage(message);
}

/** The text to send for `message`, or `null` where the dialect has no words for it. */
export function encodeClient(dialect: DialectName, message: ClientMessage): string | null {
  return dialect === "plain" ? encodePlainClient(message) : encodeMessage(message);
}
