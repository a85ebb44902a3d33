import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { failure, subprotocol, type Result } from "@wsecho/protocol";
import { WebSocketServer, type Server } from "ws";
import type { Access } from "./access.ts";
import type { Credentials } from "./authorization.ts";
import { compressionOf } from "./compression.ts";
import type { Connections } from "./connections.ts";
import { declineWrongOffers } from "./extensions.ts";
import { addressOf } from "./forwarded.ts";
import { checkHandshakeLogin, type ProvenLogin } from "./handshake-login.ts";
import type { Heartbeat } from "./heartbeat.ts";
import { derive } from "./holder.ts";
import { destroyOnError } from "./http-server.ts";
import { Inflow } from "./inflow.ts";
import type { LimitName } from "./limit-names.ts";
import type { ServerLimits } from "./limits.ts";
import { printable, withFields, type Log } from "./log.ts";
import type { Meter } from "./meter.ts";
import { refuseUpgrade, unavailable, type Refusal } from "./refusal.ts";
import { ReplySocket } from "./reply-socket.ts";
import { createRoom } from "./room.ts";
import type { Rules } from "./rules.ts";
import type { Connection } from "./session.ts";
import type { Tap } from "./tap/tap.ts";
import type { Subject, Tapped } from "./tap/tapped.ts";
import { readClientCertificate } from "./tls/client-certificate.ts";
import { refuseVisibly } from "./token-refusal.ts";
import { admit, pathOf, type Admission } from "./upgrade.ts";

export const shuttingDown = unavailable("the server is shutting down");

/** Fewer than a packet brings, where the path is of the narrowest (RFC 9293 section 3.7.1). */
const packetBytes = 512;

/** How connections are numbered. */
export interface ConnNumbers {
  readonly first: number;
  readonly step: number;
}

export interface GateParts {
  /** The newest; each connection keeps those that it came under. */
  readonly rules: () => Rules;
  readonly connections: Connections;
  readonly heartbeat: Heartbeat;
  readonly access: Access;
  readonly tap: Tap;
  readonly conns: ConnNumbers;
  readonly isClosing: () => boolean;
  readonly run: (arrival: Arrival, admission: Admission) => Connection;
  readonly meter: Meter;
  readonly log: Log;
}

/** A connection that was let in. */
export interface Arrival {
  /** Counts up; the `conn` of the log. */
  readonly id: number;
  readonly webSocket: ReplySocket;
  readonly socket: Socket;
  readonly inflow: Inflow;
  readonly rules: Rules;
  /** Unique for ever; the `session` of the log and of the audit. */
  readonly session: string;
  /** The peer's IP address, or what trusted proxies say that it is. */
  readonly address: string;
  /** For the wire feed; `null` where that is what it asks for. */
  readonly tapped: Tapped | null;
  /** What the handshake proved; `null` where it proved nothing. */
  readonly login: ProvenLogin | null;
  /** Adds the connection's number and the session's id. */
  readonly log: Log;
}

interface Upgraded {
  readonly webSocket: ReplySocket;
  readonly socket: Socket;
  readonly admission: Admission;
  readonly limits: ServerLimits;
  readonly tapped: Tapped | null;
  readonly log: Log;
}

type Open = (
  webSocket: ReplySocket,
  parts: Pick<Arrival, "inflow" | "tapped" | "log">,
) => Connection;

/** Decides about each handshake: a refusal that says why, or a connection. */
export function createGate(
  parts: GateParts,
): (request: IncomingMessage, socket: Socket, head: Buffer) => void {
  const { connections, heartbeat, access, tap, isClosing, run, meter } = parts;
  const room = createRoom(connections);
  let nextId = parts.conns.first;
  const webSockets = derive(parts.rules, createWebSockets);

  function admitNow(
    request: IncomingMessage,
    socket: Socket,
    address: string,
    rules: Rules,
  ): Result<Admission, Refusal> {
    if (isClosing()) return failure(shuttingDown);
    const lack = room.lacking(address, rules.limits);
    if (lack !== undefined) {
      meter.limited(lack.limit);
      return failure(lack.refusal);
    }
    return admit(request, readClientCertificate(socket), rules);
  }

  const onHold = (limit: LimitName): void => meter.limited(limit);

  /** Apart from the handshake: what stays of a connection must not keep its request alive. */
  function receive(upgraded: Upgraded, open: Open): void {
    const { webSocket, socket, admission, limits, tapped, log } = upgraded;
    webSocket.attach(socket);
    // The library has a listener of its own now, and two take a table.
    socket.removeListener("error", destroyOnError);
    meter.connected(socket);
    const inflow = new Inflow(webSocket, limits, onHold);
    if (tapped !== null) tap.open(tapped, webSocket);
    const connection = open(webSocket, { inflow, tapped, log });
    connections.add(connection);
    const beat = heartbeat.add({
      webSocket,
      socket,
      connection,
      mayBeDeaf: mayBeDeaf(admission),
      endsAtMs: performance.now() + limits.maxSessionMs,
    });
    // Not `once`, which makes several objects for each.
    webSocket.on("close", (code) => {
      inflow.stop();
      heartbeat.remove(beat);
      connections.remove(connection);
      if (tapped !== null) tap.close(tapped);
      meter.disconnected(socket, code);
      log.info({ code }, "closed");
    });
  }

  return (request, socket, head) => {
    const id = nextId;
    nextId += parts.conns.step;
    const rules = parts.rules();
    const webSocketServer = webSockets();
    const session = flat(randomUUID());
    const log = withFields(parts.log, { conn: id });
    const forwarded = request.headers["x-forwarded-for"];
    const address = addressOf(socket.remoteAddress, forwarded, rules.trustProxy);
    const facts = { path: printable(pathOf(request.url)), peer: address };

    const refuse = (refusal: Refusal): void => {
      const { status, message, facts: more } = refusal;
      log.info({ ...facts, status, reason: message, ...more }, "refused");
      meter.refused(status);
      refuseUpgrade(socket, refusal);
    };
    const upgrade = (admission: Admission, user: string | null, open: Open): void => {
      const dialect = dialectOf(admission);
      const tapped =
        dialect === null ? null : tap.arrive({ conn: id, session, socket, dialect }, user, request);
      if (rules.compress) declineWrongOffers(request.headers);
      webSocketServer.handleUpgrade(request, socket, head, (webSocket) => {
        // Not added to `log`: what stays is smaller when it is made at once.
        const sessionLog = withFields(parts.log, { conn: id, session });
        sessionLog.info(facts, "connected");
        const { limits } = rules;
        receive({ webSocket, socket, admission, limits, tapped, log: sessionLog }, open);
      });
    };
    const enter = (admission: Admission, login: ProvenLogin | null): void =>
      upgrade(admission, login?.user ?? null, (webSocket, { inflow, tapped, log: sessionLog }) =>
        // Each by its name: what is spread into an object stands in a second one beside it.
        run(
          {
            id,
            webSocket,
            socket,
            inflow,
            rules,
            session,
            address,
            tapped,
            login,
            log: sessionLog,
          },
          admission,
        ),
      );
    const check = (admission: Admission, credentials: Credentials): void => {
      const timeoutMs = rules.limits.authTimeoutMs;
      const authenticate = access.newAuthenticate({ address, gone: () => socket.destroyed });
      const login = { authenticate, credentials, timeoutMs, log };
      const pending = checkHandshakeLogin(login, (result) => {
        if (result.ok) enter(admission, result.value);
        else if (admission.refuseVisibly)
          upgrade(admission, null, (webSocket) => refuseVisibly(webSocket, result.error));
        else refuse(result.error);
        connections.remove(pending);
      });
      connections.add(pending);
    };

    const admission = admitNow(request, socket, address, rules);
    if (!admission.ok) {
      refuse(admission.error);
      return;
    }
    room.take(address, socket);
    if (admission.value.credentials === null) enter(admission.value, null);
    else check(admission.value, admission.value.credentials);
  };
}

/** The same text in one piece, for as long as the session: Node leaves it in fourteen. */
function flat(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

/** Of a connection that may be watched: a feed is in no feed, or two would fill each other for ever. */
function dialectOf(admission: Admission): Subject["dialect"] | null {
  switch (admission.path) {
    case "session":
      return admission.dialect;
    case "echo":
      return "other";
    case "inspect":
      return null;
  }
}

/** A plain client while a person thinks; a watcher that does not read sees no ping. */
function mayBeDeaf(admission: Admission): boolean {
  if (admission.path === "inspect") return true;
  return admission.path === "session" && admission.dialect === "plain";
}

function createWebSockets({ limits, compress }: Rules): Server<typeof ReplySocket> {
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // Both belong together: see ReplySocket.
    WebSocket: ReplySocket,
    autoPong: false,
    perMessageDeflate: compress ? compressionOf(limits.compressThresholdBytes) : false,
    maxPayload: limits.maxMessageBytes,
    // The types lack these. A peer that began to close gets no longer than one that we close; and a
    // frame may come in pieces of the size of a packet, but not in one for each of its bytes.
    ...{
      closeTimeout: limits.closeTimeoutMs,
      maxFragments: limits.maxFragments,
      maxBufferedChunks: limits.maxFragments + Math.ceil(limits.maxMessageBytes / packetBytes),
    },
    handleProtocols: () => subprotocol,
  });
}
