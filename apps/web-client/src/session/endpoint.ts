import { isLoopback } from "@wsecho/client";
import { failure, success, type Result } from "@wsecho/protocol";
import { shownAddress } from "./public-address.ts";
import type { Dialect } from "./target.ts";

export interface Endpoint {
  /** `ws:` or `wss:`, normalized. */
  readonly url: string;
  readonly encrypted: boolean;
  /** Whether the server is this machine, so that nobody is in between. */
  readonly loopback: boolean;
}

export type EndpointProblem =
  | "empty"
  | "syntax"
  | "scheme"
  /** A user name or password in the URL: it would be shown, logged and remembered. */
  | "credentials"
  /** WebSocket URLs have no fragment (RFC 6455 section 3). */
  | "fragment"
  /** A page that came over https may not open an unencrypted connection. */
  | "mixedContent";

const webSocketSchemes: Readonly<Record<string, string>> = {
  "ws:": "ws:",
  "wss:": "wss:",
  "http:": "ws:",
  "https:": "wss:",
};

/**
 * What a person typed as the server's address. An address without a scheme, and one copied from
 * the address bar, are understood.
 *
 * @param pageProtocol the page's own `location.protocol`
 */
export function parseEndpoint(
  text: string,
  pageProtocol: string,
): Result<Endpoint, EndpointProblem> {
  const typed = text.trim();
  if (typed === "") return failure("empty");
  const secure = pageProtocol === "https:";
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed)
    ? typed
    : `${secure ? "wss" : "ws"}://${typed}`;
  if (!URL.canParse(full)) return failure("syntax");
  const url = new URL(full);
  const scheme = webSocketSchemes[url.protocol];
  if (scheme === undefined) return failure("scheme");
  if (url.username !== "" || url.password !== "") return failure("credentials");
  if (url.hash !== "" || full.endsWith("#")) return failure("fragment");
  url.protocol = scheme;
  const loopback = isLoopback(url.hostname);
  const encrypted = scheme === "wss:";
  // Browsers let a secure page talk to this very machine.
  if (secure && !encrypted && !loopback) return failure("mixedContent");
  return success({ url: url.href, encrypted, loopback });
}

/** Where a page that came from `location` finds its own server. */
export function ownServer(location: { readonly protocol: string; readonly host: string }): string {
  if (location.host === "" || !/^https?:$/.test(location.protocol)) return "ws://127.0.0.1:5678";
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}`;
}

/** Host and path, without a query, which may hold a token: short enough for a heading. */
export function shortAddress(url: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  return parsed.pathname === "/" ? parsed.host : parsed.host + parsed.pathname;
}

/** Whether an address asks a server for faults (PROTOCOL.md section 13), rightly or not. */
export function asksForFaults(address: string): boolean {
  return /[?&]faults?(-reason)?(=|&|$)/i.test(address);
}

/**
 * The terminal client's command for the same server; it sees the handshake, a page does not. Secrets of
 * the address are for whoever runs it to fill in.
 */
export function terminalCommand(url: string, dialect: Dialect, byCertificate = false): string {
  const shown = shownAddress(url).replace(/^(wss?:\/\/[^/?#]+)\/$/, "$1");
  return `wsecho connect ${shellWord(shown)}${dialect === "plain" ? " --dialect plain" : ""}${
    byCertificate ? " --cert FILE --key FILE" : ""
  }`;
}

/** The same for the terminal's look at the wire, from the handshake's headers on. */
export function inspectCommand(url: string, dialect: Dialect): string {
  return terminalCommand(url, dialect).replace("wsecho connect", "wsecho inspect");
}

/** `text` as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w:/.~%@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
