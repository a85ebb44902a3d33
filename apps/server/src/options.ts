import type { TrustedProxies } from "./forwarded.ts";
import type { MessageHandler, SessionContext } from "./handler.ts";
import type { ServerLimits } from "./limits.ts";
import type { Log } from "./log.ts";
import type { Meter } from "./meter.ts";
import type { RecordOptions } from "./tap/record-options.ts";
import type { Store } from "./store/store.ts";
import type { TlsMaterial } from "./tls/material.ts";
import type { UserStore } from "./users.ts";

/** What may change while the server runs; see {@link EchoServer.setRules}. */
export interface RuleOptions {
  /** Bounds and times; each has a default. */
  readonly limits?: Partial<ServerLimits>;
  /**
   * How long a login by password holds unless it is renewed; ms. Default: as long as the session.
   * Tokens and certificates say themselves when they end.
   */
  readonly loginLifetimeMs?: number;
  /**
   * The longest that a client may stay logged in by a token that it asks for with its password; ms,
   * at most 30 days. `null`: there are none. Default 7 days; without a `store` there are none.
   */
  readonly rememberMs?: number | null;
  /**
   * How long a password that was right is known again without its PBKDF2 rounds; ms. Meanwhile a
   * keyed hash of it stands in this process's memory. `null`: not at all. Default 5 minutes.
   */
  readonly passwordCacheMs?: number | null;
  /** Whether messages are compressed (RFC 7692) where the peer offers it; default false. */
  readonly compress?: boolean;
  /** Whether clients that offer no subprotocol get the plain dialect; default true. */
  readonly plain?: boolean;
  /** Opens `/echo`, and only that, to everybody; default false. */
  readonly allowAnonymous?: boolean;
  /**
   * Whether a connection may ask, in the query of its URL, to be treated badly (PROTOCOL.md section
   * 13); default false.
   */
  readonly faults?: boolean;
  /**
   * Origins of pages, as browsers write them (`https://example.org`), that may connect beside those
   * of the server's own host. Default: none where a browser may add credentials by itself (`/echo`,
   * an Authorization header, a client certificate), all where the login travels inside the session.
   * `null` in the list stands for pages opened from disk, for such sessions only.
   */
  readonly allowOrigins?: readonly string[];
  /** Host names that requests may carry, beside those of loopback and `host`. */
  readonly allowHosts?: readonly string[];
  /**
   * The proxies whose `X-Forwarded-For` counts: how many stand in a row before this server, or which
   * addresses they have. Default: none, the header is ignored.
   */
  readonly trustProxy?: TrustedProxies;
}

interface CommonOptions<Context> extends RuleOptions {
  /** The address to listen on; default 127.0.0.1, so that only this machine can connect. */
  readonly host?: string;
  /** 0 to 65535, where 0 takes any that is free; default 5678. */
  readonly port?: number;
  /** Who may log in. Needed, unless `allowAnonymous` leaves something to do without. */
  readonly users?: UserStore;
  /**
   * Who may log in, in a database that other servers and `wsecho-server users` share; instead of
   * `users`. It also counts failed logins, issues tokens, and knows who is and was logged in. Close
   * it after the server.
   */
  readonly store?: Store;
  /** Answers messages; default: each is answered by itself. */
  readonly onMessage?: MessageHandler<Context>;
  /** What stands before a plain reply; default `your submit context: `. */
  readonly plainPrefix?: string;
  /** The folder of a built web client; default the one that comes along; `null` serves none. */
  readonly webRoot?: string | null;
  /**
   * Speaks TLS, and only that: `wss:` and `https:`. With `clientCa` a certificate of these
   * authorities logs in as the user that its common name (CN) names; without one the other ways in
   * are open as before.
   */
  readonly tls?: TlsMaterial;
  /**
   * Writes what goes over the wire, of every connection, to files. `listen` rejects where it cannot;
   * a disk that is full later stops the recording, not the server.
   */
  readonly record?: RecordOptions;
  /** Counts what happens; default: nothing is counted. */
  readonly meter?: Meter;
  /** Default: silence. */
  readonly log?: Log;
}

/**
 * What `createServer` takes. `context` makes what the handler gets as its second argument, and is
 * needed where that is to be a type of one's own.
 */
export type ServerOptions<Context = SessionContext> = CommonOptions<Context> &
  ([SessionContext] extends [Context]
    ? { readonly context?: (session: SessionContext) => Context }
    : { readonly context: (session: SessionContext) => Context });

export interface Listening {
  /** `ws://host:port`, or `wss:` with TLS, for clients on this machine. */
  readonly url: string;
  readonly httpUrl: string;
  /** Whether the web client is served there; not where it has not been built, or `webRoot` is null. */
  readonly hasPage: boolean;
  readonly port: number;
}

export type Readiness =
  { readonly ready: true } | { readonly ready: false; readonly reason: string };

export interface EchoServer extends AsyncDisposable {
  /**
   * Once. Rejects with the system's error, such as EADDRINUSE, or with an Error where `webRoot`
   * holds no web client.
   */
  listen(): Promise<Listening>;
  /**
   * Answers what was accepted, closes every session with 1001 (1012 where `restarting`), refuses
   * new ones with 503 meanwhile, and cuts what is left after `limits.drainTimeoutMs`. Calling it
   * again waits for the same end.
   */
  close(options?: { readonly restarting?: boolean }): Promise<void>;
  /**
   * The certificate for connections from now on; open ones go on. Throws TypeError where the server
   * was made without TLS, or `clientCa` is there now and was not before, or the other way round; the
   * system's error where the material is broken, and keeps the old.
   */
  setTls(material: TlsMaterial): void;
  /**
   * The rules for connections from now on; open ones keep theirs. What is left out gets its default,
   * as in `createServer`; `limits.handshakeTimeoutMs`, `maxHeaderBytes` and `maxHeaderFields` stay as
   * they were at the start. Throws as `createServer` does, and keeps the old.
   */
  setRules(rules: RuleOptions): void;
  /** Whether it makes sense to send somebody here now; within some seconds. */
  readiness(): Promise<Readiness>;
}
