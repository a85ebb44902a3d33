import type { Frame } from "@wsecho/protocol";

/** What a transport reports. Calls after `closed`, and after `drop` or a throw, are ignored. */
export interface SocketListener {
  /**
   * `protocol` is the subprotocol that the server selected, `""` for none; `extensions` what both
   * agreed on, as in the answer's header, where the platform tells.
   */
  readonly opened: (protocol: string, extensions?: string) => void;
  /** One whole message. */
  readonly message: (frame: Frame) => void;
  /** `detail` says why the socket never opened, where the platform tells. */
  readonly closed: (code: number, reason: string, detail?: string) => void;
}

/** One WebSocket connection. */
export interface Socket {
  /** A string is a text message, bytes are a binary one. */
  readonly send: (data: string | Uint8Array) => void;
  /** Starts the closing handshake; 1000 or 3000–4999, and at most 123 bytes of reason. */
  readonly close: (code: number, reason: string) => void;
  /** Lets go of the connection without waiting for anything. */
  readonly drop: () => void;
  /** Delivers nothing until `resume`, and so holds back the peer; absent where that cannot be. */
  readonly pause?: () => void;
  /** Delivers again, what was held back first. */
  readonly resume?: () => void;
}

/**
 * Opens a WebSocket. It may throw: the connection then counts as failed, for the thrown reason.
 *
 * @param protocols the subprotocols to offer; none for the plain dialect
 */
export type Transport = (
  url: string,
  protocols: readonly string[],
  listener: SocketListener,
) => Socket;
