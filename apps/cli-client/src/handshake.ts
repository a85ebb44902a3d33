import type { ClientRequest } from "node:http";
import type { Socket } from "node:net";
import { wsTransport, type Transport, type WsOptions } from "@wsecho/client/ws";
import type WebSocket from "ws";
import { readRefusal } from "./refusal.ts";

/** Why no WebSocket opened, in more words than an error message has. */
export type HandshakeFailure =
  | {
      readonly kind: "http";
      readonly status: number;
      readonly statusText: string;
      /** As everything of the answer: without what lets somebody in. */
      readonly location: string | undefined;
      /** What `Retry-After` says, in seconds; `null` where it says none. */
      readonly retryAfterS: number | null;
      /** As the server sent them, in pairs of a name and a value. */
      readonly headers: readonly (readonly [string, string])[];
      /** The beginning of the body, where it is text meant for a person; else empty. */
      readonly body: string;
    }
  | { readonly kind: "tls"; readonly code: string; readonly detail: string }
  | { readonly kind: "network"; readonly code: string; readonly detail: string }
  /** A proxy did not let us through. */
  | { readonly kind: "proxy"; readonly detail: string }
  /** The server answered, but not as RFC 6455 section 4 asks. */
  | { readonly kind: "invalid"; readonly detail: string };

export interface Handshakes {
  readonly transport: Transport;
  /** Of the last attempt; `null` while there was none. */
  readonly failure: () => HandshakeFailure | null;
  /** The latest WebSocket; `null` before the first. */
  readonly live: () => WebSocket | null;
}

/** The `Authorization` of a connection that is about to open; `null` for none. */
export type Authorize = () => string | null;

/**
 * The `ws` transport, which here also remembers why a connection did not come about.
 *
 * @param onSocket gets each connection before anything was written to it
 * @param onRequest gets each request with its WebSocket, before anything is sent
 */
export function watchHandshakes(
  authorize: Authorize = () => null,
  options: WsOptions = {},
  onSocket: (socket: Socket) => void = () => undefined,
  onRequest: (request: ClientRequest, socket: WebSocket) => void = () => undefined,
): Handshakes {
  let failure: HandshakeFailure | null = null;
  let live: WebSocket | null = null;
  let origin = "";
  const transport = wsTransport({
    ...options,
    finishRequest: (request, socket) => {
      const isRedirect = live === socket;
      live = socket;
      const here = new URL(socket.url).origin;
      if (!isRedirect) origin = here;
      // After a redirect the listeners of the WebSocket are there already.
      if (!isRedirect) {
        socket.on("error", (error: NodeJS.ErrnoException) => {
          if (live === socket) failure ??= classify(error);
        });
        socket.on("unexpected-response", (asked, response) => {
          // An answer of the proxy in place of the server's has been noted as such.
          if (failure !== null) return;
          void readRefusal(asked, response).then((refusal) => {
            // Meanwhile another attempt may have begun, which this is not the end of.
            if (live === socket) failure = refusal;
            abandon(socket);
          });
        });
      }
      failure = null;
      request.once("socket", onSocket);
      request.on("proxyConnect", ({ statusCode }: { readonly statusCode: number }) => {
        if (statusCode !== 200)
          failure = { kind: "proxy", detail: `it answered CONNECT with HTTP ${statusCode}` };
      });
      const authorization = here === origin ? authorize() : null;
      if (authorization !== null) request.setHeader("Authorization", authorization);
      onRequest(request, socket);
      request.end();
    },
  });
  return { transport, failure: () => failure, live: () => live };
}

function abandon(socket: WebSocket): void {
  if (socket.readyState === socket.CONNECTING) socket.terminate();
}

const tlsCodes = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO$|HOSTNAME_)/;

function classify(error: NodeJS.ErrnoException): HandshakeFailure {
  const { code } = error;
  // A name with several addresses fails with an error that holds one error for each of them.
  const detail =
    error instanceof AggregateError && error.message === ""
      ? error.errors.map((each) => (each instanceof Error ? each.message : "")).join("; ")
      : error.message;
  if (/proxy|socks/i.test(detail) || isOfSocks(error)) return { kind: "proxy", detail };
  if (code === undefined || code.startsWith("HPE_") || code.startsWith("WS_ERR_"))
    return { kind: "invalid", detail };
  if (!tlsCodes.test(code)) return { kind: "network", code, detail };
  // OpenSSL hides its few words among places in its source.
  const [, words = detail] = /:SSL routines:[^:]*:([^:]+):/.exec(detail) ?? [];
  // Node goes on with advice for whoever starts Node.
  return { kind: "tls", code, detail: words.split(/; if the root CA|\. Reason: /, 1)[0] ?? words };
}

/** What the SOCKS library throws: it knows its proxy, and has no code where nothing listens there. */
function isOfSocks(error: object): boolean {
  const { options } = error as { readonly options?: unknown };
  return typeof options === "object" && options !== null && "proxy" in options;
}
