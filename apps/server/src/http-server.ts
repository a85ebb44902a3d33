import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import { Socket } from "node:net";
import type { ServerLimits } from "./limits.ts";
import { refuseUpgrade, type Refusal } from "./refusal.ts";
import { toContext, type TlsMaterial } from "./tls/material.ts";

export interface HttpHandlers {
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onUpgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
}

/** How often slow requests are looked for; ms. Node's own default is half a minute. */
const checkIntervalMs = 500;
const keepAliveMs = 5000;
const inactivityMs = 30_000;

/** An HTTP server, or with `tls` an HTTPS server, that no peer can hold up or bring down. */
export function createHttpServer(
  limits: ServerLimits,
  handlers: HttpHandlers,
  tls: TlsMaterial | null,
): Server | TlsServer {
  const { handshakeTimeoutMs } = limits;
  const options = {
    headersTimeout: handshakeTimeoutMs,
    requestTimeout: handshakeTimeoutMs,
    connectionsCheckingInterval: Math.min(checkIntervalMs, handshakeTimeoutMs),
    keepAliveTimeout: keepAliveMs,
    maxHeaderSize: 16 * 1024,
    // An offer of another protocol (h2c) may be passed over (RFC 9110 section 7.8).
    shouldUpgradeCallback: (request: IncomingMessage) =>
      /websocket/i.test(request.headers.upgrade ?? ""),
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
  // A peer that leaves its answer unread.
  server.timeout = inactivityMs;
  server.on("request", handlers.onRequest);
  server.on("upgrade", (request, socket, head) => {
    // Node has let go of the socket, and a reset without a listener would end the process.
    socket.on("error", () => socket.destroy());
    if (socket instanceof Socket) handlers.onUpgrade(request, socket, head);
    else socket.destroy();
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    socket.on("error", () => socket.destroy());
    if (error.code === "ECONNRESET" || socket.destroyed) socket.destroy();
    else refuseUpgrade(socket, requestProblem(error.code));
  });
  return server;
}

function requestProblem(code: string | undefined): Refusal {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return { status: 431, message: "the request's header is larger than 16 KiB" };
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return { status: 408, message: "the request took too long" };
    default:
      return { status: 400, message: "this is not an HTTP/1.1 request" };
  }
}
