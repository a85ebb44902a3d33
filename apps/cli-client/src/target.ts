import { isLoopback } from "@wsecho/client";
import { failure, success, type Result } from "@wsecho/protocol";

/** Where to connect, with the credentials taken out of the URL. */
export interface Target {
  /** `ws:` or `wss:`, without user info: safe to print. */
  readonly url: URL;
  readonly username?: string;
  readonly password?: string;
}

const schemes: Readonly<Record<string, string>> = {
  "ws:": "ws:",
  "wss:": "wss:",
  "http:": "ws:",
  "https:": "wss:",
};

/**
 * Reads what a person types for a server: a URL, `host:port/path`, or `:port/path` on this
 * machine. Without a scheme it is `ws://`. The error never repeats the text: it may hold a password.
 */
export function parseTarget(text: string): Result<Target, string> {
  const trimmed = text.trim();
  if (trimmed === "") return failure("the URL is empty; for example ws://127.0.0.1:5678");
  const local = trimmed.startsWith(":") ? `localhost${trimmed}` : trimmed;
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(local) ? local : `ws://${local}`);
  if (url === null)
    return failure("this is not a URL; it should look like ws://host:port/path or :port/path");
  const scheme = schemes[url.protocol];
  if (scheme === undefined)
    return failure(`the scheme ${url.protocol}// is not a WebSocket's; use ws:// or wss://`);
  if (url.hash !== "")
    return failure("a WebSocket URL has no #fragment (RFC 6455 section 3); write # as %23");
  url.protocol = scheme;
  const username = decode(url.username);
  const password = decode(url.password);
  if (username === undefined || password === undefined)
    return failure("the user name or password in the URL is not percent-encoded UTF-8");
  url.username = "";
  url.password = "";
  return success({
    url,
    ...(username === "" ? {} : { username }),
    ...(password === "" ? {} : { password }),
  });
}

/** The URL with `path` behind its own, unless it ends in that already. */
export function addPath(url: URL, path: string): URL {
  if (path === "") return url;
  const longer = new URL(url);
  const before = url.pathname.replace(/\/$/, "");
  longer.pathname = before.endsWith(path) ? before : before + path;
  return longer;
}

/**
 * The URL with path and query of a request's target instead of its own. The target may stand in a
 * capture that others made: it never leads to another server.
 */
export function askFor(url: URL, target: string): URL {
  // A client of an HTTP proxy asks with the whole URL.
  const [, path = "", query = ""] =
    /^(?:[a-z][a-z\d+.-]*:\/\/[^/?#]*)?([^?#]*)(\?[^#]*)?/i.exec(target) ?? [];
  const asked = new URL(url);
  asked.pathname = path;
  // Not what a capture hides.
  asked.search = query === "?***" ? "" : query;
  return asked;
}

/** The host as an address or a name: without the brackets of an address of IPv6. */
export function hostOf({ hostname }: URL): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

/** Nobody on the way can read along: TLS, or the connection never leaves this machine. */
export function isPrivate({ protocol, hostname }: URL): boolean {
  return protocol === "wss:" || isLoopback(hostname);
}

/** Whether a secret in a handshake could be read on its way, and nobody allowed that. */
export function isExposed(
  url: URL,
  { allowInsecurePassword }: { readonly allowInsecurePassword?: boolean },
): boolean {
  return !isPrivate(url) && allowInsecurePassword !== true;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** A parameter of ours that is no secret (PROTOCOL.md F1), without anything that could be one. */
const harmless = /^fault=[a-z\d:@.,-]{1,200}$/;

/**
 * A query, from its `?` on, without what is not ours: some servers take a token there, and what is
 * printed ends up in logs.
 */
export function showQuery(query: string): string {
  if (query === "") return "";
  const parts = query.slice(1).split("&");
  const known = parts.filter((part) => harmless.test(part));
  return `?${[...known, ...(known.length < parts.length ? ["…"] : [])].join("&")}`;
}

/** The other part of a path's query: what an answer must not repeat. */
export function secretPath(path: string): string {
  const query = path.indexOf("?");
  if (query < 0) return path;
  const secret = path
    .slice(query + 1)
    .split("&")
    .filter((part) => !harmless.test(part));
  return path.slice(0, query) + (secret.length > 0 ? `?${secret.join("&")}` : "");
}

/** The URL as a person wrote it, without the slash that the parser adds, its query as it may be shown. */
export function showTarget(url: URL): string {
  const shown = new URL(url);
  shown.search = "";
  const text = shown.pathname === "/" ? shown.href.slice(0, -1) : shown.href;
  return text + showQuery(url.search);
}
