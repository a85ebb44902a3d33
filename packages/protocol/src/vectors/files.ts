import client from "../../vectors/client.json" with { type: "json" };
import closes from "../../vectors/closes.json" with { type: "json" };
import faults from "../../vectors/faults.json" with { type: "json" };
import handshake from "../../vectors/handshake.json" with { type: "json" };
import messages from "../../vectors/messages.json" with { type: "json" };
import plainLogins from "../../vectors/plain-logins.json" with { type: "json" };
import reasons from "../../vectors/reasons.json" with { type: "json" };
import sessionPlain from "../../vectors/session-plain.json" with { type: "json" };
import sessionV1 from "../../vectors/session-v1.json" with { type: "json" };
import type {
  ClientVector,
  CloseVector,
  FaultVector,
  HandshakeVector,
  MessageVector,
  PlainLoginVector,
  ReasonVector,
  SessionVector,
} from "./format.ts";

// TypeScript sees JSON with its literals widened, hence `unknown`; a test checks the files.

/** Values of `Sec-WebSocket-Protocol`. */
export const handshakeVectors = handshake.vectors as unknown as readonly HandshakeVector[];
/** Queries of a URL, for a fault lab. */
export const faultVectors = faults.vectors as unknown as readonly FaultVector[];
/** Conversations with a server, in both dialects. */
export const sessionVectors: readonly SessionVector[] = [
  ...(sessionPlain.vectors as unknown as readonly SessionVector[]),
  ...(sessionV1.vectors as unknown as readonly SessionVector[]),
];
/** Conversations with a client. */
export const clientVectors = client.vectors as unknown as readonly ClientVector[];
/** Valid and malformed v1 texts. */
export const messageVectors = messages.vectors as unknown as readonly MessageVector[];
/** Plain texts before the login. */
export const plainLoginVectors = plainLogins.vectors as unknown as readonly PlainLoginVector[];
/** Close codes and whether to come back. */
export const closeVectors = closes.vectors as unknown as readonly CloseVector[];
/** Close reasons and what of them fits. */
export const reasonVectors = reasons.vectors as unknown as readonly ReasonVector[];
