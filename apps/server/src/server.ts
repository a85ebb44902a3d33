import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import {
  encodeServer,
  failure,
  subprotocol,
  type DialectName,
  type Result,
  type ServerMessage,
} from "@wsecho/protocol";
import { createAuthenticators, offeredMechanisms } from "./authenticate.ts";
import { trackConnections } from "./connections.ts";
import { runEcho } from "./echo-path.ts";
import { createHandle, echo, type Handle, type SessionContext } from "./handler.ts";
import { checkHandshakeLogin } from "./handshake-login.ts";
import { createHttpServer } from "./http-server.ts";
import { completeLimits } from "./limits.ts";
import { printable, silentLog, withFields, type Log } from "./log.ts";
import type { EchoServer, Listening, ServerOptions } from "./options.ts";
import { loadBuiltInPage, loadPage, servePage, type Page } from "./page.ts";
import { refuseRequest, refuseUpgrade, unavailable, type Refusal } from "./refusal.ts";
import { runSession, type Connection } from "./session.ts";
import { refuseToken } from "./token-refusal.ts";
import { admit, pathOf, upgradeRequired, webSocketPaths, type Admission } from "./upgrade.ts";
import { nobody } from "./users.ts";

const shuttingDown = unavailable("the server is shutting down");
const full = unavailable("the server has as many connections as it takes; try again later");

/** How long an idle peer may stay silent before the system asks whether it is still there; ms. */
const keepAliveMs = 30_000;

/** A handshake on its way to a connection. */
interface Arrival {
  readonly id: number;
  readonly request: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
  readonly log: Log;
}

/**
 * A server for sessions at `/`, pure echo at `/echo`, and the web client. Throws TypeError where
 * nobody could log in, RangeError for a limit out of range.
 */
export function createServer<Context = SessionContext>(
  options: ServerOptions<Context>,
): EchoServer {
  const { host = "127.0.0.1", port = 5678, allowAnonymous = false, plain = true } = options;
  const { log = silentLog, plainPrefix, onMessage } = options;
  if (options.users === undefined && !allowAnonymous) {
    const how = "await createMemoryUsers({ name: password }), or await demoUsers()";
    throw new TypeError(`nobody could log in: pass users, for example ${how}`);
  }
  const newAuthenticate = createAuthenticators(options.users ?? nobody);
  const limits = completeLimits(options.limits);
  const policy = { plain, allowAnonymous };
  let page: Page | null = null;
  let lastId = 0;
  let listening: Promise<Listening> | undefined;
  let closing: Promise<void> | undefined;

  const http = createHttpServer(limits, { onRequest, onUpgrade });
  const connections = trackConnections(http);
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxMessageBytes,
    // A peer that began to close gets no longer than one that we close. The types lack the option.
    ...{ closeTimeout: limits.closeTimeoutMs },
    handleProtocols: () => subprotocol,
  });

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const path = pathOf(request.url);
    if (closing !== undefined) {
      response.shouldKeepAlive = false;
      refuseRequest(response, shuttingDown);
    } else if (webSocketPaths.includes(path)) refuseRequest(response, upgradeRequired);
    else servePage(page, path, request, response);
  }

  function onUpgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    lastId += 1;
    const peer = socket.remoteAddress ?? "";
    const fields = { conn: lastId, path: printable(pathOf(request.url)), peer };
    const arrival = { id: lastId, request, socket, head, log: withFields(log, { conn: lastId }) };
    const refuse = (refusal: Refusal): void => {
      log.info({ ...fields, status: refusal.status, reason: refusal.message }, "refused");
      refuseUpgrade(socket, refusal);
    };
    const admission = admitNow(request);
    if (!admission.ok) {
      refuse(admission.error);
      return;
    }
    const { credentials } = admission.value;
    const enter = (user: string | null): void => {
      log.info(fields, "connected");
      open(arrival, admission.value, user);
    };
    if (credentials === null) {
      enter(null);
      return;
    }
    const timeoutMs = limits.authTimeoutMs;
    const login = { authenticate: newAuthenticate(), credentials, timeoutMs, log: arrival.log };
    const pending = checkHandshakeLogin(login, (result) => {
      if (result.ok) enter(result.value);
      else refuse(result.error);
      connections.remove(pending);
    });
    connections.add(pending);
  }

  function admitNow(request: IncomingMessage): Result<Admission, Refusal> {
    if (closing !== undefined) return failure(shuttingDown);
    if (connections.count() >= limits.maxConnections) return failure(full);
    return admit(request, policy);
  }

  function open(arrival: Arrival, to: Admission, user: string | null): void {
    const { request, socket, head } = arrival;
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      socket.setKeepAlive(true, keepAliveMs);
      const connection = runPath(webSocket, arrival, to, user);
      connections.add(connection);
      webSocket.once("close", () => connections.remove(connection));
    });
  }

  function runPath(
    webSocket: WebSocket,
    { id, socket, log }: Arrival,
    to: Admission,
    user: string | null,
  ): Connection {
    switch (to.path) {
      case "session":
        return openSession(webSocket, { id, socket, log, dialect: to.dialect, user });
      case "echo":
        return runEcho(webSocket, socket, limits, log);
      case "token":
        return refuseToken(webSocket);
    }
  }

  function openSession(
    webSocket: WebSocket,
    { id, socket, log, dialect, user }: SessionStart,
  ): Connection {
    return runSession(webSocket, socket, {
      options: {
        dialect,
        mechanisms: offeredMechanisms,
        features: [],
        limits,
        ...(user === null ? {} : { login: { user } }),
      },
      highWaterBytes: limits.highWaterBytes,
      authenticate: newAuthenticate(),
      handleFor: (user) => handleFor(webSocket, { id, socket, log, dialect, user }),
      encode: (message) => encode(dialect, message),
      log,
    });
  }

  function handleFor(
    webSocket: WebSocket,
    { id, socket, log, dialect, user }: SessionStart & { readonly user: string },
  ): Handle {
    if (onMessage === undefined) return echo;
    const makeContext = options.context ?? ((session) => session as Context);
    const remoteAddress = socket.remoteAddress ?? "";
    return createHandle(
      onMessage,
      () => {
        const ended = new AbortController();
        webSocket.once("close", () => ended.abort());
        return makeContext({ id, user, dialect, remoteAddress, signal: ended.signal });
      },
      log,
    );
  }

  function encode(dialect: DialectName, message: ServerMessage): string | null {
    return dialect === "plain" && plainPrefix !== undefined && message.type === "echo"
      ? plainPrefix + message.text
      : encodeServer(dialect, message);
  }

  async function start(): Promise<Listening> {
    page = await findPage(options.webRoot);
    http.listen(port, host);
    await once(http, "listening");
    http.on("error", (error) => log.error({ err: error }, "the listener failed"));
    return addressOf(http.address() as AddressInfo);
  }

  async function stop(restarting: boolean): Promise<void> {
    // A listener that fails to start has nothing to stop.
    await listening?.catch(() => undefined);
    connections.shutDown(restarting ? "restarting" : "goingAway");
    await connections.drained(limits.drainTimeoutMs);
    const closed = new Promise((resolve) => http.close(resolve));
    connections.cut();
    await closed;
  }

  const server: EchoServer = {
    listen: () => (listening ??= start()),
    close: ({ restarting = false } = {}) => (closing ??= stop(restarting)),
    [Symbol.asyncDispose]: () => server.close(),
  };
  return server;
}

interface SessionStart {
  readonly id: number;
  readonly socket: Socket;
  readonly log: Log;
  readonly dialect: DialectName;
  readonly user: string | null;
}

async function findPage(root: string | null | undefined): Promise<Page | null> {
  if (root === null) return null;
  if (root === undefined) return loadBuiltInPage();
  const page = await loadPage(root);
  if (!page.ok) throw new Error(`no web client: ${page.error}`);
  return page.value;
}

function addressOf({ address, family, port }: AddressInfo): Listening {
  // Nobody can connect to "any address"; this machine's own loopback is one of them.
  const reachable = address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address;
  const authority = `${family === "IPv6" ? `[${reachable}]` : reachable}:${port}`;
  return { url: `ws://${authority}`, httpUrl: `http://${authority}`, port };
}
