import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { LimitName } from "./limit-names.ts";
import type { ServerLimits } from "./limits.ts";
import { refuseRequest, refuseUpgrade, type Refusal } from "./refusal.ts";
import { toContext, type TlsMaterial } from "./tls/material.ts";

export interface HttpHandlers {
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onUpgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
  readonly onLimited: (limit: LimitName) => void;
  /** A handshake was answered here with this status. */
  readonly onRefused: (status: number) => void;
}

/** How often slow requests are looked for; ms. Node's own default is half a minute. */
const checkIntervalMs = 500;
const keepAliveMs = 5000;
/** How long an idle peer may stay silent before the system asks whether it is still there; ms. */
const tcpKeepAliveMs = 30_000;
const inactivityMs = 30_000;

/** An HTTP server, or with `tls` an HTTPS server, that no peer can hold up or bring down. */
export function createHttpServer(
  limits: ServerLimits,
  handlers: HttpHandlers,
  tls: TlsMaterial | null,
): Server | TlsServer {
  const { handshakeTimeoutMs, maxHeaderFields } = limits;
  const { onLimited } = handlers;
  const options = {
    headersTimeout: handshakeTimeoutMs,
    requestTimeout: handshakeTimeoutMs,
    connectionsCheckingInterval: Math.min(checkIntervalMs, handshakeTimeoutMs),
    keepAliveTimeout: keepAliveMs,
    keepAlive: true,
    keepAliveInitialDelay: tcpKeepAliveMs,
    maxHeaderSize: limits.maxHeaderBytes,
    // An offer of another protocol (h2c) may be passed over (RFC 9110 section 7.8).
    shouldUpgradeCallback: ({ headers: { upgrade = "" } }: IncomingMessage) =>
      upgrade === "websocket" || /websocket/i.test(upgrade),
  };
  const server =
    tls === null
      ? createServer(options)
      : createTlsServer({
          ...options,
          ...toContext(tls),
          // A wrong certificate is refused in words, by the gate; without one there are other ways in.
          requestCert: tls.clientCa !== undefined,
          rejectUnauthorized: false,
          handshakeTimeout: handshakeTimeoutMs,
        });
  // Node drops what is above its own count in silence.
  server.maxHeadersCount = 0;
  const isOverloaded = ({ rawHeaders }: IncomingMessage): boolean => {
    if (rawHeaders.length / 2 <= maxHeaderFields) return false;
    onLimited("max-headers");
    return true;
  };
  /** Each connection's newest answer to an ordinary request. */
  const answers = new WeakMap<Duplex, ServerResponse>();
  server.on("request", (request, response) => {
    answers.set(request.socket, response);
    // A peer that leaves its answer unread. Not for all connections: those of sessions outlive it.
    request.socket.setTimeout(inactivityMs);
    if (isOverloaded(request)) refuseRequest(response, tooManyFields);
    else handlers.onRequest(request, response);
  });
  server.on("upgrade", (request, socket, head) => {
    // Node has let go of the socket, and a reset without a listener would end the process.
    socket.on("error", destroyOnError);
    const refuse = (refusal: Refusal): void => {
      handlers.onRefused(refusal.status);
      refuseUpgrade(socket, refusal);
    };
    const before = answers.get(socket);
    // Node would write what it still owes into the middle of the frames.
    if (before?.closed === false) before.once("close", () => refuse(tooEarly));
    else if (isOverloaded(request)) refuse(tooManyFields);
    else if (socket instanceof Socket) handlers.onUpgrade(request, socket, head);
    else socket.destroy();
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    socket.on("error", destroyOnError);
    if (error.code === "ECONNRESET" || socket.destroyed) socket.destroy();
    else {
      const { limit, ...refusal } = requestProblem(error.code, limits);
      if (limit !== undefined) onLimited(limit);
      refuseUpgrade(socket, refusal);
    }
  });
  return server;
}

/** Of a socket that nobody else listens to; to be taken off where somebody does. */
export function destroyOnError(this: Duplex): void {
  this.destroy();
}

const tooManyFields: Refusal = {
  status: 431,
  message: "the request's header has more fields than this server takes",
};

const tooEarly: Refusal = {
  status: 400,
  message: "the handshake came before the request in front of it was answered; wait for that",
};

function requestProblem(
  code: string | undefined,
  { maxHeaderBytes }: ServerLimits,
): Refusal & { readonly limit?: LimitName } {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return {
        status: 431,
        message: `the request's header is larger than ${maxHeaderBytes / 1024} KiB`,
        limit: "max-header",
      };
    case "ERR_HTTP_REQUEST_TIMEOUT":
    case "ERR_TLS_HANDSHAKE_TIMEOUT":
      return {
        status: 408,
        message: "the request took too long",
        limit: "handshake-timeout",
      };
    default:
      return { status: 400, message: "this is not an HTTP/1.1 request" };
  }
}
