import { defaultClientLimits, type ClientLimits, type DialectName } from "@wsecho/protocol";
import { systemClock, type Clock } from "./clock.ts";
import type { Amount } from "./inbox.ts";
import type { ConnectOptions } from "./options.ts";
import { platformTransport } from "./socket/platform.ts";
import { probing } from "./socket/probe.ts";
import type { Transport } from "./socket/transport.ts";
import { parseTarget } from "./url.ts";

/** The options with their defaults, and what follows from them and the URL. */
export interface Settings {
  readonly url: string;
  /** For messages. */
  readonly shownUrl: string;
  readonly transport: Transport;
  readonly dialect: DialectName | "auto";
  readonly dialects: readonly [DialectName, ...DialectName[]];
  readonly limits: ClientLimits;
  /** What may be unanswered. */
  readonly maxPending: Amount;
  /** What may be unread. */
  readonly maxUnread: Amount;
  /** Whether a secret may cross the wire as it is. */
  readonly mayReveal: boolean;
  readonly clock: Clock;
  readonly random: () => number;
}

/** A v1 server speaks first, at once; so long a server that may be plain is given for it. */
const probeMs = 3000;

/** Throws RangeError for bounds that make no sense. A wrong URL is told by the transport. */
export function readSettings(url: string | URL, options: ConnectOptions): Settings {
  const { dialect = "v1", clock = systemClock, random = Math.random } = options;
  const { bufferMessages = 1024, bufferBytes = 16 * 1024 * 1024 } = options;
  requirePositive("bufferMessages", bufferMessages);
  requirePositive("bufferBytes", bufferBytes);
  requirePositive("remember.forMs", options.remember?.forMs ?? 1);
  const limits = { ...defaultClientLimits, ...options.limits };
  const target = parseTarget(url);
  const given = options.transport ?? platformTransport;
  const transport =
    dialect === "auto" ? probing(given, clock, Math.min(probeMs, limits.connectTimeoutMs)) : given;
  return {
    url: target.ok ? target.value.url : "",
    shownUrl: target.ok ? target.value.shown : "the server",
    transport: target.ok ? transport : refusing(target.error),
    dialect,
    dialects: dialect === "auto" ? ["v1", "plain"] : [dialect],
    limits,
    maxPending: { messages: limits.maxPending, bytes: bufferBytes },
    maxUnread: { messages: bufferMessages, bytes: bufferBytes },
    mayReveal: options.allowInsecurePassword === true || (target.ok && target.value.private),
    clock,
    random,
  };
}

function refusing(why: string): Transport {
  return () => {
    throw new Error(why);
  };
}

function requirePositive(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} must be at least 1`);
}
