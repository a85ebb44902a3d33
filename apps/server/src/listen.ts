import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import {
  defaultLimits,
  negotiate,
  type Limits,
  type Reply,
  type Submission,
} from "@wsecho/protocol";
import { createAuthenticator } from "./authenticate.ts";
import { runSession, type RunningSession } from "./session.ts";
import type { UserStore } from "./users.ts";

export interface ServerOptions {
  readonly host?: string;
  readonly port?: number;
  readonly users: UserStore;
  readonly limits?: Partial<Limits>;
  readonly plain?: boolean;
}

export interface EchoServer extends AsyncDisposable {
  listen(): Promise<{ readonly url: string; readonly httpUrl: string; readonly port: number }>;
  close(options?: { readonly restarting?: boolean }): Promise<void>;
}

export function createServer(options: ServerOptions): EchoServer {
  const limits = { ...defaultLimits, ...options.limits };
  const sessions = new Set<RunningSession>();
  const http = createHttpServer((_request, response) => {
    response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("not found\n");
  });
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxMessageBytes,
    handleProtocols: () => "wsecho.v1",
  });
  http.on("upgrade", (request, socket, head) => {
    const negotiated = negotiate(request.headers["sec-websocket-protocol"], {
      plain: options.plain ?? true,
    });
    if (!negotiated.ok) {
      socket.end(`HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n${negotiated.error}\n`);
      return;
    }
    const { dialect } = negotiated.value;
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const session = runSession(webSocket, {
        options: { dialect, mechanisms: ["plain"], features: [], limits },
        authenticate: createAuthenticator(options.users),
        handle: (submission: Submission): Promise<Reply> => Promise.resolve(submission),
        note: () => undefined,
      });
      sessions.add(session);
      webSocket.once("close", () => sessions.delete(session));
    });
  });
  const server: EchoServer = {
    listen: () =>
      new Promise((resolve, reject) => {
        http.once("error", reject);
        http.listen(options.port ?? 5678, options.host ?? "127.0.0.1", () => {
          const { address, port, family } = http.address() as AddressInfo;
          const host = family === "IPv6" ? `[${address}]` : address;
          resolve({ url: `ws://${host}:${port}`, httpUrl: `http://${host}:${port}`, port });
        });
      }),
    close: ({ restarting = false } = {}) =>
      new Promise((resolve) => {
        for (const session of sessions)
          session.dispatch({ type: "shutdown", close: restarting ? "restarting" : "goingAway" });
        http.close(() => resolve());
        http.closeIdleConnections();
      }),
    [Symbol.asyncDispose]: () => server.close(),
  };
  return server;
}
