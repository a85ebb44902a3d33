import type { ClientLimits, Denied, DialectName } from "@wsecho/protocol";
import type { Clock } from "./clock.ts";
import type { SessionEvent } from "./events.ts";
import type { Transport } from "./socket/transport.ts";

/** Who logs in: a name with a password, or a token that the server issued. */
export type Credentials =
  { readonly username: string; readonly password: string } | { readonly token: string };

/** What a server wants when it asks for a login. */
export interface CredentialsRequest {
  readonly dialect: DialectName;
  /** What the server offers, for example `scram-sha-256`; it may name ones nobody here knows. */
  readonly mechanisms: readonly string[];
  /** The refusal that this request follows; `null` for a first try. */
  readonly denied: Denied | null;
  /** The session is logged in and its login runs out. */
  readonly renewal: boolean;
}

/**
 * Gives credentials, or `null` to give up. `signal` aborts when the answer is no longer wanted: the
 * connection ended, or the session was closed.
 */
export type CredentialsProvider = (
  request: CredentialsRequest,
  signal: AbortSignal,
) => Credentials | null | Promise<Credentials | null>;

/** What a session does to stay logged in without keeping the password. */
export interface RememberOptions {
  /** How long the token should be good for, in milliseconds, from 1; the server may grant less. */
  readonly forMs: number;
  /**
   * Gets the token, once the server has proven itself. It is as good as the password until it ends,
   * or the user changes: keep it where only its user can read it. It must not throw.
   */
  readonly take: (token: string) => void;
}

/** How to reach a server and log in; every part has a default but the login. */
export interface ConnectOptions {
  readonly username?: string;
  readonly password?: string;
  readonly token?: string;
  /**
   * Asked for credentials at first login, after a refusal (`request.denied` is set), at renewal and
   * after reconnects. Where `username`, `password` or `token` are given too, those are offered
   * first on each connection, until the server refuses them once.
   */
  readonly credentials?: CredentialsProvider;
  /**
   * The upgrade request itself carries the login, for example by `headers` of `wsTransport`: no
   * credentials are asked for. Default `false`.
   */
  readonly handshakeLogin?: boolean;
  /**
   * Asks, with each login by password, for a token to log in with later. Where there will be none an
   * event `problem` says why: a server that gives none, or a connection that anybody could read.
   */
  readonly remember?: RememberOptions;
  /** Default `"v1"`. `"auto"` is v1, then plain to servers that know nothing else. */
  readonly dialect?: DialectName | "auto";
  /**
   * Permits sending the password itself (or a token) over an unencrypted connection to another
   * machine. SCRAM never needs it.
   */
  readonly allowInsecurePassword?: boolean;
  /** Opens a lost session again and logs in again. Default `false`. The first connect is not retried. */
  readonly reconnect?: boolean;
  /** Gives up connecting and logging in. Once the session is ready it has no effect: use `close()`. */
  readonly signal?: AbortSignal;
  /** Default: the platform's `WebSocket`. See also `@wsecho/client/ws`. */
  readonly transport?: Transport;
  readonly limits?: Partial<ClientLimits>;
  /** Received messages kept until an iterator takes them; default 1024. */
  readonly bufferMessages?: number;
  /** Payload bytes that may be unanswered, and as many that may be unread; default 16 MiB. */
  readonly bufferBytes?: number;
  /** Called for everything that happens, in order. It must not throw. */
  readonly onEvent?: (event: SessionEvent) => void;
  readonly clock?: Clock;
  /** From 0 (inclusive) to 1 (exclusive); spreads reconnects. Default `Math.random`. */
  readonly random?: () => number;
}

/** What one message may ask for. */
export interface SubmitOptions {
  /** Stops waiting. A message that has left cannot be taken back: its echo is then ignored. */
  readonly signal?: AbortSignal;
  /**
   * With `reconnect`: after a lost connection send it again on the next one, instead of reporting
   * it lost. The server may then have seen it twice.
   */
  readonly resend?: boolean;
}

/** How to say goodbye. */
export interface CloseOptions {
  /** 1000 (default) or 3000–4999. */
  readonly code?: number;
  /** Cut to the 123 bytes that fit a close frame. */
  readonly reason?: string;
  /** Cuts the connection instead of waiting any longer for the server's goodbye. */
  readonly signal?: AbortSignal;
}
