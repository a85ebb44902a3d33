import type { CloseName } from "@wsecho/protocol";

/** What stops a peer, by the flag that sets it: the label of `wsecho_limits_total`. */
export type LimitName =
  | "auth-max-attempts"
  | "auth-timeout"
  | "byte-rate"
  | "handshake-timeout"
  | "high-water"
  | "idle-timeout"
  | "max-backlog"
  | "max-connections"
  | "max-connections-per-address"
  | "max-fragments"
  | "max-header"
  | "max-headers"
  | "max-login"
  | "max-message"
  | "max-session"
  | "message-rate"
  | "message-timeout"
  | "ping-interval"
  | "slow-timeout";

const behindCloses: Readonly<Partial<Record<CloseName, LimitName>>> = {
  idle: "idle-timeout",
  loginTimeout: "auth-timeout",
  messageTooSlow: "message-timeout",
  sessionTooLong: "max-session",
  tooManyAttempts: "auth-max-attempts",
  tooManyFragments: "max-fragments",
  tooManyMessages: "max-backlog",
  tooSlow: "slow-timeout",
};

/** The limit that a session met, where it was closed for one. */
export function limitBehind(close: CloseName, loggedIn: boolean): LimitName | undefined {
  if (close === "tooBig") return loggedIn ? "max-message" : "max-login";
  return behindCloses[close];
}
