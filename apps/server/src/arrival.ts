import type { Socket } from "node:net";
import type { DialectName } from "@wsecho/protocol";
import type { Connections } from "./connections.ts";
import type { ProvenLogin } from "./handshake-login.ts";
import type { Beat, Heartbeat, Inside } from "./heartbeat.ts";
import { Inflow } from "./inflow.ts";
import type { LimitName } from "./limit-names.ts";
import { withFields, type Log } from "./log.ts";
import type { Meter } from "./meter.ts";
import type { ReplySocket } from "./reply-socket.ts";
import type { Rules } from "./rules.ts";
import type { Connection } from "./session.ts";
import type { Subject } from "./tap/tapped.ts";
import type { Tap } from "./tap/tap.ts";
import type { Admission } from "./upgrade.ts";

/** Who hears of a connection that was let in. The same for all of a server's. */
export interface Reception {
  readonly connections: Connections;
  readonly heartbeat: Heartbeat;
  readonly tap: Tap;
  readonly meter: Meter;
  readonly log: Log;
  readonly onHold: (limit: LimitName) => void;
}

/** What the handshake told of it. */
export interface ArrivalFacts {
  /** Counts up; the `conn` of the log. */
  readonly conn: number;
  /** Unique for ever; the `session` of the log and of the audit. */
  readonly session: string;
  readonly socket: Socket;
  /** The peer's IP address, or what trusted proxies say that it is. */
  readonly address: string;
  /** Those that it came under. */
  readonly rules: Rules;
  readonly admission: Admission;
  /** What the handshake proved; `null` where it proved nothing. */
  readonly login: ProvenLogin | null;
}

/**
 * A connection that was let in, until it is gone. One object for all that the parts of the server note
 * about it: with one for each part an idle connection would cost half as much again.
 */
export class Arrival implements Omit<ArrivalFacts, "admission">, Subject, Beat {
  readonly conn: number;
  readonly session: string;
  readonly socket: Socket;
  readonly address: string;
  readonly rules: Rules;
  readonly login: ProvenLogin | null;
  readonly path: Admission["path"];
  /** `null` where there is none to choose. */
  readonly spoken: DialectName | null;
  readonly webSocket: ReplySocket;
  readonly inflow: Inflow;
  user: string | null;
  /** A login holds. */
  isIn = false;
  endsAtMs: number;
  turn = 0;
  bytesRead = -1;
  pinged = false;
  inside: Inside | null = null;
  readonly #reception: Reception;
  #connection: Connection | null = null;

  constructor(reception: Reception, facts: ArrivalFacts, webSocket: ReplySocket) {
    const { admission, rules, login } = facts;
    this.#reception = reception;
    this.conn = facts.conn;
    this.session = facts.session;
    this.socket = facts.socket;
    this.address = facts.address;
    this.rules = rules;
    this.login = login;
    this.path = admission.path;
    this.spoken = admission.dialect;
    this.user = login?.user ?? null;
    this.webSocket = webSocket;
    this.inflow = new Inflow(webSocket, rules.limits, reception.onHold);
    // Whole, for a fraction would be an object of its own.
    this.endsAtMs = Math.ceil(performance.now()) + rules.limits.maxSessionMs;
  }

  /** Adds the connection's number and the session's id. */
  get log(): Log {
    return withFields(this.#reception.log, { conn: this.conn, session: this.session });
  }

  /** For the tap. */
  get dialect(): Subject["dialect"] {
    return watchedAs({ path: this.path, dialect: this.spoken });
  }

  /** A plain client while a person thinks; a watcher that does not read sees no ping. */
  get mayBeDeaf(): boolean {
    return this.path === "inspect" || this.spoken === "plain";
  }

  /** @param open makes what answers; the peer's first frames may be there already */
  begin(open: (arrival: Arrival) => Connection): void {
    const { connections, heartbeat, meter, tap } = this.#reception;
    this.webSocket.attach(this.socket, this);
    meter.connected();
    tap.open(this);
    this.#connection = open(this);
    connections.add(this);
    heartbeat.add(this);
  }

  shutDown(close: Parameters<Connection["shutDown"]>[0]): void {
    this.#connection?.shutDown(close);
  }

  onGone(code: number): void {
    const { connections, heartbeat, meter, tap } = this.#reception;
    this.inflow.stop();
    heartbeat.remove(this);
    connections.remove(this);
    tap.close(this);
    if (this.isIn) meter.left();
    meter.disconnected(code, this.socket);
    this.log.info({ code }, "closed");
  }
}

/** A feed is in no feed, or two would fill each other for ever. */
export function watchedAs({
  path,
  dialect,
}: Pick<Admission, "path" | "dialect">): Subject["dialect"] {
  return path === "inspect" ? null : (dialect ?? "other");
}
