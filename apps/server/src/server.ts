import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { encodeServer, type DialectName, type ServerMessage } from "@wsecho/protocol";
import type { Presence } from "./access.ts";
import type { Arrival } from "./arrival.ts";
import { assertUsable, chooseAccess } from "./choose-access.ts";
import { trackConnections } from "./connections.ts";
import { Echo, type EchoParts } from "./echo-path.ts";
import { FaultyEcho, FaultySession } from "./faults/faulty-session.ts";
import { FaultySocket } from "./faults/faulty-socket.ts";
import { createGate, shuttingDown, type ConnNumbers } from "./gate.ts";
import { createHandle, echo, type Handle, type SessionContext } from "./handler.ts";
import { upgradeRequired } from "./handshake.ts";
import { createHeartbeat } from "./heartbeat.ts";
import { createHolder } from "./holder.ts";
import { foreignHost } from "./host.ts";
import { createHttpServer, type HttpHandlers } from "./http-server.ts";
import { silentLog } from "./log.ts";
import { meterAccess } from "./metered-access.ts";
import { silentMeter } from "./meter.ts";
import type { EchoServer, Listening, Readiness, ServerOptions } from "./options.ts";
import { findPage, servePage, type Page } from "./page.ts";
import { createQuickEcho } from "./quick-echo.ts";
import { refuseRequest } from "./refusal.ts";
import { toRules } from "./rules.ts";
import { Session, type Connection } from "./session.ts";
import { createTap, tapParts, type Tap } from "./tap/tap.ts";
import { toContext } from "./tls/material.ts";
import { pathOf, webSocketPaths } from "./upgrade.ts";
import { enter as enterServer, Visit, type Commons } from "./visit.ts";

/**
 * A server for sessions at `/`, pure echo at `/echo`, and the web client. Throws TypeError where
 * nobody could log in, RangeError for a limit out of range.
 */
export function createServer<Context = SessionContext>(
  options: ServerOptions<Context>,
): EchoServer {
  return assembleServer(options, {
    tap: createTap(tapParts(options)),
    conns: { first: 1, step: 1 },
  });
}

/** What several servers that act as one have to share. */
export interface Shared {
  readonly tap: Tap;
  readonly conns: ConnNumbers;
}

/** The same, as a part of something larger. */
export function assembleServer<Context = SessionContext>(
  options: ServerOptions<Context>,
  { tap, conns }: Shared,
): EchoServer {
  const { host = "127.0.0.1", port = 5678 } = options;
  const { log = silentLog, meter = silentMeter, onMessage } = options;
  assertUsable(options, options);
  const rules = createHolder(toRules(options, host));
  const loginLifetimeMs = (): number | null => rules.current().loginLifetimeMs;
  const rememberMs = (): number | null => rules.current().rememberMs;
  const passwordCacheMs = (): number | null => rules.current().passwordCacheMs;
  const parts = { log, meter, loginLifetimeMs, rememberMs, passwordCacheMs };
  const access = meterAccess(chooseAccess(options, parts), meter);
  const encoders = {
    plain: encoderOf("plain", options.plainPrefix),
    v1: encoderOf("v1", undefined),
  };
  // A handler has to see each message.
  const quickEchoes =
    onMessage === undefined
      ? { plain: createQuickEcho("plain", options.plainPrefix), v1: createQuickEcho("v1") }
      : null;
  const commons: Commons = { access, tap, encoders, quickEchoes, meter, handleFor };
  let page: Page | null = null;
  let listening: Promise<Listening> | undefined;
  let closing: Promise<void> | undefined;

  const handlers: HttpHandlers = {
    onRequest,
    onUpgrade: (request, socket, head) => gate(request, socket, head),
    onLimited: (limit) => meter.limited(limit),
    onRefused: (status) => meter.refused(status),
  };
  const http = createHttpServer(rules.current().limits, handlers, options.tls ?? null);
  const connections = trackConnections(http);
  const heartbeat = createHeartbeat({
    intervalMs: () => rules.current().limits.pingIntervalMs,
    messageTimeoutMs: () => rules.current().limits.messageTimeoutMs,
    onDead: () => meter.limited("ping-interval"),
  });
  const gate = createGate({
    rules: rules.current,
    reception: { connections, heartbeat, tap, meter, log, onHold: (limit) => meter.limited(limit) },
    access,
    conns,
    isClosing: () => closing !== undefined,
    run,
  });
  meter.serving(() => Array.from(connections.arrivals(), ({ socket }) => socket));

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const path = pathOf(request.url);
    if (closing !== undefined) {
      response.shouldKeepAlive = false;
      refuseRequest(response, shuttingDown);
    } else if (!rules.current().isOurHost(request.headers.host))
      refuseRequest(response, foreignHost);
    else if (webSocketPaths.includes(path)) refuseRequest(response, upgradeRequired);
    else servePage(page, path, request, response);
  }

  function run(arrival: Arrival): Connection {
    const { webSocket, socket, spoken } = arrival;
    const faulty = webSocket instanceof FaultySocket ? webSocket : null;
    if (spoken !== null) {
      const visit = new Visit(commons, arrival, spoken);
      const session =
        faulty === null
          ? new Session(webSocket, socket, visit)
          : new FaultySession(faulty, socket, visit);
      session.start(socket);
      return session;
    }
    const parts = echoParts(arrival);
    const echo =
      faulty === null ? new Echo(webSocket, socket, parts) : new FaultyEcho(faulty, socket, parts);
    echo.start(socket);
    return echo;
  }

  function echoParts(arrival: Arrival): EchoParts {
    const { inflow, login, log } = arrival;
    const common = { limits: arrival.rules.limits, inflow, meter, log };
    if (login === null) return { ...common, login: null };
    const { user, proof, expiresInMs } = login;
    log.info({ user, mechanism: proof.mechanism }, "login accepted");
    const enter = (revoke: () => void): Presence =>
      enterServer(commons, arrival, { user, ...proof, dialect: "echo" }, revoke);
    const expiry = expiresInMs === undefined ? {} : { expiresInMs };
    return { ...common, login: { ...expiry, enter } };
  }

  function handleFor(
    { conn, webSocket, address, log }: Arrival,
    dialect: DialectName,
    user: string,
  ): Handle {
    if (onMessage === undefined) return echo;
    const makeContext = options.context ?? ((session) => session as Context);
    const context = (): Context => {
      const ended = new AbortController();
      webSocket.once("close", () => ended.abort());
      return makeContext({
        id: conn,
        user,
        dialect,
        remoteAddress: address,
        signal: ended.signal,
      });
    };
    return createHandle(onMessage, context, log);
  }

  async function start(): Promise<Listening> {
    page = await findPage(options.webRoot);
    await tap.begin(connections.arrivals);
    http.listen(port, host);
    await once(http, "listening");
    access.start();
    http.on("error", (error) => log.error({ err: error }, "the listener failed"));
    const urls = urlsOf(http.address() as AddressInfo, options.tls !== undefined);
    return { ...urls, hasPage: page !== null };
  }

  async function stop(restarting: boolean): Promise<void> {
    // A listener that fails to start has nothing to stop, but perhaps a capture to end.
    await listening?.catch(() => undefined);
    connections.shutDown(restarting ? "restarting" : "goingAway");
    await connections.drained(rules.current().limits.drainTimeoutMs);
    const closed = new Promise((resolve) => http.close(resolve));
    connections.cut();
    heartbeat.stop();
    await closed;
    await tap.end();
    await access.close();
  }

  async function readiness(): Promise<Readiness> {
    if (closing !== undefined) return { ready: false, reason: "the server is shutting down" };
    if (!http.listening) return { ready: false, reason: "the server does not listen yet" };
    try {
      await access.check();
      return { ready: true };
    } catch {
      return { ready: false, reason: "the user store does not answer" };
    }
  }

  const server: EchoServer = {
    listen: () => (listening ??= start()),
    close: ({ restarting = false } = {}) => (closing ??= stop(restarting)),
    setTls(material) {
      if (!("setSecureContext" in http)) throw new TypeError("the server was made without tls");
      // An absent authority would make it trust all that browsers trust.
      if ((material.clientCa === undefined) !== (options.tls?.clientCa === undefined))
        throw new TypeError("clientCa can be replaced, but neither added nor removed");
      http.setSecureContext(toContext(material));
    },
    setRules(next) {
      assertUsable(options, next);
      rules.replace(toRules(next, host));
    },
    readiness,
    [Symbol.asyncDispose]: () => server.close(),
  };
  return server;
}

type Encode = (message: ServerMessage) => string | null;

function encoderOf(dialect: DialectName, plainPrefix: string | undefined): Encode {
  if (dialect !== "plain" || plainPrefix === undefined)
    return (message) => encodeServer(dialect, message);
  return (message) =>
    message.type === "echo" ? plainPrefix + message.text : encodeServer(dialect, message);
}

function urlsOf(
  { address, family, port }: AddressInfo,
  encrypted: boolean,
): Omit<Listening, "hasPage"> {
  // Nobody can connect to "any address"; this machine's own loopback is one of them.
  const reachable = address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address;
  const authority = `${family === "IPv6" ? `[${reachable}]` : reachable}:${port}`;
  const s = encrypted ? "s" : "";
  return { url: `ws${s}://${authority}`, httpUrl: `http${s}://${authority}`, port };
}
