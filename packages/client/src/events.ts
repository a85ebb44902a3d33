import type { DialectName, Payload, Settlement, StopReason } from "@wsecho/protocol";

/** Where a session stands. */
export interface Status {
  readonly kind:
    "connecting" | "greeting" | "authenticating" | "ready" | "waiting" | "closing" | "stopped";
  /** The dialect spoken, or tried at present. */
  readonly dialect: DialectName;
  /** The user's name as the server knows it; absent unless ready, and in the plain dialect. */
  readonly user?: string;
  /** What the server calls this session, in its wire feed for example; absent unless it says so. */
  readonly session?: string;
  /** The most payload bytes of one message, as the server's `hello` says; `ready` v1 sessions only. */
  readonly maxMessageBytes?: number;
  /** While `waiting`: from the beginning of the wait to the next connect, in milliseconds. */
  readonly retryInMs?: number;
  /** Why it `stopped`, or why it is `waiting` to connect again. */
  readonly reason?: StopReason;
}

/** A message that nobody waits for by `ask`: a reply to a `send`, or the server's own idea. */
export type Message =
  | {
      readonly kind: "text";
      readonly text: string;
      /** The send that it answers; absent for the server's own messages. */
      readonly id?: number;
      /** From the send to this reply, in milliseconds. */
      readonly rttMs?: number;
    }
  | {
      readonly kind: "binary";
      readonly data: Uint8Array;
      readonly id?: number;
      readonly rttMs?: number;
    };

/** Everything that happens in a session, for logs, pages and prompts. Never holds a secret. */
export type SessionEvent =
  | { readonly type: "status"; readonly status: Status }
  /** A message left on the present connection; `resent` where it had left on an earlier one too. */
  | {
      readonly type: "sent";
      readonly id: number;
      readonly payload: Payload;
      readonly resent: boolean;
    }
  /** The one outcome of a message; `rttMs` is null unless it was echoed. */
  | {
      readonly type: "settled";
      readonly id: number;
      readonly outcome: Settlement;
      readonly rttMs: number | null;
    }
  /** A message that answers none of ours. */
  | { readonly type: "received"; readonly payload: Payload }
  | { readonly type: "serverError"; readonly code: number; readonly message: string }
  /** A login, or its renewal, ends in so many milliseconds unless it is renewed; absent: never. */
  | { readonly type: "loginEnds"; readonly inMs: number }
  /** An open connection ended; comes before any reconnect. */
  | { readonly type: "closed"; readonly code: number; readonly reason: string }
  /** Something a person should know, such as why a login was not tried. */
  | { readonly type: "problem"; readonly detail: string };
