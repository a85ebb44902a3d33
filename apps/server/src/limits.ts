import { defaultLimits, type Limits } from "@wsecho/protocol";

/** What the server grants, beyond what one session's machine enforces. */
export interface ServerLimits extends Limits {
  /** Open WebSocket connections. One more is answered 503. */
  readonly maxConnections: number;
  /** From the TCP connection to the last byte of its request's header; ms. Later: 408. */
  readonly handshakeTimeoutMs: number;
  /** How long `close()` waits for sessions to end before it cuts them; ms. */
  readonly drainTimeoutMs: number;
  /** Bytes written for a peer that does not read them before its own input is paused. */
  readonly highWaterBytes: number;
}

export const defaultServerLimits: ServerLimits = {
  ...defaultLimits,
  maxConnections: 10_000,
  handshakeTimeoutMs: 10_000,
  drainTimeoutMs: 10_000,
  highWaterBytes: 256 * 1024,
};

/** Node's timers hold 31 bits; a longer one would fire at once. */
export const maxTimerMs = 2 ** 31 - 1;

/** Throws RangeError for a limit that is not a whole number from 1 to 2³¹ − 1. */
export function completeLimits(limits: Partial<ServerLimits> = {}): ServerLimits {
  const complete = { ...defaultServerLimits, ...limits };
  for (const [name, value] of Object.entries(complete)) {
    if (!Number.isInteger(value) || value < 1 || value > maxTimerMs)
      throw new RangeError(`limits.${name} must be a whole number from 1 to ${maxTimerMs}`);
  }
  return complete;
}
