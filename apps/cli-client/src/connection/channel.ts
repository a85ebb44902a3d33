import type { CloseOptions, Message } from "@wsecho/client";
import type { DialectName, StopReason } from "@wsecho/protocol";

/**
 * What a person or a pipe talks over: a session of `@wsecho/client`, or a bare WebSocket. Iterating
 * it gives every message at the reader's pace, and fails with SessionError at a bad end.
 */
export interface Channel extends AsyncIterable<Message> {
  readonly status: { readonly dialect: DialectName | "none" };
  readonly closed: Promise<StopReason>;
  /** Resolves when there is room for the next; rejects with SessionError where there never will be. */
  send(payload: string | Uint8Array): Promise<void>;
  close(options?: CloseOptions): Promise<StopReason>;
}
