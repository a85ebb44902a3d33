import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { failure, type Result } from "@wsecho/protocol";
import { namesOf, writeFaults } from "@wsecho/protocol/faults";
import type { Access } from "./access.ts";
import { Arrival, watchedAs, type Reception } from "./arrival.ts";
import type { Credentials } from "./authorization.ts";
import { declineWrongOffers } from "./extensions.ts";
import { upgradeFaulty } from "./faults/faulty-upgrade.ts";
import { addressOf } from "./forwarded.ts";
import { checkHandshakeLogin, type ProvenLogin } from "./handshake-login.ts";
import { derive } from "./holder.ts";
import { destroyOnError } from "./http-server.ts";
import { printable, withFields } from "./log.ts";
import { refuseUpgrade, unavailable, type Refusal } from "./refusal.ts";
import type { ReplySocket } from "./reply-socket.ts";
import { createRoom } from "./room.ts";
import type { Rules } from "./rules.ts";
import type { Connection } from "./session.ts";
import { readClientCertificate } from "./tls/client-certificate.ts";
import { refuseVisibly } from "./token-refusal.ts";
import { admit, pathOf, type Admission } from "./upgrade.ts";
import { createWebSockets } from "./web-sockets.ts";

export const shuttingDown = unavailable("the server is shutting down");

/** How connections are numbered. */
export interface ConnNumbers {
  readonly first: number;
  readonly step: number;
}

export interface GateParts {
  /** The newest; each connection keeps those that it came under. */
  readonly rules: () => Rules;
  readonly reception: Reception;
  readonly access: Access;
  readonly conns: ConnNumbers;
  readonly isClosing: () => boolean;
  readonly run: (arrival: Arrival) => Connection;
}

/** Decides about each handshake: a refusal that says why, or a connection. */
export function createGate(
  parts: GateParts,
): (request: IncomingMessage, socket: Socket, head: Buffer) => void {
  const { access, isClosing, run, reception } = parts;
  const { connections, tap, meter } = reception;
  const room = createRoom(connections);
  let nextConn = parts.conns.first;
  const webSockets = derive(parts.rules, (rules) => {
    const server = createWebSockets(rules);
    return server.on("headers", (lines, request) => tap.answer(request, lines));
  });

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

  return (request, socket, head) => {
    const conn = nextConn;
    nextConn += parts.conns.step;
    const rules = parts.rules();
    const webSocketServer = webSockets();
    // Which changes nothing, but makes one piece of the fourteen that Node leaves it in.
    const session = randomUUID().toLowerCase();
    const log = withFields(reception.log, { conn });
    const forwarded = request.headers["x-forwarded-for"];
    const address = addressOf(socket.remoteAddress, forwarded, rules.trustProxy);
    const facts = { path: printable(pathOf(request.url)), peer: address };

    const refuse = (refusal: Refusal): void => {
      const { status, message, facts: more } = refusal;
      log.info({ ...facts, status, reason: message, ...more }, "refused");
      meter.refused(status);
      refuseUpgrade(socket, refusal);
    };
    const upgrade = (
      admission: Admission,
      login: ProvenLogin | null,
      open: (arrival: Arrival) => Connection,
    ): void => {
      // Gone while its login was checked, and the tap would not hear of its end.
      if (socket.destroyed) return;
      const user = login?.user ?? null;
      tap.arrive({ conn, session, socket, dialect: watchedAs(admission), user }, request);
      if (rules.compress) declineWrongOffers(request.headers);
      const { faults } = admission;
      const begin = (webSocket: ReplySocket): void => {
        const known = { conn, session, socket, address, rules, admission, login };
        const arrival = new Arrival(reception, known, webSocket);
        const asked = faults === undefined ? {} : { faults: writeFaults(faults) };
        arrival.log.info({ ...facts, ...asked }, "connected");
        // The library has a listener of its own now, and two take a table.
        socket.removeListener("error", destroyOnError);
        arrival.begin(open);
      };
      if (faults === undefined) webSocketServer.handleUpgrade(request, socket, head, begin);
      else {
        namesOf(faults).forEach((name) => meter.faulted(name));
        const answered = (lines: readonly string[]): void => tap.answer(request, lines);
        upgradeFaulty([request, socket, head], rules, faults, { answered, done: begin });
      }
    };
    const check = (admission: Admission, credentials: Credentials): void => {
      const timeoutMs = rules.limits.authTimeoutMs;
      const authenticate = access.newAuthenticate({ address, gone: () => socket.destroyed });
      const login = { authenticate, credentials, timeoutMs, log };
      const pending = checkHandshakeLogin(login, (result) => {
        if (result.ok) upgrade(admission, result.value, run);
        else if (admission.refuseVisibly)
          upgrade(admission, null, ({ webSocket }) => refuseVisibly(webSocket, result.error));
        else refuse(result.error);
        connections.removePending(pending);
      });
      connections.addPending(pending);
    };

    const admission = admitNow(request, socket, address, rules);
    if (!admission.ok) {
      refuse(admission.error);
      return;
    }
    room.take(address, socket);
    if (admission.value.credentials === null) upgrade(admission.value, null, run);
    else check(admission.value, admission.value.credentials);
  };
}
