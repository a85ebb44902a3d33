import type { DialectName, ServerMessage, ServerOptions } from "@wsecho/protocol";
import type { Access, Entry, Presence } from "./access.ts";
import type { Authenticate } from "./authenticate.ts";
import type { Arrival } from "./gate.ts";
import type { Handle } from "./handler.ts";
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

/** One session's part in the server. A class, for its functions would be there ten thousand times. */
export class Visit implements SessionParts {
  readonly options: ServerOptions;
  readonly inflow: Inflow;
  readonly log: Log;
  readonly #commons: Commons;
  readonly #arrival: Arrival;
  readonly #path: "session" | "inspect";

  constructor(
    commons: Commons,
    arrival: Arrival,
    dialect: DialectName,
    path: "session" | "inspect",
  ) {
    const { access } = commons;
    const { login, session, rules } = arrival;
    const isSession = path === "session";
    this.options = {
      dialect,
      mechanisms: access.mechanisms,
      features: isSession ? access.features() : [...access.features(), "inspect"],
      limits: isSession ? rules.limits : watcherLimits(rules.limits),
      session,
      ...(login === null ? {} : { login }),
    };
    this.inflow = arrival.inflow;
    this.log = arrival.log;
    this.#commons = commons;
    this.#arrival = arrival;
    this.#path = path;
  }

  get proof(): Proof | undefined {
    return this.#arrival.login?.proof;
  }

  get highWaterBytes(): number {
    return this.#arrival.rules.limits.highWaterBytes + (this.#path === "session" ? 0 : feedBytes);
  }

  get encode(): (message: ServerMessage) => string | null {
    return this.#commons.encoders[this.options.dialect];
  }

  get quickEcho(): QuickEcho | null {
    return this.#path === "session"
      ? (this.#commons.quickEchoes?.[this.options.dialect] ?? null)
      : null;
  }

  get meter(): Meter {
    return this.#commons.meter;
  }

  newAuthenticate(): Authenticate {
    const { address, webSocket } = this.#arrival;
    const gone = (): boolean => webSocket.readyState !== webSocket.OPEN;
    return this.#commons.access.newAuthenticate({ address, gone });
  }

  enter(user: string, proof: Proof, revoke: () => void): Presence {
    const dialect = this.#path === "session" ? this.options.dialect : this.#path;
    return enter(this.#commons, this.#arrival, { user, ...proof, dialect }, revoke);
  }

  handleFor(user: string): Handle {
    const { access, tap, handleFor } = this.#commons;
    const { webSocket, log } = this.#arrival;
    return this.#path === "session"
      ? handleFor(this.#arrival, this.options.dialect, user)
      : startInspect({ tap, webSocket, user, roleOf: access.roleOf, log });
  }
}

/** Somebody's login holds. */
export function enter(
  { access, tap }: Pick<Commons, "access" | "tap">,
  { session: id, address, tapped }: Arrival,
  who: Omit<Entry, "id" | "address">,
  revoke: () => void,
): Presence {
  if (tapped !== null) tap.logIn(tapped, who.user);
  return access.enter({ id, address, ...who }, revoke);
}

/** A watcher may listen in silence for as long as a session may last. */
function watcherLimits(limits: ServerLimits): ServerLimits {
  return { ...limits, idleTimeoutMs: Math.max(limits.idleTimeoutMs, limits.maxSessionMs) };
}
