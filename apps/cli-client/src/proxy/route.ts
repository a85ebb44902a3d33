import { asksForWebSocket, parseHead, valuesOf } from "@wsecho/wire";
import { failure, success, type Result } from "@wsecho/protocol";
import { hostOf } from "../target.ts";

/** Where the other leg of a connection goes. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** A client's first request, and what to do with it. */
export type Route =
  /** CONNECT: what follows is between the client and that host. */
  | { readonly kind: "tunnel"; readonly to: Upstream }
  /** The request goes on as `head`, which may be what came. */
  | {
      readonly kind: "forward";
      readonly to: Upstream;
      readonly head: Uint8Array;
      /** What in it is not as it came, in words. */
      readonly changed: string | undefined;
    };

export interface Refusal {
  readonly status: number;
  readonly says: string;
}

export interface RouteOptions {
  /** Where everything goes; without it this is an HTTP proxy. */
  readonly target: URL | undefined;
  /** Leave `Host` as the client wrote it, also where the target has another name. */
  readonly keepHost: boolean;
}

export function upstreamOf(url: URL): Upstream {
  const tls = url.protocol === "wss:" || url.protocol === "https:";
  return {
    host: hostOf(url),
    port: url.port === "" ? (tls ? 443 : 80) : Number(url.port),
    tls,
  };
}

/** Reads the head of a client's first request (RFC 9112 sections 3.2.1 to 3.2.3). */
export function findRoute(bytes: Uint8Array, options: RouteOptions): Result<Route, Refusal> {
  const head = parseHead(Buffer.from(bytes).toString("latin1"));
  const [method, target, version] = head.first;
  if (!version.startsWith("HTTP/1."))
    return failure({ status: 400, says: "This is no HTTP/1.1 request." });
  const isPath = target.startsWith("/") || target === "*";
  if (options.target !== undefined) {
    if (method === "CONNECT" || !isPath)
      return failure({
        status: 405,
        says: "This wsecho proxy has a --target, and is no HTTP proxy. Connect to it as to the server itself, or start it without --target.",
      });
    return success(toTarget(head.text, bytes, { ...options, target: options.target }));
  }
  if (method === "CONNECT") {
    const to = URL.parse(`http://${target}`);
    if (to?.pathname !== "/" || !/:\d+$/.test(target))
      return failure({ status: 400, says: "CONNECT takes host:port." });
    return success({ kind: "tunnel", to: { ...upstreamOf(to), port: Number(to.port || 80) } });
  }
  if (isPath)
    return failure({
      status: 400,
      says: "This wsecho proxy has no --target, so it is an HTTP proxy: name it as that in the client's settings (CONNECT, or a request with the whole URL), or start it with --target URL.",
    });
  const url = URL.parse(target);
  if (!/^(http|ws):$/.test(url?.protocol ?? "") || url === null)
    return failure({ status: 400, says: "The URL of the request is none of http:// or ws://." });
  return success(toOrigin(head.text, url));
}

function toTarget(
  text: string,
  bytes: Uint8Array,
  { target, keepHost }: RouteOptions & { readonly target: URL },
): Route {
  let sent = text;
  const changes: string[] = [];
  const own = `${target.pathname}${target.search}`;
  if (own !== "/") {
    sent = sent.replace(/^(\S+) \/ /, (_all, method: string) => `${method} ${own} `);
    if (sent !== text) changes.push("the path of --target");
  }
  const withHost = keepHost ? sent : sent.replace(/^(host:[ \t]*)[^\r\n]*/im, `$1${target.host}`);
  if (withHost !== sent) changes.push("the Host of --target");
  return {
    kind: "forward",
    to: upstreamOf(target),
    head: withHost === text ? bytes : Buffer.from(withHost, "latin1"),
    changed:
      changes.length === 0 ? undefined : `the request was sent on with ${changes.join(" and ")}`,
  };
}

/** Absolute form becomes origin form, and what is meant for the proxy stays here. */
function toOrigin(text: string, url: URL): Route {
  const [line = "", ...fields] = text.split(/\r?\n/);
  const kept = fields.filter((field) => !/^proxy-(connection|authorization):/i.test(field));
  const first = line.replace(/ \S+ /, ` ${url.pathname}${url.search} `);
  let head = [first, ...kept].join("\r\n");
  // Of other requests each is a connection of its own, or the next one might be for another host.
  if (!asksForWebSocket(parseHead(text))) {
    const { headers } = parseHead(head);
    head =
      valuesOf(headers, "Connection").length > 0
        ? head.replace(/^connection:.*$/im, "Connection: close")
        : head.replace(/\r\n\r\n$/, "\r\nConnection: close\r\n\r\n");
  }
  return {
    kind: "forward",
    to: upstreamOf(url),
    head: Buffer.from(head, "latin1"),
    changed: "the request was sent on with its path alone, as to the server itself",
  };
}
