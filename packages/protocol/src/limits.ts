/**
 * What a server grants a session. Sizes are bytes, times are milliseconds; all are positive.
 * The subset that a client must know to behave is sent in `hello`.
 */
export interface Limits {
  /** A message's payload after login. Larger: close 1009. */
  readonly maxMessageBytes: number;
  /** A message's payload before login, when nobody has earned the memory yet. Larger: close 1009. */
  readonly maxLoginBytes: number;
  /** Frames that wait while a login is verified or a handler runs. More: close 4429. */
  readonly backlogMessages: number;
  /**
   * Payload bytes of the same frames, beyond one message of the largest size: a peer may always
   * have one such message under way. More: close 4429.
   */
  readonly backlogBytes: number;
  /** Refused logins on one connection until it is closed with 4429. */
  readonly maxAttempts: number;
  /** From the open connection to the accepted login. Later: close 4408. */
  readonly authTimeoutMs: number;
  /** Without any message from the peer, once logged in. Longer: close 4408. */
  readonly idleTimeoutMs: number;
  /** From our close frame to the peer's, and for the last answers of a drain. Then the socket is cut. */
  readonly closeTimeoutMs: number;
  /** How long a peer may leave its answers unread. Longer: close 1013. */
  readonly slowTimeoutMs: number;
}

/** What a server grants where nothing else is said. */
export const defaultLimits: Limits = {
  maxMessageBytes: 1024 * 1024,
  maxLoginBytes: 8 * 1024,
  backlogMessages: 2048,
  backlogBytes: 256 * 1024,
  maxAttempts: 5,
  authTimeoutMs: 30_000,
  idleTimeoutMs: 60 * 60 * 1000,
  closeTimeoutMs: 5000,
  slowTimeoutMs: 30_000,
};

/** The longest delay of a timer, some 24.8 days: platforms fire at once when asked for more. */
export const maxTimerMs = 2 ** 31 - 1;

/** The times and bounds of a client's session; milliseconds and counts. */
export interface ClientLimits {
  /** From the request for a socket to the open socket. */
  readonly connectTimeoutMs: number;
  /** For the server's next step in greeting and login. A person's thinking time does not count. */
  readonly loginTimeoutMs: number;
  /** From our close to the peer's. */
  readonly closeTimeoutMs: number;
  /** Silence after which a v1 session is probed with `ping`; 0 never probes. */
  readonly pingIntervalMs: number;
  /** How long the answer to a probe may take before the link counts as dead. */
  readonly pongTimeoutMs: number;
  /** Submits that may wait for their echo or for a connection. More are refused at once. */
  readonly maxPending: number;
  /** Connection attempts in a row before a reconnecting client gives up. */
  readonly maxRetries: number;
}

/** What a client grants where nothing else is said. */
export const defaultClientLimits: ClientLimits = {
  connectTimeoutMs: 10_000,
  loginTimeoutMs: 30_000,
  closeTimeoutMs: 3000,
  pingIntervalMs: 25_000,
  pongTimeoutMs: 10_000,
  maxPending: 1024,
  maxRetries: 12,
};
