import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createTcpServer, type AddressInfo, type Socket } from "node:net";
import { makeCertificate } from "@wsecho/testkit/certificates";
import { createServer, demoUsers, type EchoServer, type ServerOptions } from "@wsecho/server";
import { WebSocketServer, type ServerOptions as WsOptions, type WebSocket } from "ws";

/** Something that listens on this machine until the test is over. */
export interface Listener extends AsyncDisposable {
  readonly port: number;
  /** `ws://127.0.0.1:PORT` */
  readonly url: string;
}

/** Our own server with the user admin / 123456. */
export async function startServer(
  options: Omit<ServerOptions, "users" | "webRoot" | "context"> = {},
): Promise<Listener & { readonly server: EchoServer }> {
  const server = createServer({ port: 0, webRoot: null, users: await demoUsers(), ...options });
  const { url, port } = await server.listen();
  return { url, port, server, [Symbol.asyncDispose]: () => server.close() };
}

/** A bare `ws` server: no login, no subprotocol, nothing but what `onConnection` does. */
export async function startBareServer(
  onConnection: (socket: WebSocket) => void,
  options: WsOptions = {},
): Promise<Listener> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, ...options });
  server.on("connection", onConnection);
  await once(server, "listening");
  return listener((server.address() as AddressInfo).port, () => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
}

/** Echoes over TLS, with a certificate for 127.0.0.1 that it signed itself. */
export async function startSecureEcho(): Promise<Listener & { readonly cert: string }> {
  const { cert, key } = await makeCertificate("localhost");
  const server = createHttpsServer({ cert, key });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => {
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    server.close();
  };
  return { ...listener(port, close), url: `wss://127.0.0.1:${port}`, cert };
}

/** Answers every request, upgrades too, with what `respond` says. */
export async function startWebServer(respond: RequestListener): Promise<Listener> {
  const server = createHttpServer(respond);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return listener((server.address() as AddressInfo).port, () => {
    server.closeAllConnections();
    server.close();
  });
}

/** Hands every TCP connection to `onSocket`. */
export async function startTcpServer(onSocket: (socket: Socket) => void): Promise<Listener> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onSocket(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return listener((server.address() as AddressInfo).port, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
}

/** A port where nothing listens. */
export async function closedPort(): Promise<number> {
  await using taken = await startTcpServer(() => undefined);
  return taken.port;
}

function listener(port: number, close: () => void): Listener {
  return {
    port,
    url: `ws://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => {
      close();
      return Promise.resolve();
    },
  };
}

export interface ArticleServer extends Listener {
  /** What the clients sent, and how the first of them left. */
  readonly log: readonly string[];
  readonly sockets: ReadonlySet<WebSocket>;
  readonly left: Promise<Left>;
  /** The same of every connection so far. */
  readonly lefts: readonly Left[];
}

export interface Left {
  readonly code: number;
  readonly reason: string;
}

export interface ArticleOptions {
  readonly password?: string | (() => string);
  readonly onConnection?: (socket: WebSocket) => void;
  /** Messages after the login that are answered otherwise. */
  readonly instead?: Readonly<Record<string, (socket: WebSocket) => void>>;
  readonly port?: number;
}

/** A server that behaves as the article's: no subprotocol, its own fixed words. */
export async function startArticleServer({
  password = "123456",
  onConnection,
  instead = {},
  port = 0,
}: ArticleOptions = {}): Promise<ArticleServer> {
  const log: string[] = [];
  const sockets = new Set<WebSocket>();
  const lefts: Left[] = [];
  const left = Promise.withResolvers<Left>();
  const handle = (socket: WebSocket): void => {
    sockets.add(socket);
    let known = false;
    socket.on("message", (data: Buffer, isBinary) => {
      const text = data.toString();
      log.push(isBinary ? `binary ${text}` : text);
      if (isBinary) socket.send(data);
      else if (known && instead[text] !== undefined) instead[text](socket);
      else if (known) socket.send(`your submit context: ${text}`);
      else if (text === `admin:${typeof password === "string" ? password : password()}`) {
        known = true;
        socket.send(
          "congratulation, you have connect with server\r\nnow, you can do something else",
        );
      } else socket.send("sorry, the username or password is wrong, please submit again");
    });
    socket.on("close", (code, reason) => {
      sockets.delete(socket);
      lefts.push({ code, reason: reason.toString() });
      left.resolve({ code, reason: reason.toString() });
    });
    onConnection?.(socket);
  };
  const server = await startBareServer(handle, { port, handleProtocols: () => false });
  return { ...server, log, sockets, lefts, left: left.promise };
}
