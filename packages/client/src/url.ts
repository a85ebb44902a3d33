import { failure, success, type Result } from "@wsecho/protocol";

/** Where a session goes, and what that says about secrets on the way. */
export interface Target {
  /** For the transport. */
  readonly url: string;
  /** For messages: without query, which may hold a token. */
  readonly shown: string;
  /** Nobody on the way can read along: TLS, or the connection never leaves this machine. */
  readonly private: boolean;
}

const schemes: Readonly<Record<string, string>> = {
  "ws:": "ws:",
  "wss:": "wss:",
  "http:": "ws:",
  "https:": "wss:",
  // The ws package's way to a Unix socket.
  "ws+unix:": "ws+unix:",
};

/** An error never repeats the URL: it may hold a password. */
export function parseTarget(input: string | URL): Result<Target, string> {
  const url = parse(input);
  const scheme = url === null ? undefined : schemes[url.protocol];
  if (url === null || scheme === undefined)
    return failure("this is not a WebSocket URL; write ws://host:port or wss://host");
  if (url.username !== "" || url.password !== "") {
    return failure(
      "the URL holds a user name or password, and URLs end up in logs; pass them as options",
    );
  }
  // WebSocket URLs have none, not even an empty one (RFC 6455 section 3).
  url.hash = "";
  const rest = url.href.slice(url.protocol.length);
  const shown = rest.slice(0, rest.length - url.search.length);
  return success({
    url: scheme + rest,
    shown: scheme + shown,
    private: scheme === "wss:" || scheme === "ws+unix:" || isLoopback(url.hostname),
  });
}

/** `URL.parse` is younger than the oldest platforms that this runs on. */
function parse(input: string | URL): URL | null {
  try {
    return new URL(input);
  } catch {
    return null;
  }
}

/**
 * Whether a URL's `hostname` is this very machine, so that nobody on the way can read along. The URL
 * parser has already written every form of an address in the usual one.
 */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}
