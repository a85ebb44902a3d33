import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { failure, success, type Result } from "@wsecho/protocol";
import type { TlsOptions } from "../certificates.ts";
import { showSubprotocol } from "../connection/headers.ts";
import type { Address } from "../options/values.ts";

export interface ListenerOptions {
  readonly address: Address;
  /** `null` for `ws:`. */
  readonly tls: TlsOptions | null;
  /** A client has to offer one of them; empty takes whatever a client offers first. */
  readonly subprotocols: readonly string[];
  /** The largest message, in bytes. */
  readonly maxSize: number;
  /** Whether there is room for one more client. */
  readonly admits: () => boolean;
  readonly onClient: (socket: WebSocket, request: IncomingMessage) => void;
  /** Whoever was turned away, and why. */
  readonly onRefusal: (from: string, why: string) => void;
}

export interface Listener {
  /** With the port that was found, where any was wanted. */
  readonly url: string;
  /** Takes nobody any more; who is connected stays. */
  readonly close: () => void;
}

/** What keeps a peer from costing much before it is a client, in milliseconds. */
const patience = { headersTimeout: 10_000, requestTimeout: 10_000, keepAliveTimeout: 1000 };
/** After so long a silence TCP looks whether the peer is still there. */
const tcpProbeMs = 30_000;

/** Listens; the error says why it cannot. */
export async function startListener(options: ListenerOptions): Promise<Result<Listener, string>> {
  const { address, tls, subprotocols } = options;
  const settings = {
    ...patience,
    connectionsCheckingInterval: 1000,
    keepAlive: true,
    keepAliveInitialDelay: tcpProbeMs,
  };
  const server =
    tls === null ? createServer(settings) : createSecureServer({ ...settings, ...tls });
  const shown = address.host.includes(":") ? `[${address.host}]` : address.host;
  const scheme = tls === null ? "ws" : "wss";
  const urlOf = (port: number): string => `${scheme}://${shown}:${port}`;

  server.on("request", (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(426, { upgrade: "websocket", connection: "close" });
    response.end("This is a WebSocket server: connect to it with a WebSocket client.\n");
  });
  const refusalOf = (request: IncomingMessage): readonly [status: number, why: string] | null => {
    if (!options.admits()) return [503, "there are enough clients"];
    const offered = offers(request);
    if (subprotocols.length > 0 && !subprotocols.some((name) => offered.includes(name)))
      return [400, `it offered ${offered.map(showSubprotocol).join(", ") || "no subprotocol"}`];
    return null;
  };
  const sockets = new WebSocketServer({
    server,
    maxPayload: options.maxSize,
    clientTracking: false,
    perMessageDeflate: false,
    verifyClient: ({ req }: { readonly req: IncomingMessage }, done) => {
      const refusal = refusalOf(req);
      if (refusal !== null) options.onRefusal(addressOf(req), refusal[1]);
      done(refusal === null, refusal?.[0]);
    },
    handleProtocols: (offered) =>
      subprotocols.length === 0
        ? ([...offered][0] ?? false)
        : (subprotocols.find((name) => offered.has(name)) ?? false),
  });
  sockets.on("connection", options.onClient);
  sockets.on("wsClientError", (error, socket, request) => {
    options.onRefusal(addressOf(request), error.message);
    // `ws` leaves the answer to who listens to this.
    socket.once("finish", () => socket.destroy());
    socket.end(
      "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nSec-WebSocket-Version: 13\r\n" +
        `Content-Type: text/plain\r\n\r\n${error.message}\n`,
    );
  });

  server.listen(address.port, address.host);
  try {
    // It passes on what the server beneath it says.
    await once(sockets, "listening");
  } catch (error) {
    return failure(`${urlOf(address.port)} cannot be listened on: ${reasonOf(error)}`);
  }
  sockets.on("error", (error) => options.onRefusal("somebody", error.message));
  return success({
    url: urlOf((server.address() as AddressInfo).port),
    close: () => {
      server.close();
      server.closeIdleConnections();
    },
  });
}

/** `192.0.2.7:51234`. */
export function addressOf({ socket }: IncomingMessage): string {
  const { remoteAddress = "?", remotePort = "?" } = socket;
  return `${remoteAddress.includes(":") ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
}

function offers(request: IncomingMessage): readonly string[] {
  return (request.headers["sec-websocket-protocol"] ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function reasonOf(error: unknown): string {
  const { code = "unknown error" } = error as NodeJS.ErrnoException;
  switch (code) {
    case "EADDRINUSE":
      return "the port is taken; take another, or 0 for any that is free";
    case "EACCES":
      return "not allowed; ports below 1024 are the system's";
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return "this machine has no such address";
    default:
      return code;
  }
}
