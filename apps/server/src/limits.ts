import { defaultLimits, type Limits } from "@wsecho/protocol";

/** What the server grants, beyond what one session's machine enforces. */
export interface ServerLimits extends Limits {
  /** Open WebSocket connections. One more is answered 503. */
  readonly maxConnections: number;
  /** The same of one address; of one /64 where it is IPv6. One more is answered 429. */
  readonly maxConnectionsPerAddress: number;
  /** The header of a request; bytes. Larger: 431. */
  readonly maxHeaderBytes: number;
  /** Its fields. More: 431. */
  readonly maxHeaderFields: number;
  /** The frames of one message, empty ones too. More: close 1008. */
  readonly maxFragments: number;
  /** Messages, pings and pongs of one peer, on average. More: its input is paused. */
  readonly messagesPerSecond: number;
  /** Their payload, inflated; bytes. More: its input is paused. */
  readonly bytesPerSecond: number;
  /** How long a connection may last; ms. Longer: close 1001. */
  readonly maxSessionMs: number;
  /** Between pings of a silent peer. One that stays silent is cut within two intervals; ms. */
  readonly pingIntervalMs: number;
  /** From a message's first byte to its last, to half a ping interval's exactness; ms. Longer: close 4408. */
  readonly messageTimeoutMs: number;
  /** Messages of fewer bytes are never compressed. */
  readonly compressThresholdBytes: number;
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
  maxConnectionsPerAddress: 1000,
  maxHeaderBytes: 16 * 1024,
  maxHeaderFields: 100,
  maxFragments: 16 * 1024,
  messagesPerSecond: 250_000,
  bytesPerSecond: 512 * 1024 * 1024,
  maxSessionMs: 24 * 60 * 60 * 1000,
  pingIntervalMs: 30_000,
  messageTimeoutMs: 60_000,
  compressThresholdBytes: 1024,
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
