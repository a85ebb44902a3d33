import type { DialectName, Mechanism, ServerMessage, ServerOptions } from "@wsecho/protocol";
import type { Access, Entry, Presence } from "./access.ts";
import type { Arrival } from "./arrival.ts";
import type { Authenticate } from "./authenticate.ts";
import { FaultySocket } from "./faults/faulty-socket.ts";
import type { Handle } from "./handler.ts";
import type { ProvenLogin } from "./handshake-login.ts";
import type { Inflow } from "./inflow.ts";
import { startInspect } from "./inspect.ts";
import type { ServerLimits } from "./limits.ts";
import type { Log } from "./log.ts";
import type { Meter } from "./meter.ts";
import type { QuickEcho } from "./quick-echo.ts";
import type { SessionParts } from "./session.ts";
import { feedBytes } from "./tap/outlet.ts";
import type { Tap } from "./tap/tap.ts";
import type { Proof } from "./verdict.ts";

/** What all sessions of a server have in common. */
export interface Commons {
  readonly access: Access;
  readonly tap: Tap;
  readonly encoders: Readonly<Record<DialectName, (message: ServerMessage) => string | null>>;
  /** `null` where a handler has to see each message. */
  readonly quickEchoes: Readonly<Record<DialectName, QuickEcho>> | null;
  readonly meter: Meter;
  readonly handleFor: (arrival: Arrival, dialect: DialectName, user: string) => Handle;
}

/**
 * One session's part in the server, and its machine's options. A class that asks others for nearly all
 * of it, for copies would be there ten thousand times.
 */
export class Visit implements SessionParts, ServerOptions {
  readonly dialect: DialectName;
  readonly limits: ServerLimits;
  readonly #commons: Commons;
  readonly #arrival: Arrival;

  constructor(commons: Commons, arrival: Arrival, dialect: DialectName) {
    const { limits } = arrival.rules;
    this.dialect = dialect;
    this.limits = arrival.path === "inspect" ? watcherLimits(limits) : limits;
    this.#commons = commons;
    this.#arrival = arrival;
  }

  get options(): ServerOptions {
    return this;
  }

  get mechanisms(): readonly Mechanism[] {
    return this.#commons.access.mechanisms;
  }

  get features(): readonly string[] {
    const features = this.#commons.access.features();
    return this.#isSession ? features : [...features, "inspect"];
  }

  get session(): string {
    return this.#arrival.session;
  }

  get login(): ProvenLogin | undefined {
    return this.#arrival.login ?? undefined;
  }

  get proof(): Proof | undefined {
    return this.login?.proof;
  }

  get inflow(): Inflow {
    return this.#arrival.inflow;
  }

  get log(): Log {
    return this.#arrival.log;
  }

  get highWaterBytes(): number {
    return this.limits.highWaterBytes + (this.#isSession ? 0 : feedBytes);
  }

  get encode(): (message: ServerMessage) => string | null {
    return this.#commons.encoders[this.dialect];
  }

  get quickEcho(): QuickEcho | null {
    // Where faults are asked for, each answer is counted.
    if (!this.#isSession || this.#arrival.webSocket instanceof FaultySocket) return null;
    return this.#commons.quickEchoes?.[this.dialect] ?? null;
  }

  get meter(): Meter {
    return this.#commons.meter;
  }

  get #isSession(): boolean {
    return this.#arrival.path === "session";
  }

  newAuthenticate(): Authenticate {
    const { address, webSocket } = this.#arrival;
    const gone = (): boolean => webSocket.readyState !== webSocket.OPEN;
    return this.#commons.access.newAuthenticate({ address, gone });
  }

  enter(user: string, proof: Proof, revoke: () => void): Presence {
    const dialect = this.#isSession ? this.dialect : this.#arrival.path;
    return enter(this.#commons, this.#arrival, { user, ...proof, dialect }, revoke);
  }

  handleFor(user: string): Handle {
    const { access, tap, handleFor } = this.#commons;
    const { webSocket, log } = this.#arrival;
    return this.#isSession
      ? handleFor(this.#arrival, this.dialect, user)
      : startInspect({ tap, webSocket, user, roleOf: access.roleOf, log });
  }
}

/** Somebody's login holds. */
export function enter(
  { access, tap, meter }: Pick<Commons, "access" | "tap" | "meter">,
  arrival: Arrival,
  who: Omit<Entry, "id" | "address">,
  revoke: () => void,
): Presence {
  const { session: id, address } = arrival;
  tap.logIn(arrival, who.user);
  arrival.isIn = true;
  meter.entered();
  return access.enter({ id, address, ...who }, revoke);
}

/** A watcher may listen in silence for as long as a session may last. */
function watcherLimits(limits: ServerLimits): ServerLimits {
  return { ...limits, idleTimeoutMs: Math.max(limits.idleTimeoutMs, limits.maxSessionMs) };
}
