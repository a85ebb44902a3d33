/**
 * When a client may come back after a close: `never` (the same session would be refused again),
 * `later` (after a delay), `credentials` (after logging in with new or renewed credentials).
 */
export type Retry = "never" | "later" | "credentials";

/** One way to end a session: what stands in the close frame, and what it means to the client. */
export interface Close {
  /** 1000–4999; see RFC 6455 section 7.4 for the ranges. */
  readonly code: number;
  /** A constant of at most 123 bytes, so that it always fits a close frame (RFC 6455 section 5.5). */
  readonly reason: string;
  /** When the peer may come back. */
  readonly retry: Retry;
}

/**
 * Every close that wsecho sends or gives a meaning to. 44xx mirrors the HTTP status 4xx;
 * two entries may share a code where a person needs to know which of two causes it was.
 */
export const closes = {
  normal: { code: 1000, reason: "", retry: "never" },
  userExit: { code: 1000, reason: "user exit", retry: "never" },
  goingAway: { code: 1001, reason: "server is shutting down", retry: "later" },
  sessionTooLong: { code: 1001, reason: "session lasted long enough", retry: "later" },
  protocolError: { code: 1002, reason: "protocol error", retry: "never" },
  unsupportedData: { code: 1003, reason: "message type not supported", retry: "never" },
  invalidData: { code: 1007, reason: "text is not valid UTF-8", retry: "never" },
  tooManyFragments: { code: 1008, reason: "too many fragments", retry: "never" },
  tooBig: { code: 1009, reason: "message too big", retry: "never" },
  internalError: { code: 1011, reason: "internal error", retry: "later" },
  restarting: { code: 1012, reason: "server is restarting", retry: "later" },
  tryAgainLater: { code: 1013, reason: "try again later", retry: "later" },
  tooSlow: { code: 1013, reason: "peer does not read its messages", retry: "later" },
  malformed: { code: 4400, reason: "malformed message", retry: "never" },
  notAuthenticated: { code: 4401, reason: "not authenticated", retry: "credentials" },
  expired: { code: 4401, reason: "session expired", retry: "credentials" },
  refused: { code: 4403, reason: "refused", retry: "never" },
  revoked: { code: 4403, reason: "access revoked", retry: "never" },
  subprotocol: { code: 4406, reason: "subprotocol not supported", retry: "never" },
  loginTimeout: { code: 4408, reason: "login took too long", retry: "credentials" },
  messageTooSlow: { code: 4408, reason: "message took too long", retry: "later" },
  idle: { code: 4408, reason: "idle for too long", retry: "credentials" },
  outOfOrder: { code: 4409, reason: "message out of order or duplicate", retry: "never" },
  tooManyAttempts: { code: 4429, reason: "too many login attempts", retry: "credentials" },
  tooManyMessages: { code: 4429, reason: "too many messages", retry: "later" },
} as const satisfies Readonly<Record<string, Close>>;

/** A close by the name that programs use; codes alone are not unique. */
export type CloseName = keyof typeof closes;

/** Codes that only the receiving side reports, or that wsecho never sends: all may be retried. */
const passing: readonly number[] = [
  1005, // closed without a code: says nothing against coming back
  1006, // the connection broke
  1014, // bad gateway
];

/**
 * How a client treats a close code, also one that it does not know: 45xx mirrors HTTP 5xx and may
 * be retried; any other unknown code means that the server decided, so the client stops.
 * Where entries of {@link closes} share a code the reason decides; see PROTOCOL.md C6.
 *
 * @param reason the text of the close frame; `""` where there was none
 */
export function retryAfterClose(code: number, reason = ""): Retry {
  const known: readonly Close[] = Object.values(closes).filter((close) => close.code === code);
  // Of entries that share a code the last one counts: a 4429 with a reason of somebody else's is
  // more often a rate limit, which passes, than used-up attempts.
  const meant = known.find((close) => close.reason === reason) ?? known.at(-1);
  const mayPass = passing.includes(code) || (code >= 4500 && code <= 4599);
  return meant?.retry ?? (mayPass ? "later" : "never");
}
